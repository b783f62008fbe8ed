"""A list of recipients out of a file: CSV of any dialect, or vCards, as rows to choose columns from.

Spreadsheets and phones disagree about delimiter, encoding and header, so all three are guessed and the user
checks the columns. Nothing here judges a number. Disk lane. Read next: vcards.py, services/imports.py.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Sequence
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.people import ImportTable
from rcdesk.documents.vcards import read_vcards

MAX_LINES = 5000
MAX_BYTES = 50_000_000
_MAX_COLUMNS = 200
_DELIMITERS = (",", ";", "\t", "|")
_NO_DELIMITER = "\x1f"
_SAMPLE_ROWS = 50
_NUMBER_LIKE = re.compile(r"^\W*(tel:|fax:?)?\s*[+(]?\d[\d\s().\-/]{4,}\d(\s*(x|ext)\W*\d+)?\s*$", re.I)

_FAX_WORDS = ("fax", "telefax", "telecopie", "telecopieur", "télécopie", "télécopieur")
_NUMBER_WORDS = (
    *("number", "phone", "tel", "telephone", "mobile", "cell", "e164", "phonenumber", "primaryphone", "no"),
    *("nummer", "telefon", "telefonnummer", "rufnummer", "handy", "numéro", "numero", "téléphone"),
    *("telefono", "teléfono", "telefoon", "phone1value", "businessphone", "workphone", "mobilephone"),
)
_NAME_WORDS = (
    *("name", "fullname", "displayname", "recipient", "recipientname", "contact", "contactname", "to"),
    *("company", "companyname", "organization", "organisation", "organization1name", "practice", "clinic"),
    *("firma", "empfänger", "nom", "nombre", "naam", "fileas"),
)
_FIRST_WORDS = ("firstname", "givenname", "vorname", "prénom", "prenom", "first", "given")
_LAST_WORDS = ("lastname", "familyname", "surname", "nachname", "last", "family")


def read_address_list(
    path: Path, token: CancelToken | None = None, *, every_number: bool = False
) -> ImportTable:
    """Read a CSV or vCard file.

    every_number: of a vCard all numbers, with a third column Label, not only those worth faxing.
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
    text = _decoded(data)
    if re.match(r"\s*BEGIN:VCARD", text, re.IGNORECASE):
        return _vcard_table(text, token, every_number)
    return _csv_table(text, token)


def _content(path: Path) -> bytes:
    try:
        size_bytes = path.stat().st_size
        if size_bytes > MAX_BYTES:
            raise UserError("This list is too large. Split it and import the parts one after another.")
        return path.read_bytes()
    except FileNotFoundError as exc:
        raise UserError(f"{path.name} is not there any more. Choose another file.") from exc
    except IsADirectoryError as exc:
        raise UserError("This is a folder. Choose the list inside it.") from exc
    except OSError as exc:
        raise UserError(f"{path.name} cannot be read ({exc.strerror}). Choose another file.") from exc


def _decoded(data: bytes) -> str:
    """The text in the encoding its first bytes tell: UTF-8, UTF-16 with or without a mark, else cp1252."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    sample = data[:4000]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(zeros) > 4 and zeros.count(0) > len(zeros) // 2:
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


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


def _vcard_table(text: str, token: CancelToken, every_number: bool) -> ImportTable:
    rows: list[tuple[str, ...]] = []
    skipped = 0
    for card in read_vcards(text, token):
        if card is None:
            skipped += 1
            continue
        if every_number:
            rows.extend((card.name, *number) for number in card.every_number or (("", ""),))
        else:
            rows.extend((card.name, number) for number in card.numbers or ("",))
        if len(rows) > MAX_LINES:
            raise _too_long()
    if not rows:
        raise UserError("There is no contact in this file that can be read. Export it again, or use CSV.")
    columns = ("Name", "Number", "Label") if every_number else ("Name", "Number")
    return ImportTable(columns=columns, rows=tuple(rows), name_column=0, number_column=1, skipped=skipped)


def _csv_table(text: str, token: CancelToken) -> ImportTable:
    told = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    if told:
        text = text[told.end() :]
    rows = _rows(text, told[1] if told else _delimiter(text), token)
    if not rows:
        raise UserError("This list is empty. Choose another file.")
    width = max(map(len, rows))
    rows = [(*row, *("",) * (width - len(row))) for row in rows]
    columns = tuple(f"Column {n + 1}" for n in range(width))
    if _is_header(rows):
        columns = tuple(cell or columns[n] for n, cell in enumerate(rows.pop(0)))
    if not rows:
        raise UserError("This list has a heading and no lines. Choose another file.")
    if len(rows) > MAX_LINES:
        raise _too_long()
    columns, rows, name_column = _with_name(columns, rows)
    number_column = _number_column(columns, rows, name_column)
    if name_column is None:
        name_column = _name_by_content(rows, number_column, width)
    return ImportTable(
        columns=columns, rows=tuple(rows), name_column=name_column, number_column=number_column
    )


def _rows(text: str, delimiter: str, token: CancelToken) -> list[tuple[str, ...]]:
    """The rows that hold anything, cells trimmed; a quote that never closes is read as a plain character."""
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        rows: list[tuple[str, ...]] = []
        lines = text.splitlines(keepends=True)
        try:
            reader = csv.reader(lines, delimiter=delimiter, quoting=quoting, skipinitialspace=True)
            for cells in reader:
                row = tuple(_cell(cell) for cell in cells[:_MAX_COLUMNS])
                if any(row):
                    rows.append(row)
                if len(rows) > MAX_LINES + 1:
                    raise _too_long()
                if len(rows) % 500 == 0:
                    token.check()
        except csv.Error:
            continue
        if quoting == csv.QUOTE_MINIMAL and _swallowed(rows, lines):
            continue
        return rows
    raise UserError("This list cannot be read. Save it again as CSV and import that.")


def _swallowed(rows: Sequence[tuple[str, ...]], lines: Sequence[str]) -> bool:
    """True when one cell has eaten many lines: a stray quote."""
    return len(lines) > 20 and any(cell.count("\n") > 10 for row in rows for cell in row)


def _cell(text: str) -> str:
    """A cell without the wrapping with which spreadsheets protect numbers: ="…" or a leading apostrophe."""
    text = text.replace("\x00", "").strip()
    wrapped = re.fullmatch(r'="?([^"]*)"?', text)
    return (wrapped[1] if wrapped else text.removeprefix("'")).strip()


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


def _is_header(rows: Sequence[tuple[str, ...]]) -> bool:
    first = rows[0]
    if any(_NUMBER_LIKE.match(cell) for cell in first):
        return False
    if any(_rank(cell) is not None or _word(cell) in (*_NAME_WORDS, *_FIRST_WORDS) for cell in first):
        return True
    return any(_NUMBER_LIKE.match(cell) for row in rows[1:_SAMPLE_ROWS] for cell in row)


def _word(heading: str) -> str:
    return re.sub(r"[\W_]+", "", heading.casefold())


def _rank(heading: str) -> int | None:
    """How well a heading promises fax numbers: 0 best, None not at all."""
    word = _word(heading)
    if word in _FAX_WORDS or word.removesuffix("number").removesuffix("no") in _FAX_WORDS:
        return 0
    if any(fax in word for fax in _FAX_WORDS):
        return 1
    if word in _NUMBER_WORDS:
        return 2
    if any(part in word for part in ("phone", "number", "telefon", "nummer", "mobile")):
        return 3
    return None


def _number_column(
    columns: Sequence[str], rows: Sequence[tuple[str, ...]], name_column: int | None
) -> int | None:
    """The column for numbers: by its heading if it holds any, else the one that holds the most."""
    filled = [sum(bool(_NUMBER_LIKE.match(row[n])) for row in rows) for n in range(len(columns))]
    ranked = [
        (rank, -filled[n], n)
        for n, heading in enumerate(columns)
        if (rank := _rank(heading)) is not None and filled[n]
    ]
    if ranked:
        return min(ranked)[2]
    best = max((n for n in range(len(columns)) if n != name_column), key=lambda n: filled[n], default=None)
    return best if best is not None and filled[best] else None


def _with_name(
    columns: tuple[str, ...], rows: list[tuple[str, ...]]
) -> tuple[tuple[str, ...], list[tuple[str, ...]], int | None]:
    """The table and its name column; a first and a last name become one column in front."""
    words = [_word(heading) for heading in columns]
    first = next((words.index(word) for word in _FIRST_WORDS if word in words), None)
    last = next((words.index(word) for word in _LAST_WORDS if word in words), None)
    found = next((words.index(word) for word in _NAME_WORDS if word in words), None)
    if last is None or (found is not None and words[found] in ("fullname", "displayname")):
        return columns, rows, found if found is not None else first
    others = [n for n in (first, last) if n is not None]
    joined = [" ".join(filter(None, (row[n] for n in others))) for row in rows]
    if found is not None:
        joined = [name or row[found] for name, row in zip(joined, rows, strict=True)]
    return (
        ("Name", *columns),
        [(name, *row) for name, row in zip(joined, rows, strict=True)],
        0,
    )


def _name_by_content(rows: Sequence[tuple[str, ...]], number_column: int | None, width: int) -> int | None:
    """Without a heading: the first column that mostly holds words with letters."""
    for column in range(width):
        letters = sum(any(char.isalpha() for char in row[column]) for row in rows)
        if column != number_column and letters * 2 > len(rows):
            return column
    return None
