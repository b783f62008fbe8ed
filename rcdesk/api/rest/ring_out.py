"""RingOut: make the service ring your phone, then theirs (docs/wire.md 1.4).

Spec: createRingOutCall (Heavy), readRingOutCallStatus (Light), deleteRingOutCall (Heavy). A create whose
answer was lost raises OutcomeUnknown and is never repeated here. Blocking, on a lane's thread. Read next:
core/calls/call.py.
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
_GONE = "NoSessionFound"


def create(
    session: ApiSession, request: CallRequest, token: CancelToken, *, max_wait_s: float | None = None
) -> RingOutReport:
    """Place the call; the report carries the session id to ask about. Numbers go out in E.164.

    max_wait_s: raises RateLimited, nothing being sent, when a place would come later than this.
    """
    body: dict[str, Any] = {
        "from": {"phoneNumber": request.from_number},
        "to": {"phoneNumber": request.to_number},
        "playPrompt": request.ask_to_press_1,
    }
    if request.show_as:
        body["callerId"] = {"phoneNumber": request.show_as}
    answer = read_json(
        session.request("POST", PATH, group="Heavy", token=token, json=body, max_wait_s=max_wait_s)
    )
    report = _report(answer, "")
    if not report.session_id:
        raise OutcomeUnknown("RingCentral took the call but did not say how to follow it.")
    return report


def status(session: ApiSession, session_id: str, token: CancelToken) -> RingOutReport:
    """Ask how the call stands; a call the service no longer knows reports NoSessionFound three times."""
    try:
        answer = reading.get(session, f"{PATH}/{quote(session_id, safe='')}", token)
    except Rejected as exc:
        if exc.status != 404 and exc.code != "CMN-102":
            raise
        return RingOutReport(
            session_id=session_id, call_status=_GONE, caller_status=_GONE, callee_status=_GONE
        )
    return _report(answer, session_id)


def cancel(
    session: ApiSession, session_id: str, token: CancelToken, *, max_wait_s: float | None = None
) -> None:
    """Ask to cancel the call, which works only before the connection; a call already gone is no error.

    max_wait_s: as for create().
    """
    try:
        session.request(
            "DELETE",
            f"{PATH}/{quote(session_id, safe='')}",
            group="Heavy",
            token=token,
            max_wait_s=max_wait_s,
        )
    except Rejected as exc:
        if exc.status != 404 and exc.code != "CMN-102":
            raise


def _report(body: Mapping[str, Any], session_id: str) -> RingOutReport:
    words = reading.child(body, "status")
    return RingOutReport(
        session_id=reading.text(body, "id") or session_id,
        call_status=reading.text(words, "callStatus"),
        caller_status=reading.text(words, "callerStatus"),
        callee_status=reading.text(words, "calleeStatus"),
    )
