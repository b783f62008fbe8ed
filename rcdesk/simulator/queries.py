"""Query parameters that several lists share: repeatable choices, moments, ranges of time.

What the service does not know is refused with CMN-101. Lives on the simulator's event loop thread. Read next:
`routes_messages`, `routes_calllog`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from rcdesk.simulator.checks import moment_from
from rcdesk.simulator.refusal import bad_parameter
from rcdesk.simulator.visit import Visit

_ALLOWED = {
    "availability": ("Alive", "Deleted", "Purged"),
    "direction": ("Inbound", "Outbound"),
    "messageType": ("Fax", "SMS", "VoiceMail", "Pager"),
    "readStatus": ("Read", "Unread"),
    "statusGroup": ("Missed", "All"),
    "transport": ("PSTN", "VoIP"),
    "type": ("Voice", "Fax"),
    "view": ("Simple", "Detailed"),
}


def choices(visit: Visit, name: str) -> set[str]:
    """The values of a repeatable enum parameter; CMN-101 for one the service does not know."""
    given = {value for text in visit.request.query.getall(name, []) for value in text.split(",") if value}
    for value in given:
        if value not in _ALLOWED[name]:
            raise bad_parameter(name, value)
    return given


def moment(visit: Visit, name: str) -> datetime | None:
    """An ISO 8601 moment, None when absent."""
    text = visit.request.query.get(name)
    if not text:
        return None
    try:
        return moment_from(text.replace(" ", "+") if "T" in text else text)
    except ValueError as exc:
        raise bad_parameter(name, text) from exc


def date_range(visit: Visit) -> tuple[datetime, datetime]:
    """dateFrom and dateTo: the last 24 hours unless said otherwise."""
    date_to = moment(visit, "dateTo") or visit.world.clock.now()
    return moment(visit, "dateFrom") or date_to - timedelta(hours=24), date_to
