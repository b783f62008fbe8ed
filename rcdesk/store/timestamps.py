"""Moments as text in the database: ISO 8601 in UTC with microseconds, so that text order is time order.

Any thread. Used by outbox.py and past_calls.py.
"""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """An aware moment as "2026-03-01T09:30:00.000000+00:00". Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment in the database needs its time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(text: str) -> datetime:
    """The moment a column holds, aware, in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
