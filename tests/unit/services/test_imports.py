"""Rows of a list become recipients, and every line that does not says why."""

from __future__ import annotations

import pytest

from rcdesk.core.errors import UserError
from rcdesk.core.fax import Recipient
from rcdesk.core.people import ImportTable
from rcdesk.services.imports import recipients_of


def table(*rows: tuple[str, str]) -> ImportTable:
    return ImportTable(columns=("Name", "Fax"), rows=rows, name_column=0, number_column=1)


def test_numbers_are_read_at_home_and_doubles_are_left_out_with_a_line() -> None:
    found = recipients_of(
        table(("Anna", "(650) 555-0142"), ("Bob", "tel:+44 20 7946 0018"), ("Anna again", "+1 650.555.0142")),
        0,
        1,
        "US",
    )
    assert [line.recipient for line in found] == [
        Recipient(number="+16505550142", name="Anna"),
        Recipient(number="+442079460018", name="Bob"),
        None,
    ]
    assert found[2].problem == "Left out: the same number as line 1."
    assert [line.line for line in found] == [1, 2, 3]
    assert recipients_of(table(("", "020 7946 0018")), 0, 1, "GB")[0].recipient == Recipient(
        number="+442079460018"
    )


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("", "no number in this line"),
        ("call them", "no digits"),
        ("1.65056E+10", "shortened this number"),
        ("1,65056E+10", "shortened this number"),
        ("650 555 0142 x12", "extension"),
        ("123", "too short"),
        ("911", "emergency"),
    ],
)
def test_a_line_that_cannot_be_faxed_says_why_and_keeps_its_text(cell: str, words: str) -> None:
    (line,) = recipients_of(table(("Anna", cell)), 0, 1, "US")
    assert line.recipient is None
    assert words in line.problem
    assert line.text.startswith("Anna")
    assert cell in line.text


def test_what_exports_wrap_around_a_number() -> None:
    rows = table(("A", "Fax: (650) 555-0142"), ("B", "6505550143 ::: 6505550144"), ("C", "1-650-555-0145"))
    found = [line.recipient.number for line in recipients_of(rows, 0, 1, "US") if line.recipient]
    assert found == ["+16505550142", "+16505550143", "+16505550145"]


def test_no_name_column_and_columns_that_are_not_there() -> None:
    rows = table(("Anna", "6505550142"))
    assert recipients_of(rows, None, 1, "US")[0].recipient == Recipient(number="+16505550142")
    for name, number in ((0, 2), (5, 1), (0, -1)):
        with pytest.raises(UserError, match="column"):
            recipients_of(rows, name, number, "US")
