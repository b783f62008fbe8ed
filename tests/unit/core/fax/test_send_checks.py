"""The checks before a fax goes: at most one question, about the oddest thing."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from rcdesk.core.fax.fax import Recipient
from rcdesk.core.fax.send_checks import Oddity, RecipientFacts, digits_differ, question

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ANN = Recipient(number="+16505550142", name="Ann")
BEN = Recipient(number="+16505550143", name="Ben")


def facts(oddity: Oddity | None, recipient: Recipient = ANN) -> RecipientFacts:
    """Facts with this oddity as the most serious one, and every lesser one besides where that can be."""
    match oddity:
        case Oddity.SAME_PAGES_TODAY:
            return RecipientFacts(
                recipient=recipient,
                is_known=False,
                duplicate_at=NOW,
                near=BEN,
                voice_label="Mobile",
                may_not_exist=True,
                failed_at=NOW,
            )
        case Oddity.ONE_DIGIT_OFF:
            return RecipientFacts(
                recipient=recipient, is_known=False, near=BEN, voice_label="Mobile", failed_at=NOW
            )
        case Oddity.VOICE_NUMBER:
            return RecipientFacts(
                recipient=recipient, is_known=True, voice_label="Mobile", may_not_exist=True, failed_at=NOW
            )
        case Oddity.MAY_NOT_EXIST:
            return RecipientFacts(recipient=recipient, is_known=True, may_not_exist=True, failed_at=NOW)
        case Oddity.FAILED_LATELY:
            return RecipientFacts(recipient=recipient, is_known=False, failed_at=NOW)
        case Oddity.FIRST_TIME:
            return RecipientFacts(recipient=recipient, is_known=False)
        case None:
            return RecipientFacts(recipient=recipient, is_known=True, last_good_at=NOW)


@pytest.mark.parametrize("oddity", [*Oddity, None])
def test_the_most_serious_oddity_counts(oddity: Oddity | None) -> None:
    assert facts(oddity).oddity is oddity


def test_a_known_number_is_not_odd_for_having_a_neighbour() -> None:
    assert RecipientFacts(recipient=ANN, is_known=True, near=BEN).oddity is None


def test_a_fax_that_arrived_says_more_than_a_list_of_numbers() -> None:
    known = RecipientFacts(
        recipient=ANN, is_known=True, last_good_at=NOW, voice_label="Mobile", may_not_exist=True
    )
    assert known.oddity is None


def test_nothing_odd_asks_nothing() -> None:
    assert question([]) is None
    assert question([facts(None), facts(None, BEN)]) is None


def test_one_question_the_oddest_first() -> None:
    for order in itertools.permutations([*Oddity, None]):
        asked = question([facts(oddity) for oddity in order])
        assert asked is not None
        assert asked.oddity is Oddity.SAME_PAGES_TODAY
        assert [fact.oddity for fact in asked.odd] == list(Oddity)


def test_equally_odd_recipients_stay_in_their_order() -> None:
    asked = question([facts(Oddity.FIRST_TIME, BEN), facts(None), facts(Oddity.FIRST_TIME, ANN)])
    assert asked is not None
    assert [fact.recipient for fact in asked.odd] == [BEN, ANN]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("+16505550142", "+16505550142", 0),
        ("+16505550142", "+16505550143", 1),
        ("+16505550142", "+16505550124", 2),
        ("+16505550142", "+1650555014", 12),
        ("", "", 0),
    ],
)
def test_digits_differ(one: str, other: str, differ: int) -> None:
    assert digits_differ(one, other) == digits_differ(other, one) == differ
