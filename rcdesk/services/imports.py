"""From the rows of an imported list to recipients or people: every number read, every line answered for.

A line whose number cannot be faxed, or that is there already, is not lost silently: it comes back with the
reason. Pure, disk lane. Read next: documents/address_list.py, ui/import_dialog.py.
"""

from __future__ import annotations

import re

from rcdesk.core.errors import UserError
from rcdesk.core.fax import Recipient
from rcdesk.core.people import ImportedLine, ImportTable
from rcdesk.core.phone_number import parse
from rcdesk.store.people import PersonRecord

_SHORTENED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
_MOST_NAME_CHARACTERS = 80
_MOST_LABEL_CHARACTERS = 24
_NO_LABELS = frozenset(
    {"number", "phone", "telephone", "tel", "phone number", "telephone number", "nummer", "telefon", "column"}
)
"""Headings that say nothing about which of somebody's numbers it is."""


def recipients_of(
    table: ImportTable, name_column: int | None, number_column: int, region: str
) -> tuple[ImportedLine, ...]:
    """One answer for each row, in order; numbers are read as in region (ISO 3166 country).

    Raises UserError when a column is not in the table.
    """
    for column in (number_column, name_column or 0):
        if not 0 <= column < len(table.columns):
            raise UserError("This column is not in the list. Choose one of its columns.")
    seen: dict[str, int] = {}
    return tuple(
        _line(line, row, name_column, number_column, region, seen)
        for line, row in enumerate(table.rows, start=1)
    )


def people_of(
    table: ImportTable, name_column: int | None, number_column: int, region: str
) -> tuple[PersonRecord, ...]:
    """The rows as people of one's own, each number once; lines whose number cannot be called are left out.

    Rows with the same name are one person. Raises UserError when a column is not in the table.
    """
    lines = recipients_of(table, name_column, number_column, region)
    labels = _labels(table, number_column)
    return tuple(
        PersonRecord(
            source_id=line.recipient.name.casefold() or line.recipient.number,
            name=line.recipient.name,
            company="",
            number=line.recipient.number,
            label=label,
            is_fax="fax" in label.casefold(),
        )
        for line, label in zip(lines, labels, strict=True)
        if line.recipient is not None
    )


def _labels(table: ImportTable, number_column: int) -> list[str]:
    """What each row's number is: the word in a column Label, else the heading of the numbers."""
    heading = table.columns[number_column].strip()
    if heading.casefold() in _NO_LABELS or heading.isdigit():
        heading = ""
    column = next((n for n, name in enumerate(table.columns) if name.casefold() == "label"), None)
    own = ("" if column is None else " ".join(row[column].split()) for row in table.rows)
    return [(label or heading)[:_MOST_LABEL_CHARACTERS] for label in own]


def _line(
    line: int,
    row: tuple[str, ...],
    name_column: int | None,
    number_column: int,
    region: str,
    seen: dict[str, int],
) -> ImportedLine:
    text = row[number_column]
    name = "" if name_column is None or name_column == number_column else row[name_column]
    shown = ", ".join(filter(None, (name, text)))
    try:
        number = _number(text, region)
    except UserError as exc:
        return ImportedLine(line=line, text=shown, recipient=None, problem=str(exc))
    first = seen.setdefault(number, line)
    if first != line:
        return ImportedLine(
            line=line, text=shown, recipient=None, problem=f"Left out: the same number as line {first}."
        )
    name = " ".join(name.split())[:_MOST_NAME_CHARACTERS]
    return ImportedLine(line=line, text=shown, recipient=Recipient(number=number, name=name))


def _number(text: str, region: str) -> str:
    """E.164 of one cell. Raises UserError with the reason."""
    text = text.partition(":::")[0].strip()
    if not text:
        raise UserError("There is no number in this line.")
    if _SHORTENED.fullmatch(text):
        raise UserError(
            "The spreadsheet has shortened this number. Format its column as text and export it again."
        )
    text = re.sub(r"^\W*fax\W*(?=[+(\d])", "", text, flags=re.IGNORECASE)
    number = parse(text, region)
    if number.is_short:
        raise UserError("This number is too short for a fax.")
    if number.extension:
        raise UserError("This number has an extension, which a fax cannot dial.")
    return number.e164
