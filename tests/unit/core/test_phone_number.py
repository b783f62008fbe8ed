"""Numbers as people write them, read or refused with a reason."""

from __future__ import annotations

import pytest

from rcdesk.core.errors import UserError
from rcdesk.core.phone_number import as_typed, last_four, parse, pretty


@pytest.mark.parametrize(
    "text",
    ["6505550142", "(650) 555-0142", "650.555.0142", "+1 650 555 0142", "tel:+16505550142", "callto:650-555-0142"],
)
def test_all_ways_of_writing_one_number(text: str) -> None:
    assert parse(text).e164 == "+16505550142"


def test_an_extension_survives() -> None:
    assert parse("650-555-0119 ext. 204").extension == "204"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Type a number"),
        ("hello", "no digits"),
        ("555-01", "too short"),
        ("5550142", "area code"),
        ("65055501425555555555", "not a phone number|too long"),
        ("911", "emergency"),
    ],
)
def test_what_cannot_be_called_says_why(text: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        parse(text)


def test_home_country_decides() -> None:
    assert parse("020 7946 0018", "GB").e164 == "+442079460018"
    assert pretty("+442079460018", "GB") == "020 7946 0018"
    assert pretty("+442079460018", "US") == "+44 20 7946 0018"


def test_half_typed_numbers_are_grouped() -> None:
    assert as_typed("6505550") == "650-5550"


def test_only_the_last_four_digits_may_be_logged() -> None:
    assert last_four("+16505550142") == "…0142"
    assert last_four("12") == "…"
