"""The fax's state machine and the small rules beside it."""

from __future__ import annotations

import pytest

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled
from rcdesk.core.fax import ALLOWED, FaxReport, FaxState, can_move, state_for


def test_every_state_has_its_row_and_can_be_reached() -> None:
    assert set(ALLOWED) == set(FaxState)
    reached = {FaxState.PREPARING}
    while grown := {new for old in reached for new in ALLOWED[old]} - reached:
        reached |= grown
    assert reached == set(FaxState)


def test_nothing_is_sent_again_without_being_queued_first() -> None:
    before_sending = {old for old in FaxState if can_move(old, FaxState.SENDING)}
    assert before_sending == {FaxState.QUEUED, FaxState.WAITING}
    for unsure in (FaxState.SENDING, FaxState.HANDED_OVER, FaxState.SENT):
        assert not can_move(unsure, FaxState.QUEUED)
    assert not can_move(FaxState.INTERRUPTED, FaxState.SENDING)


def test_what_is_accepted_stays_accepted() -> None:
    assert ALLOWED[FaxState.SENT] == frozenset()


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Queued", None),
        ("Sent", FaxState.SENT),
        ("Delivered", FaxState.SENT),
        ("SendingFailed", FaxState.FAILED),
        ("DeliveryFailed", FaxState.FAILED),
        ("Received", None),
        ("Zebra", None),
        ("", None),
    ],
)
def test_the_services_words(word: str, state: FaxState | None) -> None:
    assert state_for(FaxReport(message_id="1", status=word)) is state


def test_a_token_stops_work_and_waiting() -> None:
    token = CancelToken()
    token.check()
    token.sleep(0)
    token.cancel()
    token.cancel()
    assert token.is_cancelled
    with pytest.raises(Cancelled):
        token.check()
    with pytest.raises(Cancelled):
        token.sleep(60)
