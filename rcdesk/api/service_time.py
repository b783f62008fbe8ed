"""How far the service's clock is from this machine's, learnt from the Date header of every answer.

Faxes are found again by their creation time, which the service writes: a machine whose clock is wrong must
not miss its own fax. Each answer replaces what the last one said, so a clock that was set right in between is
noticed at the next answer. Safe from every thread. Read next: transport.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from rcdesk.core.clock import Clock

_HALF_A_SECOND_S = 0.5


class ServiceTime:
    """The difference of the two clocks as last heard."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_s = 0.0

    @property
    def offset_s(self) -> float:
        """Service time minus local time in seconds, good to about a second; 0.0 until known."""
        return self._offset_s

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take over an answer's Date (RFC 9110, 6.6.1), heard now; one that cannot be read says nothing.

        The header is cut to whole seconds, so on average the service's clock is half a second further.
        """
        try:
            moment = parsedate_to_datetime(headers.get("Date", ""))
        except (TypeError, ValueError):
            return
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        self._offset_s = (moment - self._clock.now()).total_seconds() + _HALF_A_SECOND_S
