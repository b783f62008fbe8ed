"""The past calls of this desk and of the user's other phones, and the calls that are on.

The desk's own calls are remembered as they end; the service's call log is fetched with its sync token and
adds the others, missed ones among them. Names come from the people known now, however the number was
written. Blocking: reading on the archive lane, remember() and the live calls on the disk lane, sync() and
result_of() on the downloads lane. Read next: store/calls/past_calls.py, bridge/calls/history_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from rcdesk.core.account.news import News
from rcdesk.core.calls.call import Call
from rcdesk.core.calls.past_call import CallOutcome, Direction, HistoryNews, PastCall, PastCallQuery
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import NotAllowed, UserError
from rcdesk.core.numbers.phone_number import parse
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.people.people import People

if TYPE_CHECKING:
    from rcdesk.api.rest.call_log import CallLogChange, CallLogEntry
    from rcdesk.api.session import ApiSession
    from rcdesk.services.account.connection import Connection

FIRST_SYNC = timedelta(days=90)
NEWS_FOR = timedelta(days=1)
"""What was missed longer ago is no news when it is heard of first."""

LEFT_FOR_OTHERS = 3
"""Heavy requests of a minute that the call log leaves to what the user does himself."""

MOST_ROUNDS = 10

_TALKED = frozenset({"Call connected", "Accepted", "Answered Not Accepted", "Answered Elsewhere"})
_IN = {
    "Voicemail": CallOutcome.VOICEMAIL,
    "Sent to Voicemail": CallOutcome.VOICEMAIL,
    "Rejected": CallOutcome.YOU_REFUSED,
    "Declined": CallOutcome.YOU_REFUSED,
    "Blocked": CallOutcome.YOU_REFUSED,
    "Unknown": CallOutcome.UNKNOWN,
}
_OUT = {
    "Busy": CallOutcome.BUSY,
    "No Answer": CallOutcome.NO_ANSWER,
    "Missed": CallOutcome.NO_ANSWER,
    "Voicemail": CallOutcome.NO_ANSWER,
    "Rejected": CallOutcome.REFUSED,
    "Declined": CallOutcome.REFUSED,
    "Blocked": CallOutcome.REFUSED,
    "Hang Up": CallOutcome.CANCELLED,
    "Stopped": CallOutcome.CANCELLED,
    "Abandoned": CallOutcome.CANCELLED,
    "Unknown": CallOutcome.UNKNOWN,
    "": CallOutcome.UNKNOWN,
}
_OWN = {
    "Busy": CallOutcome.YOU_WERE_BUSY,
    "No Answer": CallOutcome.YOU_DID_NOT_ANSWER,
    "Missed": CallOutcome.YOU_DID_NOT_ANSWER,
    "Voicemail": CallOutcome.YOU_DID_NOT_ANSWER,
    "Rejected": CallOutcome.YOU_REFUSED,
    "Declined": CallOutcome.YOU_REFUSED,
}


class CallHistory:
    """The calls of one archive, completed by the call log of whoever is signed in."""

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        past_calls: PastCalls,
        people: People,
        clock: Clock | None = None,
    ) -> None:
        self._connection = connection
        self._calls = past_calls
        self._people = people
        self._clock: Clock = clock or SystemClock()

    def take_over(self, owner_id: str) -> bool:
        """Give the calls of an old archive to the first who signs in; True when there were any."""
        return self._calls.take_over(owner_id)

    def remember(self, owner_id: str, call: PastCall) -> PastCall | None:
        """Keep a call that has ended, or complete it; see PastCalls.remember()."""
        return self._calls.remember(owner_id, call)

    def heard_missed(self, owner_id: str, news: News, region: str) -> PastCall | None:
        """Keep a missed call that was just heard of; None when it is known already. The log completes it."""
        if not news.call_id or self._calls.of_session(owner_id, news.call_id) is not None:
            return None
        call = PastCall(
            id=f"log-{news.call_id}",
            direction=Direction.IN,
            number=_number(news.number, region),
            name=news.name if any(c.isalpha() for c in news.name) else "",
            at=self._clock.now(),
            outcome=CallOutcome.MISSED,
            session_id=news.call_id,
            is_seen=False,
        )
        kept = self._calls.remember(owner_id, call)
        return self._named(owner_id, (kept,))[0] if kept is not None else None

    def page(
        self, query: PastCallQuery, before: tuple[datetime, str] | None = None, limit: int = 200
    ) -> tuple[PastCall, ...]:
        """The next calls of a list, newest first, with today's names; before: at and id of the last one."""
        numbers = self._people.numbers_like(query.owner_id, query.text) if query.text.strip() else ()
        found = self._calls.page(query, before, limit, numbers=numbers)
        return self._named(query.owner_id, found)

    def recents(self, owner_id: str, text: str = "", limit: int = 50) -> tuple[PastCall, ...]:
        """The newest calls that the text finds."""
        return self.page(PastCallQuery(owner_id=owner_id, text=text), None, limit)

    def missed_count(self, owner_id: str) -> int:
        return self._calls.count_missed(owner_id)

    def mark_seen(self, owner_id: str) -> bool:
        return self._calls.mark_seen(owner_id)

    def put_live(self, owner_id: str, call: Call) -> None:
        """Keep what is needed to follow this call after a restart."""
        self._calls.put_live(owner_id, call)

    def drop_live(self, owner_id: str, call_id: str) -> None:
        self._calls.drop_live(owner_id, call_id)

    def live_calls(self, owner_id: str) -> tuple[Call, ...]:
        """The calls that were on, oldest first, on the monotonic clock of this process."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        return tuple(
            _moved(call, now_s - max(0.0, (now - call.started_at).total_seconds()))
            for call in self._calls.live(owner_id)
        )

    def sync(self, owner_id: str, token: CancelToken, region: str = "US") -> HistoryNews:
        """Fetch what the call log has that is new; numbers without a country are read as in region.

        Who may not read the call log has no news. Raises the errors of a request; what was fetched before
        it failed stays.
        """
        from rcdesk.services.account.connection import session_of

        try:
            session = session_of(self._connection())
        except NotAllowed:
            return HistoryNews()
        sync_token = self._calls.sync_token(owner_id)
        is_first = sync_token is None
        changed, new = 0, list[PastCall]()
        for _ in range(MOST_ROUNDS):
            token.check()
            try:
                change = self._fetch(session, sync_token or "", token)
            except NotAllowed:
                return HistoryNews()
            now = self._clock.now()
            calls = self._past_calls(change.records, region, now - NEWS_FOR if is_first else None)
            for call, is_new in self._calls.remember_all(owner_id, calls):
                changed += 1
                if is_new and call.outcome.is_missed and call.at > now - NEWS_FOR:
                    new.append(call)
            sync_token = change.sync_token
            self._calls.set_sync_token(owner_id, sync_token, now)
            if not change.has_more:
                break
        missed = sorted(new, key=lambda call: call.at, reverse=True)
        return HistoryNews(changed=changed, missed=() if is_first else self._named(owner_id, missed))

    def result_of(self, owner_id: str, session_id: str, token: CancelToken) -> PastCall | None:
        """What the call log says of a call of this desk; None when it says nothing (yet), or may not be read.

        It is kept as well.
        """
        from rcdesk.api.rest import call_log
        from rcdesk.services.account.connection import session_of

        connection = self._connection()
        if not session_id or (connection is not None and not connection.phone.can_say_result):
            return None
        try:
            entries = call_log.calls_of_session(session_of(connection), session_id, token)
        except NotAllowed:
            return None
        own = [entry for entry in entries if entry.telephony_session_id in ("", session_id)]
        calls = [replace(call, session_id=session_id) for call in self._past_calls(own, "US", None)]
        calls.sort(key=lambda call: call.direction is not Direction.OUT)
        if not calls:
            return None
        self._calls.remember(owner_id, calls[0])
        found = self._calls.of_session(owner_id, session_id) or calls[0]
        return self._named(owner_id, (found,))[0]

    def _fetch(self, session: ApiSession, sync_token: str, token: CancelToken) -> CallLogChange:
        """One answer of the sync; from the start when the service no longer knows the token."""
        from rcdesk.api.rest import call_log
        from rcdesk.api.rest.reading import FullSyncNeeded

        since = self._clock.now() - FIRST_SYNC
        try:
            return call_log.sync_calls(session, sync_token, token, date_from=since, keep_free=LEFT_FOR_OTHERS)
        except FullSyncNeeded:
            return call_log.sync_calls(session, "", token, date_from=since, keep_free=LEFT_FOR_OTHERS)

    def _past_calls(
        self, entries: Iterable[CallLogEntry], region: str, seen_before: datetime | None
    ) -> list[PastCall]:
        found = (past_call_of(entry, region, seen_before) for entry in entries)
        return [call for call in found if call is not None]

    def _named(self, owner_id: str, calls: Iterable[PastCall]) -> tuple[PastCall, ...]:
        calls = tuple(calls)
        names = self._people.names(owner_id, tuple({call.number for call in calls if call.number}))
        if not names:
            return calls
        return tuple(replace(c, name=names[c.number]) if c.number in names else c for c in calls)


def past_call_of(entry: CallLogEntry, region: str, seen_before: datetime | None) -> PastCall | None:
    """A record of the call log as a past call; None while it goes on, or when nobody can say when it was."""
    if entry.at is None or entry.result == "In Progress":
        return None
    direction = Direction.IN if entry.direction == "Inbound" else Direction.OUT
    outcome = _outcome(entry, direction)
    is_seen = not outcome.is_missed or (seen_before is not None and entry.at < seen_before)
    return PastCall(
        id=f"log-{entry.id}",
        direction=direction,
        number=_number(entry.number, region),
        name=entry.name if any(c.isalpha() for c in entry.name) else "",
        at=entry.at,
        outcome=outcome,
        talked_s=entry.duration_s if outcome is CallOutcome.TALKED else 0.0,
        session_id=entry.telephony_session_id or entry.session_id,
        log_id=entry.id,
        reason=(entry.reason or entry.result) if outcome is CallOutcome.UNREACHABLE else "",
        is_seen=is_seen,
    )


def _outcome(entry: CallLogEntry, direction: Direction) -> CallOutcome:
    if direction is Direction.IN:
        if entry.result in _TALKED:
            return CallOutcome.TALKED
        return _IN.get(entry.result, CallOutcome.MISSED)
    if (
        entry.own_result
        and entry.own_result not in _TALKED
        and entry.own_result not in ("Unknown", "Stopped")
    ):
        return _OWN.get(entry.own_result, CallOutcome.UNREACHABLE)
    if entry.result in _TALKED:
        return CallOutcome.TALKED
    return _OUT.get(entry.result, CallOutcome.UNREACHABLE)


def _number(text: str, region: str) -> str:
    """E.164, a short extension as it is, "" for what holds no digits (a withheld number)."""
    if not any(c.isdigit() for c in text):
        return ""
    try:
        return parse(text, region).e164
    except UserError:
        return text.strip()


def _moved(call: Call, started_s: float) -> Call:
    """Seconds that count from the start of the call, on another clock."""
    since_s = None if call.talking_since_s is None else started_s + call.talking_since_s
    return replace(call, started_s=started_s, talking_since_s=since_s)
