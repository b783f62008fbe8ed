"""PhoneService and FaxService over REST: ring_out.py and fax.py behind the interfaces of the core.

Nothing is decided here. Blocking, on the lanes. Read next: core/service.py, ring_out.py, fax.py; the other
implementation is api/legacy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from rcdesk.api.rest import fax, ring_out
from rcdesk.api.session import ApiSession
from rcdesk.core.calls.call import CallRequest, RingOutReport
from rcdesk.core.cancel import CancelToken
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.service import FaxContents, FaxFile, Progress

AT_ONCE_S = 0.2
"""So short a wait for a place holds nobody up."""


class RestPhone:
    """Ring-outs of the signed-in user."""

    can_say_result = True

    def __init__(self, session: ApiSession) -> None:
        self._session = session

    def place(self, request: CallRequest, token: CancelToken) -> RingOutReport:
        """See PhoneService.place; spec: createRingOutCall."""
        return ring_out.create(self._session, request, token, max_wait_s=AT_ONCE_S)

    def status(self, session_id: str, token: CancelToken) -> RingOutReport:
        """See PhoneService.status; spec: readRingOutCallStatus."""
        return ring_out.status(self._session, session_id, token)

    def cancel(self, session_id: str, token: CancelToken) -> None:
        """See PhoneService.cancel; spec: deleteRingOutCall."""
        ring_out.cancel(self._session, session_id, token, max_wait_s=AT_ONCE_S)


class RestFax:
    """Faxes of the signed-in user."""

    can_follow = True
    can_resend = True

    def __init__(self, session: ApiSession) -> None:
        self._session = session

    @property
    def owner_id(self) -> str:
        """See FaxService.owner_id: of whoever is signed in to the session by now."""
        tokens = self._session.tokens
        return "" if tokens is None else tokens.owner_id

    @property
    def sign_in(self) -> object:
        """See FaxService.sign_in: the access token."""
        tokens = self._session.tokens
        return None if tokens is None or not tokens.access_token else tokens.access_token

    def wait_s(self) -> float:
        """See FaxService.wait_s: faxes are in the group Heavy."""
        return fax.wait_s(self._session)

    def send(
        self,
        contents: FaxContents,
        files: Sequence[FaxFile],
        token: CancelToken,
        *,
        progress: Progress | None = None,
        on_last_byte: Callable[[], None] | None = None,
    ) -> fax.FaxCreated:
        """See FaxService.send; spec: createFaxMessage."""
        return fax.create(
            self._session,
            recipients=contents.recipients,
            files=[fax.FaxFile(path=f.path, name=f.name, media_type=f.media_type) for f in files],
            resolution=contents.resolution,
            cover_index=contents.cover_index,
            note=contents.note,
            text=contents.text,
            send_time=contents.send_time,
            mark=contents.mark,
            token=token,
            progress=progress,
            on_last_byte=on_last_byte,
        )

    def resend(
        self,
        message_id: str,
        recipients: Sequence[Recipient],
        token: CancelToken,
        *,
        send_time: datetime | None = None,
        on_last_byte: Callable[[], None] | None = None,
    ) -> fax.FaxCreated:
        """See FaxService.resend; spec: createFaxMessage with originalMessageId."""
        return fax.resend(
            self._session,
            original_message_id=message_id,
            recipients=recipients,
            send_time=send_time,
            token=token,
            on_last_byte=on_last_byte,
        )
