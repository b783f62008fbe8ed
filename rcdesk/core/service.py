"""What the desk asks of a telephone service and of a fax service, whichever protocol is behind them.

Two implementations each: REST (api/rest) and the 2010 web API (api/legacy), chosen by the server
profile. What one of them cannot do is a property here, so that it is shown as such and never found out by an
error. Protocols and frozen values without I/O; the implementations block and belong on lanes. Read next:
call.py, fax.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from rcdesk.core.calls.call import CallRequest, RingOutReport
from rcdesk.core.cancel import CancelToken
from rcdesk.core.fax.fax import FaxOptions, Recipient

Progress = Callable[[int, int], None]
"""Called on the sending thread with bytes sent and bytes in all."""


class PhoneApi(Protocol):
    """Ring two phones, look, cancel."""

    @property
    def can_say_result(self) -> bool:
        """False when a call that has ended looks like one that never was: its result stays unknown.

        Such a service reports NoSessionFound three times for both (see call.next_state).
        """

    def place(self, request: CallRequest, token: CancelToken) -> RingOutReport:
        """Start the call; the report names the session to ask about, its words may be "".

        Raises NotSent when it did not start, OutcomeUnknown when it may have. Never repeat it. Raises
        RateLimited at once where there is no place: whoever waits for one must not hold up the lane.
        """

    def status(self, session_id: str, token: CancelToken) -> RingOutReport:
        """How it stands, in the words of CallingStatusInfo; NoSessionFound when the service knows no such."""

    def cancel(self, session_id: str, token: CancelToken) -> None:
        """Ask to end it before the connection; whether that worked only the status tells.

        Raises RateLimited at once where there is no place.
        """


class FaxFile(Struct, frozen=True, kw_only=True):
    """A document to send: where it lies, its name (the service is told a cleaned one) and its media type."""

    path: Path
    name: str
    media_type: str


class FaxTaken(Struct, frozen=True, kw_only=True):
    """The service's word that it has the fax. message_id: "" where it gives none."""

    message_id: str


class FaxContents(FaxOptions, frozen=True, kw_only=True):
    """What is asked of the service, without the files.

    text is sent as a document of its own, for faxes without files. send_time (aware) lets the service keep
    the fax until then. mark: what the names of its documents carry, so that the fax is known again where the
    service shows them. source_message_id: an earlier fax whose pages go again, cover page and all, so that
    only recipients and send_time are asked.
    """

    recipients: tuple[Recipient, ...]
    text: str | None = None
    send_time: datetime | None = None
    mark: str = ""
    source_message_id: str = ""


class FaxApi(Protocol):
    """Hand over faxes."""

    @property
    def owner_id(self) -> str:
        """Whose account the faxes go out from (Account.owner_id), "" when that is not known."""

    @property
    def sign_in(self) -> object:
        """Equal as long as requests are made with the same sign-in; None when nobody is signed in."""

    @property
    def can_follow(self) -> bool:
        """False when nothing can be asked about a fax once it was taken: the result comes by e-mail."""

    @property
    def can_resend(self) -> bool:
        """True when the service sends the pages of an earlier fax again without an upload."""

    def wait_s(self) -> float:
        """Seconds until a fax would find a place among the requests; 0 when it could go now."""

    def send(
        self,
        contents: FaxContents,
        files: Sequence[FaxFile],
        token: CancelToken,
        *,
        progress: Progress | None = None,
        on_last_byte: Callable[[], None] | None = None,
    ) -> FaxTaken:
        """Upload it; returns once the service has taken it.

        on_last_byte is called just before the last chunk leaves. Raises UserError for what cannot be sent,
        Cancelled before the last byte has left, NotSent, OutcomeUnknown, ApiError (NotAllowed for the pages
        of an earlier fax without can_resend).
        """
