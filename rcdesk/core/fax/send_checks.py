"""The checks before a fax goes: misdialled, sent twice, or anything else odd about it?

facts come from the archive, one per recipient; question() turns them into at most one question. Pure. Read
next: services/fax/faxes.py (facts), ui/compose/review_dialog.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from msgspec import Struct

from rcdesk.core.fax.fax import Recipient


class Oddity(Enum):
    """What is odd, the most serious first."""

    SAME_PAGES_TODAY = "these pages went to this number within a day"
    ONE_DIGIT_OFF = "one digit off a number that is known"
    VOICE_NUMBER = "known as a telephone and not as a fax"
    MAY_NOT_EXIST = "a number of the right length that nobody is known to have"
    FAILED_LATELY = "the last fax to this number failed"
    FIRST_TIME = "first fax to this number"


class RecipientFacts(Struct, frozen=True, kw_only=True):
    """What the archive knows about one recipient.

    duplicate_at: when the same pages last went (or were queued) to this number within a day, None otherwise.
    near: a known recipient whose number differs in one digit, None when there is none or this one is known.
    voice_label: what it is called where it is known as a telephone and not as a fax ("Mobile"), "" elsewhere.
    may_not_exist: no such number is given out, as far as is known. failed_at and failed_why: the last fax to
    it failed lately. last_good_at: last fax its machine accepted.
    """

    recipient: Recipient
    is_known: bool
    last_good_at: datetime | None = None
    duplicate_at: datetime | None = None
    near: Recipient | None = None
    voice_label: str = ""
    may_not_exist: bool = False
    failed_at: datetime | None = None
    failed_why: str = ""

    @property
    def oddity(self) -> Oddity | None:
        """The most serious oddity, None when nothing is odd."""
        if self.duplicate_at is not None:
            return Oddity.SAME_PAGES_TODAY
        if not self.is_known and self.near is not None:
            return Oddity.ONE_DIGIT_OFF
        # A fax that arrived says more than a word in a list.
        if self.voice_label and self.last_good_at is None:
            return Oddity.VOICE_NUMBER
        if self.may_not_exist and self.last_good_at is None:
            return Oddity.MAY_NOT_EXIST
        if self.failed_at is not None:
            return Oddity.FAILED_LATELY
        return None if self.is_known else Oddity.FIRST_TIME


class SendQuestion(Struct, frozen=True, kw_only=True):
    """The one question to ask: about these recipients, the most serious oddity first."""

    oddity: Oddity
    odd: tuple[RecipientFacts, ...]


def question(facts: Sequence[RecipientFacts]) -> SendQuestion | None:
    """At most one question for a whole fax, however many recipients are odd; None when nothing is."""
    odd = [fact for fact in facts if fact.oddity is not None]
    if not odd:
        return None
    order = list(Oddity)
    odd.sort(key=lambda fact: order.index(fact.oddity or Oddity.FIRST_TIME))
    return SendQuestion(oddity=odd[0].oddity or Oddity.FIRST_TIME, odd=tuple(odd))


def digits_differ(one: str, other: str) -> int:
    """In how many places two numbers of the same length differ; their length when the lengths differ."""
    if len(one) != len(other):
        return max(len(one), len(other))
    return sum(a != b for a, b in zip(one, other, strict=True))
