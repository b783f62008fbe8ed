"""How often calls are asked about: quick for one, one look for many, and never over the limit.

A small model of the service answers at once and counts in a sliding window, so that a whole evening of calls
takes a moment. Read next: tests/endurance/test_ten_calls.py, the same over HTTP.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rcdesk.core.calls.call import Call, CallState, session_gone
from rcdesk.core.calls.polling import (
    LOOK_S,
    RESERVE,
    ActiveCallsPoll,
    RequestQuota,
    Watched,
    expected_word,
    plan_poll,
)
from tests.unit.core.calls.test_call import NEW, RINGING_THEM, RINGING_YOU, TALKING

ANSWER_S = 0.05


def _watched(call: Call, asked_s: float = 0.0, **changes: bool) -> Watched:
    return Watched(call=call, asked_s=asked_s, **changes)


def _some(call: Call, count: int, **changes: bool) -> list[Watched]:
    return [_watched(replace(call, id=str(n)), **changes) for n in range(count)]


def test_nothing_live_nothing_asked() -> None:
    gone = _watched(session_gone(RINGING_YOU, 1.0))
    for nothing in ([], [gone]):
        plan = plan_poll(nothing, 5.0, RequestQuota(), [], ActiveCallsPoll())
        assert (plan.is_look, plan.ask, plan.next_s) == (False, (), None)


def test_one_ringing_call_every_second_and_a_conversation_less_often() -> None:
    for call, after_s in ((RINGING_YOU, 1.0), (RINGING_THEM, 1.0), (TALKING, 1.5)):
        early = plan_poll([_watched(call, 9.5)], 10.0, RequestQuota(), [], ActiveCallsPoll())
        assert early.ask == ()
        assert early.next_s is not None and math.isclose(early.next_s, after_s - 0.5)
        assert plan_poll(
            [_watched(call, 10.0 - after_s)], 10.0, RequestQuota(), [], ActiveCallsPoll()
        ).ask == (call.id,)
    long_talk = plan_poll([_watched(TALKING, 99.0)], 100.0, RequestQuota(), [], ActiveCallsPoll())
    assert long_talk.next_s is not None and math.isclose(long_talk.next_s, LOOK_S - 1.0)
    long_ring = plan_poll([_watched(RINGING_THEM, 99.0)], 100.0, RequestQuota(), [], ActiveCallsPoll())
    assert long_ring.next_s == 1.0


def test_what_has_no_answer_yet_is_not_asked_again() -> None:
    assert (
        plan_poll([_watched(RINGING_YOU, is_due=True)], 50.0, RequestQuota(), [], ActiveCallsPoll()).next_s
        is None
    )
    many = plan_poll(
        _some(RINGING_THEM, 3, is_due=True), 50.0, RequestQuota(), [], ActiveCallsPoll(is_due=True)
    )
    assert (many.is_look, many.ask, many.next_s) == (False, (), None)


def test_several_calls_are_looked_at_together_and_only_the_changed_ones_one_by_one() -> None:
    calls = _some(TALKING, 9)
    changed = _watched(replace(TALKING, id="changed"), is_suspect=True)
    plan = plan_poll([*calls, changed], 40.0, RequestQuota(), [], ActiveCallsPoll(asked_s=30.0))
    assert (plan.is_look, plan.ask) == (True, ("changed",))
    rest = plan_poll(calls, 40.0, RequestQuota(), [], ActiveCallsPoll(asked_s=39.0))
    assert (rest.is_look, rest.ask) == (False, ())
    assert rest.next_s is not None and math.isclose(rest.next_s, LOOK_S - 1.0)


def test_those_that_ring_them_take_turns() -> None:
    calls = [_watched(replace(RINGING_THEM, id=str(n)), 30.0 + n) for n in range(3)]
    plan = plan_poll(calls, 34.0, RequestQuota(), [], ActiveCallsPoll(asked_s=33.5))
    assert plan.ask == ("0",)


def test_without_the_list_all_are_asked_one_by_one_within_the_limit() -> None:
    plan = plan_poll(_some(TALKING, 10), 100.0, RequestQuota(), [], ActiveCallsPoll(is_possible=False))
    assert not plan.is_look and len(plan.ask) == 10
    asked = [_watched(one.call, 100.0) for one in _some(TALKING, 10)]
    later = plan_poll(asked, 100.1, RequestQuota(), [100.0] * 10, ActiveCallsPoll(is_possible=False))
    assert later.ask == ()
    assert later.next_s is not None and later.next_s >= 10 * 60 / (50 - RESERVE) - 0.2
    unlisted = plan_poll(
        [*_some(TALKING, 3), _watched(NEW, is_unlisted=True)], 100.0, RequestQuota(), [], ActiveCallsPoll()
    )
    assert (unlisted.is_look, unlisted.ask) == (True, (NEW.id,))


def test_a_penalty_is_waited_out() -> None:
    room = RequestQuota(closed_until_s=90.0)
    plan = plan_poll(_some(RINGING_YOU, 4), 60.0, room, [], ActiveCallsPoll())
    assert (plan.is_look, plan.ask, plan.next_s) == (False, (), 30.0)


@dataclass
class _Service:
    """Calls that go through their stages by their own times, and every request that was made."""

    stages_s: list[tuple[float, float, float]]
    is_word_late: bool
    sent_s: list[float] = field(default_factory=list)

    def state(self, index: int, now_s: float) -> CallState:
        first, second, third = self.stages_s[index]
        if now_s < first:
            return CallState.RINGING_YOU
        if now_s < second:
            return CallState.RINGING_THEM
        return CallState.TALKING if now_s < third else CallState.ENDED

    def word(self, index: int, now_s: float) -> str:
        """What the list says; services differ in when they call a call connected."""
        match self.state(index, now_s):
            case CallState.RINGING_YOU:
                return "Ringing"
            case CallState.RINGING_THEM:
                return "Ringing" if self.is_word_late else "CallConnected"
            case CallState.TALKING:
                return "CallConnected"
            case _:
                return ""


@dataclass
class _Desk:
    """The rules at work as CallWatch works them.

    oldest_s: the greatest age of what was known of a call that goes on; latest_s: of one that has ended.
    """

    service: _Service
    limit: int
    others_s: list[float]
    calls: list[Call] = field(default_factory=list)
    words: dict[str, str | None] = field(default_factory=dict)
    watched: dict[str, Watched] = field(default_factory=dict)
    look: ActiveCallsPoll = field(default_factory=lambda: ActiveCallsPoll(asked_s=-math.inf))
    own_s: list[float] = field(default_factory=list)
    oldest_s: float = 0.0
    latest_s: float = 0.0

    def run(self, until_s: float) -> None:
        now_s = 0.0
        for index in range(len(self.service.stages_s)):
            call = replace(RINGING_YOU, id=str(index), started_s=0.0, checked_s=0.0)
            self.watched[call.id] = Watched(call=call, asked_s=0.0)
            self.words[call.id] = expected_word(call)
        while now_s < until_s:
            sent = [at for at in (*self.own_s, *self.others_s) if now_s - 60.0 < at <= now_s]
            plan = plan_poll(
                list(self.watched.values()),
                now_s,
                RequestQuota(limit=self.limit, sent_s=tuple(sent)),
                self.own_s,
                self.look,
            )
            if plan.is_look:
                self._look(now_s)
            for call_id in plan.ask:
                self._ask(call_id, now_s)
            self._measure(now_s)
            if plan.next_s is None and not plan.is_look and not plan.ask:
                return
            # An answer makes the desk think again; it comes soon.
            now_s += ANSWER_S if plan.is_look or plan.ask else plan.next_s or 0.0

    def _look(self, now_s: float) -> None:
        self.own_s.append(now_s)
        self.look = ActiveCallsPoll(asked_s=now_s)
        for call_id, one in self.watched.items():
            word = self.service.word(int(call_id), now_s)
            if not word:
                self.watched[call_id] = replace(one, is_suspect=not one.call.state.is_final)
                continue
            call = replace(one.call, checked_s=now_s)
            if word == "CallConnected" and call.state is CallState.RINGING_YOU:
                call, self.words[call_id] = replace(call, state=CallState.RINGING_THEM), word
            is_same = self.words[call_id] in (None, word)
            self.words[call_id] = word if is_same else self.words[call_id]
            self.watched[call_id] = replace(one, call=call, is_suspect=not is_same)

    def _ask(self, call_id: str, now_s: float) -> None:
        self.own_s.append(now_s)
        one = self.watched[call_id]
        state = self.service.state(int(call_id), now_s)
        since_s = one.call.talking_since_s
        if state is CallState.TALKING and since_s is None:
            since_s = now_s
        call = replace(one.call, state=state, checked_s=now_s, talking_since_s=since_s)
        self.words[call_id] = None
        self.watched[call_id] = replace(one, call=call, asked_s=now_s, is_suspect=False)

    def _measure(self, now_s: float) -> None:
        for one in self.watched.values():
            if one.call.state.is_final:
                continue
            assert one.call.checked_s is not None
            age_s = now_s - one.call.checked_s
            if self.service.state(int(one.call.id), now_s) is CallState.ENDED:
                self.latest_s = max(self.latest_s, age_s)
            else:
                self.oldest_s = max(self.oldest_s, age_s)


def _busiest(moments: list[float], window_s: float = 60.0) -> int:
    """The most requests in any window."""
    moments = sorted(moments)
    return max((sum(1 for at in moments if start <= at < start + window_s) for start in moments), default=0)


_stages = st.tuples(st.floats(0.5, 30), st.floats(0.5, 40), st.floats(1, 400)).map(
    lambda s: (s[0], s[0] + s[1], s[0] + s[1] + s[2])
)


@settings(
    max_examples=40, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
@given(
    stages=st.lists(_stages, min_size=1, max_size=12),
    is_word_late=st.booleans(),
    limit=st.sampled_from([50, 60, 100]),
    others_every_s=st.sampled_from([0.0, 6.0, 3.0]),
)
def test_any_calls_stay_within_the_limit_and_are_heard_of_in_time(
    stages: list[tuple[float, float, float]], is_word_late: bool, limit: int, others_every_s: float
) -> None:
    others_s = [n * others_every_s - 60.0 for n in range(int(560 / others_every_s))] if others_every_s else []
    desk = _Desk(service=_Service(stages, is_word_late), limit=limit, others_s=others_s)
    desk.run(500.0)
    assert _busiest([*desk.own_s, *others_s]) <= limit
    # Somebody else who takes two places of five leaves too few for the promise of four seconds.
    assert desk.oldest_s <= (5.0 if others_every_s == 3.0 else 4.0)
    assert desk.latest_s <= 60.0, "when places are short an end is found once a window has passed"
    assert all(one.call.state is CallState.ENDED for one in desk.watched.values())


def test_two_that_are_left_when_places_are_short_are_looked_at_together() -> None:
    """Five calls that ended one by one have used up the places; asking the last two singly takes too many."""
    stages = [
        (10.0, 20.0, 21.0),
        (1.0, 41.0, 42.0),
        (10.0, 11.0, 41.0),
        (0.5, 40.5, 100.5),
        (22.5, 42.0, 109.0),
    ]
    desk = _Desk(service=_Service(stages, False), limit=60, others_s=[n * 6.0 - 60.0 for n in range(90)])
    desk.run(200.0)
    assert _busiest([*desk.own_s, *desk.others_s]) <= 60
    assert desk.oldest_s <= 4.0


def test_no_look_is_spent_on_calls_that_are_known_to_have_changed() -> None:
    """Twelve that end together, beside somebody who takes two places of five."""
    stages = [(2.0, 12.0, 13.0)] * 12
    desk = _Desk(service=_Service(stages, False), limit=50, others_s=[n * 3.0 - 60.0 for n in range(90)])
    desk.run(200.0)
    assert desk.latest_s <= 30.0
    changed = [replace(one, is_suspect=True) for one in _some(TALKING, 4)]
    assert not plan_poll(changed, 100.0, RequestQuota(), [], ActiveCallsPoll(asked_s=0.0)).is_look


def test_the_first_look_comes_at_once_also_when_places_are_short() -> None:
    room = RequestQuota(sent_s=tuple(60.0 + n for n in range(30)))
    calls = [_watched(replace(TALKING, id="1"), 90.0), _watched(replace(RINGING_YOU, id="2"), 90.0)]
    for look in (ActiveCallsPoll(asked_s=-math.inf), ActiveCallsPoll(asked_s=80.0)):
        assert plan_poll(calls, 91.0, room, [], look).is_look


@pytest.mark.parametrize(("limit", "others_every_s", "soon_s"), [(50, 60 / 35, 60.0), (20, 0.0, 20.0)])
def test_looks_leave_a_place_to_a_call_that_has_changed(
    limit: int, others_every_s: float, soon_s: float
) -> None:
    """Where the looks alone take every place there is."""
    others_s = [n * others_every_s - 60.0 for n in range(int(360 / others_every_s))] if others_every_s else []
    stages = [(0.5, 1.0, 90.0), (0.5, 1.0, 290.0), (0.5, 1.0, 290.0)]
    desk = _Desk(service=_Service(stages, False), limit=limit, others_s=others_s)
    desk.run(280.0)
    assert desk.latest_s <= soon_s
    assert _busiest([*desk.own_s, *others_s]) <= limit


def test_ten_calls_leave_the_faxes_their_share() -> None:
    for stages in ([(4.0, 8.0, 608.0)] * 10, [(13.0, 33.0, 93.0)] * 10):
        for is_word_late in (False, True):
            desk = _Desk(service=_Service(stages, is_word_late), limit=50, others_s=[])
            desk.run(700.0)
            assert _busiest(desk.own_s) <= 50 - RESERVE
            assert max(desk.oldest_s, desk.latest_s) <= 4.0


def test_those_that_answer_at_once_are_told_at_once() -> None:
    for stages in ([(4.0, 8.0, 608.0)] * 10, [(13.0, 33.0, 93.0)] * 5):
        desk = _Desk(service=_Service(stages, False), limit=50, others_s=[])
        desk.run(stages[0][1] + 3.0)
        assert all(one.call.state is CallState.TALKING for one in desk.watched.values())


def test_one_call_is_followed_to_its_end_at_the_quick_pace_of_a_second() -> None:
    desk = _Desk(service=_Service([(6.0, 18.0, 40.0)], False), limit=50, others_s=[])
    desk.run(100.0)
    gaps = [b - a for a, b in zip(desk.own_s, desk.own_s[1:], strict=False)]
    assert max(gaps[:12]) < 1.2
    assert max(gaps) <= LOOK_S + 0.01
    assert _busiest(desk.own_s) <= 50 - RESERVE
