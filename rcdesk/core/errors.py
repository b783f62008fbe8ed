"""The exception tree: every way rcdesk can fail, drawn once.

Errors are translated into these at the edge where they occur (always ``raise ... from exc``); what is
not an RcdeskError is a bug. The most important distinction is NotSent (safe to repeat) against
OutcomeUnknown (never repeat blindly). Pure values, used on every thread. Read next: retry.py.
"""

from __future__ import annotations

from rcdesk.core.file_name import readable


class RcdeskError(Exception):
    """Base of all expected failures. ``str(error)`` is a sentence fit to show to the user."""

    def __init__(self, *words: object) -> None:
        # A sentence may name a file, and a file's name may be no text.
        super().__init__(*(readable(word) if isinstance(word, str) else word for word in words))


class UserError(RcdeskError):
    """What was asked cannot be done as given: a bad number, an unreadable file, too many pages."""


class NeedsYes(UserError):
    """What was asked is odd: it is done once the user says that it is meant. The sentence says what is."""


class Cancelled(RcdeskError):
    """The user (or shutdown) cancelled the work; nothing is wrong."""

    def __init__(self, message: str = "Cancelled.") -> None:
        super().__init__(message)


class NetworkError(RcdeskError):
    """The service could not be talked to."""


class NotSent(NetworkError):
    """Nothing the server could act on has left: the request may be repeated safely."""


class NoWayOut(NotSent):
    """This machine's own settings are why: its proxy, its certificates. The sentence names them."""


class OutcomeUnknown(NetworkError):
    """The whole request may have reached the server but no answer came: never repeat blindly.

    request_id: the service's RCRequestId when there was an answer that said nothing, else "".
    """

    def __init__(self, message: str = "", *, request_id: str = "") -> None:
        super().__init__(message)
        self.request_id = request_id


class ApiError(RcdeskError):
    """The service answered with an error.

    status: HTTP status; code: the service's errorCode (such as "CMN-102"), "" when it gave none;
    request_id: the service's RCRequestId header, "" when absent; parameter and parameter_value: what it
    complained about (spec: errors[].parameterName, parameterValue), "" when it did not say.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str = "",
        request_id: str = "",
        parameter: str = "",
        parameter_value: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id
        self.parameter = parameter
        self.parameter_value = parameter_value

    @property
    def is_gone(self) -> bool:
        """True when the service does not know what was asked for (any more)."""
        return self.status == 404 or self.code == "CMN-102"


class SignInNeeded(ApiError):
    """The credentials or tokens were refused; only a new sign-in helps."""


class NotAllowed(ApiError):
    """The account or app lacks the permission or feature."""


class RateLimited(ApiError):
    """The service asks to wait; retry_after_s is how long (seconds)."""

    def __init__(
        self, message: str, *, status: int = 429, code: str = "", request_id: str = "", retry_after_s: float
    ) -> None:
        super().__init__(message, status=status, code=code, request_id=request_id)
        self.retry_after_s = retry_after_s


class Rejected(ApiError):
    """The service understood and refused this request (4xx): repeating it unchanged cannot help."""


class ServerTrouble(ApiError):
    """The service failed (5xx) or answered something that is not its protocol."""


class StoreError(RcdeskError):
    """The local archive could not be used."""


class StoreUnavailable(StoreError):
    """Disk full, database locked or read-only."""


class StoreTooNew(StoreError):
    """The database was written by a newer rcdesk."""


class KeyringUnavailable(StoreError):
    """There is a keyring, but it is locked or does not answer: what it keeps is neither read nor wiped."""
