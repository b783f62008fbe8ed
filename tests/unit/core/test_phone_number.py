"""What people paste as a number, and why some of it cannot be called."""

from __future__ import annotations

import pytest

from rcdesk.core.errors import UserError
from rcdesk.core.phone_number import as_typed, last_four, parse, pretty


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("(650) 555-0142", "US", "+16505550142"),
        ("650.555.0142", "US", "+16505550142"),
        ("  +1 650 555 0142 ", "GB", "+16505550142"),
        ("tel:+16505550142", "US", "+16505550142"),
        ("callto://6505550142", "US", "+16505550142"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("1-800-FLOWERS", "US", "+18003569377"),
    ],
)
def test_anything_pasted_is_read(text: str, region: str, e164: str) -> None:
    assert parse(text, region).e164 == e164


def test_an_extension_survives() -> None:
    assert parse("650-555-0142 ext. 12").extension == "12"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Type a number"),
        ("   ", "Type a number"),
        ("hello", "no digits"),
        ("911", "emergency"),
        ("tel:911", "emergency"),
        ("12", "too short"),
        ("555-01", "too short"),
        ("5550142", "area code"),
        ("6505550142650555014265", "not a phone number|too long"),
        ("555-0142", "area code is missing"),
    ],
)
def test_a_refusal_says_why(text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        parse(text, "US")


def test_numbers_are_shown_as_people_write_them() -> None:
    assert pretty("+16505550142", "US") == "(650) 555-0142"
    assert pretty("+442079460018", "US") == "+44 20 7946 0018"
    assert pretty("no number") == "no number"


def test_only_the_last_four_digits_may_be_logged() -> None:
    assert last_four("+16505550142") == "…0142"
    assert last_four("911") == "…"


def test_half_typed_numbers_are_grouped() -> None:
    assert as_typed("6505550") == "650-5550"
