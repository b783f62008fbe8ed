"""Which running calls to ask about now, and when to ask again: rules for the timer in bridge/calls/watch.py.

The service allows so many light requests in a sliding window (docs/wire.md 1.2), shared with everything else
the program does. One call is asked about every second while something can change soon. From two calls on one
look at the account's active calls (spec: readUserPresenceStatus) confirms all that are as they were, and the
places left go to those where only the full status can tell, one after the other. The fewer places are left
the slower, and always so many stay that every call is heard of each LOOK_S and faxes can be followed. Pure.
Read next: core/calls/call.py, core/fax/polling.py for faxes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from rcdesk.core.calls.call import Call, CallState

LOOK_S = 3.4
"""The slowest pace at which the state of a call is confirmed, seconds."""

QUICK_S = 1.0
FEWEST_FOR_A_LOOK = 3
RESERVE = 6
"""Places in a window that calls leave to everything else, faxes above all."""

SPARE_LASTS_S = 10.0
MANY_LAST_S = 30.0
"""Places left over are spent as if they had to last so long, for few calls and for many: quick at first,
slower as they get fewer."""

OLD_S = 60.0
JUST_CONNECTED_S = 15.0
SURE_S = 15.0
"""A phone that rings for so long by the list alone is asked about in full, in case the list does not tell."""

MOST_HELD = 5
"""So many places are held back for calls of which a look shows that they have changed."""

SLACK = 2
"""Others may ask so much more in the coming window than in the last one."""

LAST_PLACES = 3
"""Places that not even a call that has certainly changed may take."""


class RequestQuota(Struct, frozen=True, kw_only=True):
    """What is known about one group of requests: limit in each window_s seconds, and what was sent.

    sent_s: monotonic seconds of the requests that still count; closed_until_s: end of a penalty.
    """

    limit: int = 50
    window_s: float = 60.0
    sent_s: tuple[float, ...] = ()
    closed_until_s: float = 0.0


class Watched(Struct, frozen=True, kw_only=True):
    """One live call with what was asked about it.

    asked_s: monotonic seconds of the last question for its full status. is_due: that answer is missing still.
    is_suspect: the active calls show it in another state than its last full status did, or not any more.
    is_unlisted: the service lives with it but does not list it among the active calls.
    """

    call: Call
    asked_s: float
    is_due: bool = False
    is_suspect: bool = False
    is_unlisted: bool = False


class ActiveCallsPoll(Struct, frozen=True, kw_only=True):
    """The looks at the active calls: are they allowed, when was the last one, is its answer missing."""

    is_possible: bool = True
    asked_s: float = 0.0
    is_due: bool = False


class PollPlan(Struct, frozen=True, kw_only=True):
    """What to ask now, and in how many seconds to think again (None: when an answer comes, or never)."""

    is_look: bool = False
    ask: tuple[str, ...] = ()
    next_s: float | None = None


class _Purse(Struct, frozen=True):
    """The places calls may use in a window. own_s: when the questions of the last one were asked.

    places: how many requests of whatever kind the service would still take at this moment.
    """

    window_s: float
    own_s: tuple[float, ...]
    allowance: int
    unreserved: int
    places: int
    now_s: float

    @property
    def last_places(self) -> _Purse:
        """The same with what is reserved for others and not used by them, short of the very last places."""
        return replace(self, allowance=max(self.allowance, self.unreserved))

    def free(self, pace_s: float) -> int:
        """How many questions may be asked on top of one now and every pace_s seconds for a whole window."""
        fewest = self.allowance
        for step in range(int(self.window_s / pace_s) + 1):
            left_s = self.now_s + step * pace_s - self.window_s
            counted = sum(1 for at_s in self.own_s if at_s > left_s)
            fewest = min(fewest, self.allowance - counted - step - 1)
        return max(0, fewest)


def plan_poll(
    watched: Sequence[Watched],
    now_s: float,
    quota: RequestQuota,
    own_s: Sequence[float],
    look: ActiveCallsPoll,
) -> PollPlan:
    """Whom to ask now. own_s: monotonic seconds of the questions asked so far, old ones included."""
    watched = [w for w in watched if not w.call.state.is_final]
    if not watched:
        return PollPlan()
    if quota.closed_until_s > now_s:
        return PollPlan(next_s=quota.closed_until_s - now_s)
    purse = _purse(quota, own_s, now_s)
    # Two are asked about one by one, but one look at both is cheaper when few places are left.
    is_short = purse.free(LOOK_S / (FEWEST_FOR_A_LOOK - 1)) == 0
    crowds = _crowds(watched, look, now_s, FEWEST_FOR_A_LOOK - is_short)
    suspects = [w.call.id for w in watched if w.is_suspect and not w.is_due]
    cycle_s, pace_s = _paces(crowds, purse, has_suspects=bool(suspects))
    free = purse.free(pace_s)
    asked = suspects[: max(free, purse.last_places.free(pace_s))]
    # What is left for haste, when every call has changed that soon will have.
    held = min(MOST_HELD, len(watched))
    free -= len(asked) + held
    moments: list[float] = []
    is_look = False
    # A look tells nothing new of those of which one has shown already that they have changed.
    if crowds.is_looking and not look.is_due and not all(w.is_suspect for w in watched):
        look_s, must_s = _look_at(crowds, max(look.asked_s, now_s - quota.window_s), cycle_s, free)
        is_look = look_s <= now_s + _EARLY_S
        if is_look:
            free -= must_s > now_s + _EARLY_S
        else:
            moments.append(look_s)
    for single in crowds.singles:
        wanted_s = max(_wanted_s(single.call, now_s), _quick_s(free)) * len(crowds.singles)
        must_s = _heard_s(single) + cycle_s
        if _ask_or_wait(single, min(single.asked_s + wanted_s, must_s), now_s, asked, moments):
            free -= must_s > now_s + _EARLY_S
    if crowds.unsure and free + held > 0:
        _ask_or_wait(crowds.unsure[0], _turn_s(crowds, purse, pace_s, free), now_s, asked, moments)
    places = max(0, purse.places - is_look)
    must_wait = len(suspects) > len(asked) or places < len(asked)
    if must_wait or (crowds.is_looking and not moments and not look.is_due):
        moments.append(now_s + QUICK_S / 2)
    next_s = max(_EARLY_S, min(moments) - now_s) if moments else None
    return PollPlan(is_look=is_look, ask=tuple(asked[:places]), next_s=next_s)


def _look_at(crowds: _Crowds, looked_s: float, cycle_s: float, free: int) -> tuple[float, float]:
    """When the next look may be, the last one having been at looked_s, and when it must be."""
    must_s = looked_s + cycle_s
    may_s = looked_s + _quick_s(free, MANY_LAST_S) if crowds.is_look_urgent else must_s
    return min(may_s, must_s), must_s


def _turn_s(crowds: _Crowds, purse: _Purse, pace_s: float, free: int) -> float:
    """When the turn of the first of the unsure has come.

    One that has moved on leaves the crowd, and the next is asked at once: it may well have too.
    """
    even_s = purse.window_s / max(1.0, purse.allowance - purse.window_s / pace_s - MOST_HELD)
    turn_s = min(_quick_s(free, MANY_LAST_S), max(QUICK_S, even_s))
    return max(crowds.unsure[0].asked_s + QUICK_S, crowds.unsure[-1].asked_s + turn_s)


def _paces(crowds: _Crowds, purse: _Purse, *, has_suspects: bool) -> tuple[float, float]:
    """In how many seconds each is heard of once, and how many lie between two requests that must be."""
    musts = int(crowds.is_looking) + len(crowds.singles)
    # When all places go to looks, those of which a look shows that they have changed take every second one.
    shares = musts + (crowds.is_looking and has_suspects)
    cycle_s = shares * max(purse.window_s / purse.allowance, LOOK_S / shares)
    return cycle_s, cycle_s / musts


_EARLY_S = 0.01
"""A timer may ring so much too early."""


class _Crowds(Struct, frozen=True):
    """The live calls by how they are asked about.

    singles: one by one. unsure: confirmed by a look, but it cannot tell whether they have moved on; the one
    that was asked about longest ago first. is_look_urgent: a look may show a change that is worth a second.
    """

    is_looking: bool
    is_look_urgent: bool
    singles: list[Watched]
    unsure: list[Watched]


def _crowds(watched: Sequence[Watched], look: ActiveCallsPoll, now_s: float, fewest: int) -> _Crowds:
    listed = [w for w in watched if not w.is_unlisted]
    if not look.is_possible or len(listed) < fewest:
        return _Crowds(False, False, list(watched), [])
    unsure = [
        w
        for w in listed
        if not w.is_suspect
        and not w.is_due
        and (w.call.state is CallState.RINGING_THEM or (_is_first(w.call) and now_s - w.asked_s > SURE_S))
    ]
    return _Crowds(
        True,
        any(_is_first(w.call) for w in listed),
        [w for w in watched if w.is_unlisted],
        sorted(unsure, key=lambda w: w.asked_s),
    )


def _is_first(call: Call) -> bool:
    """True while the user's own phone has not answered."""
    return call.state in (CallState.DIALLING, CallState.RINGING_YOU)


def _heard_s(one: Watched) -> float:
    """When there was news of it, by its own question or by a look."""
    return one.asked_s if one.call.checked_s is None else max(one.asked_s, one.call.checked_s)


def _quick_s(free: int, last_s: float = SPARE_LASTS_S) -> float:
    """The quickest pace that so many places allow, seconds between two questions."""
    return max(QUICK_S, last_s / free) if free > 0 else math.inf


def _ask_or_wait(one: Watched, at_s: float, now_s: float, asked: list[str], moments: list[float]) -> bool:
    """Ask about it when that moment has come, else note it. The answer to a question wakes the desk."""
    if one.is_due or one.call.id in asked:
        return False
    if at_s > now_s + _EARLY_S:
        moments.append(at_s)
        return False
    asked.append(one.call.id)
    return True


def _purse(quota: RequestQuota, own_s: Sequence[float], now_s: float) -> _Purse:
    since_s = now_s - quota.window_s
    own = tuple(at_s for at_s in own_s if at_s > since_s)
    sent = sum(1 for at_s in quota.sent_s if at_s > since_s)
    others = sent - len(own)
    reserve = min(RESERVE, quota.limit // 5)
    allowance = max(1, quota.limit // 4, quota.limit - max(reserve, others + SLACK))
    unreserved = quota.limit - max(0, others) - LAST_PLACES
    return _Purse(quota.window_s, own, allowance, unreserved, quota.limit - max(sent, len(own)), now_s)


def _wanted_s(call: Call, now_s: float) -> float:
    """A ringing phone can change any second; a conversation rarely does, but often right at its start."""
    if call.state is CallState.TALKING and call.talking_since_s is not None:
        return 1.5 * QUICK_S if now_s - call.talking_since_s < JUST_CONNECTED_S else LOOK_S
    return QUICK_S if now_s - call.started_s < OLD_S else 2 * QUICK_S


def expected_word(call: Call) -> str | None:
    """The telephonyStatus that a look must show while nothing has changed; None when any will do."""
    return "Ringing" if _is_first(call) else None
