"""RingOut: make the service ring your phone, then theirs (docs/wire.md 1.4).

Spec: createRingOutCall (Heavy), readRingOutCallStatus (Light), deleteRingOutCall (Heavy). A call whose answer
was lost raises OutcomeUnknown and is never repeated here. Blocking, on a lane's thread. Read next:
core/service.py, core/calls/call.py; the other implementation is api/legacy/ring_out.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.api.transport import read_json
from rcdesk.core.calls.call import CallRequest, RingOutReport
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import OutcomeUnknown, Rejected

PATH = f"{reading.EXTENSION}/ring-out"
AT_ONCE_S = 0.2
"""So short a wait for a place holds nobody up."""

_GONE = "NoSessionFound"


class RestPhone:
    """PhoneApi over REST: ring-outs of the signed-in user."""

    can_say_result = True

    def __init__(self, session: ApiSession) -> None:
        self._session = session

    def place(self, request: CallRequest, token: CancelToken) -> RingOutReport:
        """See PhoneApi.place. Numbers go out in E.164."""
        body: dict[str, Any] = {
            "from": {"phoneNumber": request.from_number},
            "to": {"phoneNumber": request.to_number},
            "playPrompt": request.ask_to_press_1,
        }
        if request.show_as:
            body["callerId"] = {"phoneNumber": request.show_as}
        answer = self._session.request(
            "POST", PATH, group="Heavy", token=token, json=body, max_wait_s=AT_ONCE_S
        )
        report = _report(read_json(answer), "")
        if not report.session_id:
            raise OutcomeUnknown("RingCentral took the call but did not say how to follow it.")
        return report

    def status(self, session_id: str, token: CancelToken) -> RingOutReport:
        """See PhoneApi.status; a call the service no longer knows reports NoSessionFound three times."""
        try:
            answer = reading.get(self._session, _path(session_id), token)
        except Rejected as exc:
            if not exc.is_gone:
                raise
            return RingOutReport(
                session_id=session_id, call_status=_GONE, caller_status=_GONE, callee_status=_GONE
            )
        return _report(answer, session_id)

    def cancel(self, session_id: str, token: CancelToken) -> None:
        """See PhoneApi.cancel; a call already gone is no error."""
        try:
            self._session.request(
                "DELETE", _path(session_id), group="Heavy", token=token, max_wait_s=AT_ONCE_S
            )
        except Rejected as exc:
            if not exc.is_gone:
                raise


def _path(session_id: str) -> str:
    return f"{PATH}/{quote(session_id, safe='')}"


def _report(body: Mapping[str, Any], session_id: str) -> RingOutReport:
    words = reading.child(body, "status")
    return RingOutReport(
        session_id=reading.text(body, "id") or session_id,
        call_status=reading.text(words, "callStatus"),
        caller_status=reading.text(words, "callerStatus"),
        callee_status=reading.text(words, "calleeStatus"),
    )
