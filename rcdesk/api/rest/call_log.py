"""The call log's word on faxes that failed, for those of which the message store gives no reason.

Spec: readUserCallLog, a Heavy request, so it is asked seldom. Blocking, on a lane's thread. Read next:
core/causes.py, which knows what the words mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken

PATH = f"{reading.EXTENSION}/call-log"
_PER_PAGE = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxResult:
    """What the call log says of one fax to one number (E.164).

    message_id "" when the record names no message; result and reason are the words of the spec
    (CallLogRecord), "" when absent.
    """

    message_id: str
    number: str
    result: str
    reason: str = ""


def fax_results(session: ApiSession, date_from: datetime, token: CancelToken) -> tuple[FaxResult, ...]:
    """The outgoing faxes since date_from (aware), newest first; several tries to a number are several."""
    params = {"type": "Fax", "direction": "Outbound", "dateFrom": reading.stamp(date_from)}
    records = reading.pages(session, PATH, token, group="Heavy", per_page=_PER_PAGE, params=params)
    return tuple(
        FaxResult(
            message_id=reading.text(reading.child(record, "message"), "id"),
            number=reading.text(reading.child(record, "to"), "phoneNumber"),
            result=reading.text(record, "result"),
            reason=reading.text(record, "reason"),
        )
        for record in records
    )
