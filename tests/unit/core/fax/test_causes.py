"""Causes against the contract: every code has words, and the words agree with what the desk repeats."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from rcdesk.core.fax.causes import (
    Cause,
    NextStep,
    api_cause,
    call_result_cause,
    cause_of,
    fax_cause,
    fax_code_for,
)
from rcdesk.core.fax.fax import YOU_SAID_FAILED
from rcdesk.core.fax.retry import HELPS, Again, GiveUp, Help, decide, help_for
from tests.places import SHARED_CONTRACT

WIRE = SHARED_CONTRACT / "wire-contract.md"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUCCESSES = frozenset({"Sent", "Received", "Accepted", "In Progress", "Call connected", "Connected"})


def _enum(openapi: dict[str, Any], name: str) -> list[str]:
    found: list[str] = openapi["components"]["schemas"][name]["enum"]
    return found


def _judge(cause: Cause) -> None:
    """What holds for every cause that the desk knows."""
    assert cause.code not in cause.words or " " in cause.code
    assert "delivered" not in cause.words.lower()
    assert cause.words.endswith(".")
    assert cause.advice
    says_again = "try again" in cause.words.lower()
    if cause.help is Help.NO:
        assert cause.step is not NextStep.RETRY
        assert not says_again
        assert "not help" in cause.can_help
    else:
        assert says_again or "minute" in cause.words or "by itself" in cause.words or "a while" in cause.words
        assert "may work" in cause.can_help


def test_the_34_fax_codes_say_what_the_retry_rule_does(openapi: dict[str, Any]) -> None:
    codes = _enum(openapi, "FaxErrorCodeEnum")
    assert len(codes) == 34
    assert set(HELPS) - {YOU_SAID_FAILED} <= set(codes)
    for code in codes:
        cause = cause_of(code)
        _judge(cause)
        assert cause.code == code
        assert cause.help is help_for(code), code
        is_repeated = isinstance(decide(code, now=NOW, tries=1), Again)
        assert is_repeated is (cause.help is not Help.NO), code
        assert fax_cause(code) == cause.words


def test_every_call_log_word_is_known_and_decided_as_its_words_say(openapi: dict[str, Any]) -> None:
    words = {*_enum(openapi, "CallResultEnum"), *_enum(openapi, "CallResultReasonEnum")}
    assert len(words) > 60
    no_news = {word for word in words if not call_result_cause(word).code}
    assert no_news >= SUCCESSES & words
    for word in sorted(words - no_news):
        cause = call_result_cause("Fax Not Sent", word)
        _judge(cause)
        assert "RingCentral says" not in cause.words
        is_repeated = isinstance(decide(fax_code_for("Fax Not Sent", word), now=NOW, tries=1), Again)
        assert is_repeated is (cause.help is not Help.NO), word


def test_the_more_telling_word_of_a_call_log_record_wins() -> None:
    assert fax_code_for("Busy", "Unknown") == "LineBusy"
    assert fax_code_for("Fax Not Sent", "Line Busy") == "LineBusy"
    assert fax_code_for("Send Error", "Fax Prepare Error") == "RenderingFailed"
    assert call_result_cause("Fax Poor Line", "Fax Poor Line").happened == "The line was too poor for a fax."
    assert fax_code_for("Fax Not Sent", "Number Disabled") == "Number Disabled"
    assert isinstance(decide("Number Disabled", now=NOW), GiveUp)
    assert fax_code_for("", "") == ""
    assert call_result_cause("Sent") == cause_of("")


def test_every_error_code_the_wire_contract_names_has_words() -> None:
    if not WIRE.exists():
        pytest.skip(f"the contract is not here: {WIRE.name}")
    text = WIRE.read_text(encoding="utf-8")
    codes = {"TokenInvalid", "TokenExpired"}
    for family, numbers in re.findall(r"\b(OAU|CMN|MSG)-(\d+(?:/\d+)*)", text):
        codes |= {f"{family}-{number}" for number in numbers.split("/")}
    assert len(codes) > 25
    for code in sorted(codes):
        cause = api_cause(code)
        _judge(cause)
        assert cause == cause_of(code)


def test_unknown_codes_are_shown_as_they_are() -> None:
    for cause in (cause_of("SomethingNew"), call_result_cause("Something New"), api_cause("MSG-999")):
        assert cause.code in cause.words
        assert cause.help is Help.NO
    assert fax_cause("") == "RingCentral gave no reason. Try again, or call them."
    assert cause_of("").help is help_for("")


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ("LineBusy", NextStep.RETRY),
        ("NoFaxMachine", NextStep.CALL),
        ("InvalidNumber", NextStep.EDIT),
        ("RenderingFailed", NextStep.EDIT),
        ("AccountSuspended", NextStep.ADMIN),
        ("ThePhoneIsBlacklisted", NextStep.FORWARD),
        ("MSG-348", NextStep.EDIT),
        ("CMN-408", NextStep.ADMIN),
    ],
)
def test_the_step_fits(code: str, step: NextStep) -> None:
    assert cause_of(code).step is step
