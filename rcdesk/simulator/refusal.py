"""How the simulated service says no: one exception that carries status, error code and message.

Raised anywhere below the HTTP door, turned into one of the service's two error bodies by `server`: the old
one with a code at the top (often a word of former days, the real one being in `errors`), the newer one with
`errors` only. Codes follow the vendor's families: CMN (common), MSG (messages), OAU (sign-in). No thread of
its own; read `server` next.
"""

from __future__ import annotations

from typing import Any

_MOST_ECHOED = 200


class ErrorAnswer(Exception):
    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        parameter: str | None = None,
        value: str | None = None,
        oauth_error: str | None = None,
        headers: dict[str, str] | None = None,
        permission: str | None = None,
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.parameter = parameter
        self.value = value
        self.oauth_error = oauth_error
        self.headers = headers or {}
        self.permission = permission

    @property
    def _former_word(self) -> str:
        """What stands at the top: the code, or what such refusals were called before there were codes."""
        if self.code == "CMN-401":
            return "InsufficientPermissions"
        return "InvalidParameter" if self.status == 400 and self.code.startswith("MSG-") else self.code

    def body(self, *, is_newer: bool = False) -> dict[str, Any]:
        """The service's error JSON; OAuth refusals carry `error` and `error_description` too.

        is_newer: as the newer services write it, `errors` and nothing else.
        """
        detail: dict[str, Any] = {"errorCode": self.code, "message": self.message}
        if self.parameter is not None:
            detail["parameterName"] = self.parameter
        if self.value is not None:
            detail["parameterValue"] = self.value
        if self.permission is not None:
            detail["permissionName"] = self.permission
        if is_newer:
            return {"errors": [detail]}
        body: dict[str, Any] = {"errorCode": self._former_word, "message": self.message, "errors": [detail]}
        if self.permission is not None:
            body["permissionName"] = self.permission
        if self.parameter is not None:
            body["parameterName"] = self.parameter
        if self.oauth_error is not None:
            body["error"] = self.oauth_error
            body["error_description"] = self.message
        return body


def bad_parameter(name: str, value: object = "") -> ErrorAnswer:
    """CMN-101: a parameter is missing or has a value the service does not take."""
    message = f"Parameter [{name}] value is invalid"
    return ErrorAnswer(400, "CMN-101", message, parameter=name, value=_shown(value))


def not_found(what: str, value: object) -> ErrorAnswer:
    """CMN-102: no such resource for this user."""
    return ErrorAnswer(
        404, "CMN-102", f"Resource for parameter [{what}] is not found", parameter=what, value=_shown(value)
    )


def _shown(value: object) -> str:
    """As much of a value as is worth repeating."""
    return str(value)[:_MOST_ECHOED] if not isinstance(value, dict | list) else ""
