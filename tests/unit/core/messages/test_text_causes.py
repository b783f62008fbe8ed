"""Every code of the guide and of the simulator has a sentence, and none says what cannot be known."""

from __future__ import annotations

import re

import pytest

from rcdesk.core.messages.causes import KNOWN_CODES, NOT_REGISTERED, TextStep, text_cause
from rcdesk.simulator.magic import TEXT_ERROR_CODES, TEXT_REFUSALS

CODES = sorted({*KNOWN_CODES, *TEXT_ERROR_CODES, *(row[1] for row in TEXT_REFUSALS), "CMN-408"})


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_words_and_a_way_on(code: str) -> None:
    cause = text_cause(code)
    assert cause.code == code and code not in cause.words
    assert re.fullmatch(r"[A-Z].*\.", cause.happened) and re.fullmatch(r"[A-Z].*\.", cause.advice)
    assert cause.step is not TextStep.NONE
    assert cause.can_repeat is (cause.step is TextStep.RETRY)
    assert not (cause.can_repeat and not cause.is_certain)


@pytest.mark.parametrize(
    ("code", "part", "step"),
    [
        ("SMS-RC-410", "landline", TextStep.FAX),
        ("SMS-UP-410", "landline", TextStep.FAX),
        ("SMS-CAR-411", "landline", TextStep.FAX),
        ("SMS-CAR-410", "ran out of time", TextStep.RETRY),
        ("SMS-RC-413", "START", TextStep.CALL),
        ("SMS-CAR-430", "spam", TextStep.EDIT),
        ("SMS-UP-431", "your number", TextStep.OTHER_NUMBER),
        ("SMS-CAR-432", "too long", TextStep.EDIT),
        ("SMS-CAR-434", "too large", TextStep.SHRINK),
        ("SMS-CAR-450", "tomorrow", TextStep.RETRY),
        ("SMS-CAR-461", "toll-free", TextStep.ADMIN),
        ("MSG-240", "US", TextStep.FAX),
        ("sms-rc-413 ", "START", TextStep.CALL),
    ],
)
def test_what_it_means(code: str, part: str, step: TextStep) -> None:
    cause = text_cause(code)
    assert part.lower() in cause.words.lower() and cause.step is step


@pytest.mark.parametrize("code", ["SMS-CAR-104", "SMS-CAR-199"])
def test_what_may_have_arrived_is_not_sent_again_unasked(code: str) -> None:
    cause = text_cause(code)
    assert not cause.is_certain and not cause.can_repeat


def test_codes_nobody_knows_are_shown() -> None:
    assert "SMS-CAR-777" in text_cause("SMS-CAR-777").words
    assert text_cause("").happened == "RingCentral gave no reason."
    assert text_cause("MSG-104").is_certain
    assert "registered" in NOT_REGISTERED.words
