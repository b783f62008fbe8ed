"""A list of people out of a file: CSV of any dialect, or vCards, as rows to choose columns from.

Spreadsheets and phones disagree about delimiter, charset and header, so all three are guessed and the user
checks the columns. Nothing here judges a number. In the renderer, for such files come from anywhere. Read
next: vcards.py, columns.py, services/people/imports.py.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Sequence
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.people.people import MANY, ImportedLine, ImportTable, ListedPerson
from rcdesk.core.regular_file import open_regular
from rcdesk.documents.lists import charsets
from rcdesk.documents.lists.columns import is_heading, table_of
from rcdesk.documents.lists.vcards import is_vcard, read_vcards

MAX_LINES = 5000
MAX_BYTES = 50_000_000
UNREADABLE = "This list cannot be read. Save it again as CSV and import that."
TOO_MUCH = "Reading this list takes too long or too much memory. Split it and import the parts one by one."
_MAX_COLUMNS = 200
_MOST_CHARACTERS = 4000
"""Of one cell."""

_DELIMITERS = (",", ";", "\t", "|")
_NO_DELIMITER = "\x1f"
_SAMPLE_ROWS = 50


def read_address_list(path: Path, token: CancelToken | None = None) -> ImportTable:
    """Read a CSV or vCard file.

    Raises UserError with the reason and what to do when there is nothing to import, when the file is of
    another kind, or when it has more than MAX_LINES lines.
    """
    token = token or CancelToken()
    data = _content(path)
    token.check()
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UserError("This is a spreadsheet or office file. Save it there as CSV and import that.")
    if data.startswith(b"%PDF") or _looks_binary(data):
        raise UserError("This is not a list of names and numbers. Import a CSV or a vCard (.vcf) file.")
    return _vcard_table(data, token) if is_vcard(data) else _csv_table(charsets.decoded(data), token)


def _content(path: Path) -> bytes:
    try:
        size_bytes = path.stat().st_size
        if size_bytes > MAX_BYTES:
            raise UserError("This list is too large. Split it and import the parts one after another.")
        with open_regular(path) as file:
            return file.read()
    except FileNotFoundError as exc:
        raise UserError(f"{path.name} is not there any more. Choose another file.") from exc
    except IsADirectoryError as exc:
        raise UserError("This is a folder. Choose the list inside it.") from exc
    except OSError as exc:
        raise UserError(f"{path.name} cannot be read ({exc.strerror}). Choose another file.") from exc


def _looks_binary(data: bytes) -> bool:
    sample = data[:4000]
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    zeros = sample.count(0)
    halves = max(sample[::2].count(0), sample[1::2].count(0))
    return zeros > 0 and halves <= len(sample) // 4


def _too_long() -> UserError:
    return UserError(
        f"This list has more than {MAX_LINES:,} lines. Split it and import the parts one after another."
    )


def _vcard_table(data: bytes, token: CancelToken) -> ImportTable:
    people: list[ListedPerson] = []
    left_out: list[ImportedLine] = []
    for person in read_vcards(data, token, MAX_LINES + 1):
        if person.name or person.numbers:
            people.append(person)
        else:
            problem = "This card holds neither a name nor a number that can be read."
            left_out.append(ImportedLine(line=person.line, text="", recipient=None, problem=problem))
    if len(people) + len(left_out) > MAX_LINES:
        raise _too_long()
    if not people:
        raise UserError("There is no contact in this file that can be read. Export it again, or use CSV.")
    return ImportTable(
        columns=("Name", "Fax, else telephone", "Company", "Fax", "Mobile", "Telephone"),
        rows=tuple(map(_row_of, people)),
        name_column=0,
        number_column=1,
        people=tuple(people),
        left_out=tuple(left_out),
        is_cards=True,
    )


def _row_of(person: ListedPerson) -> tuple[str, ...]:
    faxes = [number.text for number in person.numbers if number.is_fax]
    mobiles = [number.text for number in person.numbers if number.label == "Mobile" and not number.is_fax]
    others = [n.text for n in person.numbers if n.text not in faxes and n.text not in mobiles]
    to_fax = [number.text for number in person.to_fax]
    cells = (to_fax, faxes, mobiles, others)
    best, *rest = (MANY.join(cell) for cell in cells)
    return (person.name, best, person.company, *rest)


def _csv_table(text: str, token: CancelToken) -> ImportTable:
    told = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    if told:
        text = text[told.end() :]
    numbered = _rows(text, told[1] if told else _delimiter(text), token)
    if not numbered:
        raise UserError("This list is empty. Choose another file.")
    width = max(len(row) for _, row in numbered)
    rows = [(*row, *("",) * (width - len(row))) for _, row in numbered]
    lines = [line for line, _ in numbered]
    columns = tuple(f"Column {n + 1}" for n in range(width))
    has_heading = is_heading(rows[0], rows[1:_SAMPLE_ROWS])
    if has_heading:
        columns = tuple(cell or columns[n] for n, cell in enumerate(rows.pop(0)))
        lines.pop(0)
    if not rows:
        raise UserError("This list has a heading and no lines. Choose another file.")
    if len(rows) > MAX_LINES:
        raise _too_long()
    return table_of(columns, rows, lines, has_heading=has_heading)


def _rows(text: str, delimiter: str, token: CancelToken) -> list[tuple[int, tuple[str, ...]]]:
    """The rows that hold anything with their place in the list; cells are trimmed.

    A quote that never closes is read as a plain character.
    """
    csv.field_size_limit(MAX_BYTES)
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        rows: list[tuple[int, tuple[str, ...]]] = []
        lines = text.splitlines(keepends=True)
        try:
            reader = csv.reader(lines, delimiter=delimiter, quoting=quoting, skipinitialspace=True)
            for place, cells in enumerate(reader, start=1):
                row = tuple(_cell(cell) for cell in cells[:_MAX_COLUMNS])
                if any(row):
                    rows.append((place, row))
                if len(rows) > MAX_LINES + 1:
                    raise _too_long()
                if place % 500 == 0:
                    token.check()
        except csv.Error:
            continue
        if quoting == csv.QUOTE_MINIMAL and _swallowed([row for _, row in rows], lines):
            continue
        return rows
    raise UserError(UNREADABLE)


def _swallowed(rows: Sequence[tuple[str, ...]], lines: Sequence[str]) -> bool:
    """True when one cell has eaten many lines: a stray quote."""
    return len(lines) > 20 and any(cell.count("\n") > 10 for row in rows for cell in row)


def _cell(text: str) -> str:
    """A cell without what spreadsheets put around a number: ="…", a leading apostrophe, ".0" behind it."""
    text = text[:_MOST_CHARACTERS].replace("\x00", "").strip()
    wrapped = re.fullmatch(r'="?([^"]*)"?', text)
    bare = (wrapped[1] if wrapped else text.removeprefix("'")).strip()
    return re.sub(r"^(\+?\d{5,})[.,]0$", r"\1", bare)


def _delimiter(text: str) -> str:
    """The delimiter with which most of the first lines have the same number of cells, more than one."""
    sample = text[:100_000].splitlines(keepends=True)[:_SAMPLE_ROWS]
    best, best_score = _NO_DELIMITER, (0, 0)
    for delimiter in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if any(row)]
        except csv.Error:
            continue
        wide = [width for width in widths if width > 1]
        if len(wide) * 2 < len(widths) or not wide:
            continue
        usual = max(set(wide), key=wide.count)
        score = (wide.count(usual), usual)
        if score > best_score:
            best, best_score = delimiter, score
    return best
