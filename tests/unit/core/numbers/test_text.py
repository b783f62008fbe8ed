"""What the number field shows while somebody types, deletes and pastes, and where its caret goes."""

from __future__ import annotations

import pytest

from rcdesk.core.numbers.text import clean, edit, group


def typed(text: str, region: str = "US") -> str:
    """What stands in the field when text is typed character by character."""
    shown = ""
    for char in text:
        shown, caret = edit(shown, shown + char, len(shown) + 1, region)
        assert caret == len(shown)
    return shown


@pytest.mark.parametrize(
    ("text", "region", "shown"),
    [
        ("6505550142", "US", "(650) 555-0142"),
        ("16505550142", "US", "1 (650) 555-0142"),
        ("+442079460018", "US", "+44 20 7946 0018"),
        ("02079460018", "GB", "020 7946 0018"),
        ("0301234567", "DE", "030 1234567"),
        ("204204", "US", "204204"),
        ("1-800-FLOWERS", "US", "1-800-FLOWERS"),
        ("650.555.0142", "US", "650.555.0142"),
        ("650 555 0142", "US", "650 555 0142"),
        ("*676505550142", "US", "*676505550142"),
        ("6505550142x9", "US", "(650) 555-0142x9"),
        ("tel:6505550142", "US", "tel:6505550142"),
        ("65055501426505550142", "US", "65055501426505550142"),
    ],
)
def test_typing_groups_digits_and_nothing_else(text: str, region: str, shown: str) -> None:
    assert typed(text, region) == shown


@pytest.mark.parametrize(
    ("before", "after", "caret", "shown", "place"),
    [
        ("(650) 555-0142", "(650) 55-0142", 8, "(650) 550-142", 8),
        ("(650) 555-0142", "(650 555-0142", 4, "(650 555-0142", 4),
        ("(650 555-0142", "(650 55-0142", 7, "(650) 550-142", 8),
        ("(650) 555-0142", "(4650) 555-0142", 2, "46505550142", 1),
        ("(650) 555-01", "(6750) 555-01", 3, "(675) 055-501", 3),
        ("(650) 555-0142", "", 0, "", 0),
        ("", "650.555.0142", 12, "(650) 555-0142", 14),
        ("(650) 555-0142", "+44 20 7946 0018", 16, "+44 20 7946 0018", 16),
        ("(650) 555-0142", "(4150142", 4, "415-0142", 3),
        ("", "\u202a+1 650\u00a0555\u20110142\u202c", 18, "+1 650-555-0142", 15),
        ("", "６５０５５５０１４２", 10, "(650) 555-0142", 14),
        ("", "+1 650-555-0119 ext. 204", 24, "+1 650-555-0119 ext. 204", 24),
    ],
)
def test_changes_in_the_middle_keep_the_caret_with_its_digits(
    before: str, after: str, caret: int, shown: str, place: int
) -> None:
    assert edit(before, after, caret, "US") == (shown, place)


def test_backspace_at_the_end_never_stands_still() -> None:
    shown = "+44 20 7946 0018"
    for _ in range(20):
        after = shown[:-1]
        left, caret = edit(shown, after, len(after), "US")
        assert len(left) < len(shown) or not shown
        assert caret == len(left)
        shown = left
    assert shown == ""


def test_web_pages_and_input_methods_are_made_plain() -> None:
    assert clean("\ufeff\u2066６５０\u2069\u2009555\u2014\u0661\u0664\u0662") == "650 555-142"
    assert clean("a\u0301\u200d") == "a"
    assert clean("é ü") == "é ü"
    assert len(clean("1" * 5000)) == 250


def test_what_no_country_groups_stays_bare() -> None:
    assert group("1" * 30, "US") == "1" * 30
    assert group("", "US") == ""
    assert group("+", "US") == "+"
    assert group("123456789", "ZZ") == "123456789"
