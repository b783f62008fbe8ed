"""The fax's machine: final states stay, what the service says maps to a state, jobs can always be read."""

from __future__ import annotations

import pytest

from rcdesk.core.fax import ALLOWED, FaxReport, FaxState, can_move, state_for
from rcdesk.core.polling import fax_interval_s


def test_every_state_has_its_row() -> None:
    assert set(ALLOWED) == set(FaxState)


def test_a_sent_fax_stays_sent() -> None:
    assert not any(can_move(FaxState.SENT, new) for new in FaxState)


def test_an_interrupted_fax_is_never_sent_again_by_itself() -> None:
    assert not can_move(FaxState.INTERRUPTED, FaxState.SENDING)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Queued", None),
        ("Sent", FaxState.SENT),
        ("Delivered", FaxState.SENT),
        ("SendingFailed", FaxState.FAILED),
        ("DeliveryFailed", FaxState.FAILED),
        ("Received", None),
        ("SomethingNew", None),
    ],
)
def test_the_words_of_the_service(word: str, state: FaxState | None) -> None:
    assert state_for(FaxReport(message_id="1", status=word)) is state


def test_polling_slows_and_stops() -> None:
    assert fax_interval_s(None) is None
    assert [fax_interval_s(age) for age in (1.0, 100.0, 1000.0)] == [3.0, 10.0, 30.0]
