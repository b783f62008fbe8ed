"""What the columns of a list are, by their headings in many languages, and who stands in its rows.

Google writes what a number is in a column of its own ("Phone 1 - Label"), Outlook in the heading, in the
user's language; where no heading helps, the cells do. Pure. Read next: numbers/text.py, address_list.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from rcdesk.core.people.people import MANY, ImportTable, ListedNumber, ListedPerson
from rcdesk.documents.lists.number_labels import is_fax, is_phone, plain, tidy_label

_NUMBER_LIKE = re.compile(
    r"^\W*(tel:|fax:?)?\s*[+(]?\d[\d\s().\-/]{4,}\d(\s*(x|ext)\W*\d+)?\W*([^\W\d]+\W*)?$", re.I
)
_ANY_DIGITS = re.compile(r".*\d{5}", re.DOTALL)
_DATE = re.compile(r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?:[T\s].*)?$")
_BEST = "Fax, else telephone"


def _words(text: str) -> frozenset[str]:
    return frozenset(map(plain, text.split()))


_FULL = _words(
    "name fullname displayname recipient recipientname contact contactname to fileas empfänger "
    "naam nom nombre nome anzeigename nomcomplet nombrecompleto nomecompleto nomecognome "
    "visningsnavn visningsnamn volledigenaam jméno nazwa imięinazwisko nimi namn navn név "
    "имя фио полноеимя ім’я όνομα שם الاسم 姓名 氏名 名前 表示名 "
    "显示名称 顯示名稱 이름"
)
_FIRST = _words(
    "firstname givenname vorname prénom first given voornaam nombre nome imię förnamn fornavn "
    "etunimi jméno křestníjméno keresztnév utónév имя ім’я όνομα שםפרטי "
    "الاسمالأول 名 名字 이름 ad adı prenume nomdepila primeironome nomepróprio"
)
_LAST = _words(
    "lastname familyname surname nachname familienname last family nom nomdefamille apellido "
    "apellidos cognome apelido sobrenome achternaam nazwisko efternamn etternavn efternavn "
    "sukunimi příjmení vezetéknév фамилия прізвище επώνυμο שםמשפחה "
    "اسمالعائلة 姓 姓氏 성 soyadı soyad nume"
)
_MIDDLE = _words(
    "middlename additionalname weiterevornamen deuxièmeprénom segundonombre secondonome отчество mellemnavn"
)
_COMPANY = _words(
    "company companyname organization organisation organizationname organization1name practice "
    "clinic firma unternehmen praxis kanzlei société entreprise empresa organización "
    "azienda società ditta bedrijf organisatie företag firmanavn virksomhed yritys společnost "
    "cég компания организация фирма компанія εταιρεία "
    "חברה الشركة 会社 会社名 勤務先 公司 单位 單位 회사 şirket"
)
_WEAK = _words(
    "number no nummer nr numéro numero número num numer číslo номер 号码 號碼 番号 번호 numara e164"
)
"""Headings that may stand over telephone numbers, and over many other things."""


class _Columns(Struct, kw_only=True):
    """Which column is what; numbers: (column, column of its label or None)."""

    full: int | None = None
    first: int | None = None
    middle: int | None = None
    last: int | None = None
    company: int | None = None
    numbers: tuple[tuple[int, int | None], ...] = ()

    @property
    def is_any(self) -> bool:
        return bool(self.numbers) or any(
            n is not None for n in (self.full, self.first, self.last, self.company)
        )


def is_heading(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """True when the first row names the columns: it holds no number, and known words or numbers below."""
    if any(_NUMBER_LIKE.match(cell) for cell in first):
        return False
    found = _columns(first)
    weak = any(plain(cell) in _WEAK for cell in first)
    return found.is_any or weak or any(_NUMBER_LIKE.match(cell) for row in others for cell in row)


def table_of(
    columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], lines: Sequence[int], *, has_heading: bool
) -> ImportTable:
    """The list with whoever is on it; what no single column holds comes as a column in front."""
    found = _columns(columns) if has_heading else _Columns()
    if has_heading:
        found.numbers = _number_columns(columns, rows)
    found.numbers = _filled(found.numbers, rows) or _likely(columns, rows)
    if not has_heading or (found.full is found.first is found.last is None):
        found.full = found.company if found.company is not None else _name_by_content(rows, found.numbers)
    names = [_name(row, found) for row in rows]
    people = tuple(
        ListedPerson(
            line=line,
            name=" ".join(name.split()),
            company="" if found.company is None else " ".join(row[found.company].split()),
            numbers=_numbers(row, columns if has_heading else ("",) * len(columns), found.numbers),
        )
        for line, name, row in zip(lines, names, rows, strict=True)
    )
    best = [MANY.join(number.text for number in person.to_fax) for person in people]
    columns, rows, number_column = _with(
        columns, rows, _BEST, best, found.numbers[0][0] if found.numbers else None
    )
    has_name = any(names)
    name_column: int | None = None
    if has_name:
        before = len(columns)
        columns, rows, name_column = _with(columns, rows, "Name", names, found.full)
        if len(columns) > before and number_column is not None:
            number_column += 1
    return ImportTable(
        columns=columns,
        rows=tuple(rows),
        name_column=name_column,
        number_column=number_column if any(best) else None,
        people=people if any(best) else (),
    )


def _with(
    columns: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    title: str,
    cells: Sequence[str],
    wanted: int | None,
) -> tuple[tuple[str, ...], Sequence[tuple[str, ...]], int | None]:
    """The column that holds just these cells, wanted if it does; else the table with it in front."""
    order = [n for n in (wanted,) if n is not None] + list(range(len(columns)))
    for column in order:
        if all(row[column] == cell for row, cell in zip(rows, cells, strict=True)):
            return columns, rows, column
    if not any(cells):
        return columns, rows, None
    return (title, *columns), [(cell, *row) for cell, row in zip(cells, rows, strict=True)], 0


def _columns(headings: Sequence[str]) -> _Columns:
    words = [plain(heading) for heading in headings]
    found = _Columns()
    found.company = _first_of(words, _COMPANY)
    found.middle = _first_of(words, _MIDDLE)
    found.last = _first_of(words, _LAST)
    found.first = _first_of(words, _FIRST, without=found.last)
    if found.first is None or found.last is None:
        # "Nom", "Nombre", "Jméno" alone are the whole name.
        lone = {n for n in (found.first, found.last) if n is not None and words[n] in _FULL}
        found.first = None if found.first in lone else found.first
        found.last = None if found.last in lone else found.last
    taken = {found.first, found.last}
    found.full = next((n for n, word in enumerate(words) if word in _FULL and n not in taken), None)
    found.numbers = tuple((n, None) for n, title in enumerate(headings) if is_fax(title) or is_phone(title))
    return found


def _first_of(words: Sequence[str], known: frozenset[str], without: int | None = None) -> int | None:
    return next((n for n, word in enumerate(words) if word in known and n != without), None)


def _number_columns(
    headings: Sequence[str], rows: Sequence[tuple[str, ...]]
) -> tuple[tuple[int, int | None], ...]:
    """Columns of numbers, fax first: by their own words, or beside a column that says what they are."""
    labels = _label_columns(headings, rows)
    found = [
        (column, labels.get(column))
        for column, heading in enumerate(headings)
        if (is_fax(heading) or is_phone(heading)) and column not in labels.values()
    ]
    found.sort(key=lambda pair: not is_fax(headings[pair[0]]))
    return tuple(found)


def _label_columns(headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> dict[int, int]:
    """The column that says what a number is by the column of that number, in any language.

    Two headings that differ in their last word, "Telefon 1 - Wert" and "Telefon 1 - Label", or of which one
    is the beginning of the other: words stand in the one, numbers in the other.
    """
    found: dict[int, int] = {}
    for column, heading in enumerate(headings):
        if not (is_fax(heading) or is_phone(heading)) or not _holds(rows, column, _NUMBER_LIKE):
            continue
        stems = {_stem(heading), plain(heading)} - {""}
        for other, title in enumerate(headings):
            is_pair = other != column and _stem(title) in stems and not _holds(rows, other, _ANY_DIGITS)
            if is_pair and any(row[other] for row in rows):
                found[column] = other
    return found


def _holds(rows: Sequence[tuple[str, ...]], column: int, wanted: re.Pattern[str]) -> bool:
    """True when a cell of this column, or a number of several in it, looks as wanted."""
    return any(wanted.match(part.strip()) for row in rows for part in row[column].split(MANY.strip()))


def _stem(heading: str) -> str:
    """What stands before the last dash or colon of a heading."""
    match = re.fullmatch(r"(.*\w)\s*(?:\s[-\u2013\u2014]|[:\uff1a])\s*\D+", heading)
    return plain(match[1]) if match else ""


def _filled(
    pairs: tuple[tuple[int, int | None], ...], rows: Sequence[tuple[str, ...]]
) -> tuple[tuple[int, int | None], ...]:
    """Those that hold a digit anywhere, and not just dates."""
    return tuple(
        (column, label)
        for column, label in pairs
        if any(any(map(str.isdigit, row[column])) and not _DATE.match(row[column]) for row in rows)
    )


def _likely(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> tuple[tuple[int, int | None], ...]:
    """Where no heading says it: the column with a word such as "Number", else with the most numbers."""
    filled = [sum(bool(_NUMBER_LIKE.match(row[n])) for row in rows) for n in range(len(columns))]
    ranked = [(plain(title) not in _WEAK, -filled[n], n) for n, title in enumerate(columns) if filled[n]]
    return ((min(ranked)[2], None),) if ranked else ()


def _numbers(
    row: tuple[str, ...], headings: Sequence[str], pairs: tuple[tuple[int, int | None], ...]
) -> tuple[ListedNumber, ...]:
    found: dict[str, ListedNumber] = {}
    for column, label_column in pairs:
        own = "" if label_column is None else row[label_column]
        heading = headings[column]
        label = tidy_label(own) if own else "" if label_column is not None else tidy_label(heading)
        is_a_fax = is_fax(own) or is_fax(heading)
        for text in filter(None, map(str.strip, row[column].split(MANY.strip()))):
            if any(char.isalnum() for char in text):
                found.setdefault(text, ListedNumber(text=text, label=label, is_fax=is_a_fax))
    return tuple(found.values())


def _name(row: tuple[str, ...], found: _Columns) -> str:
    """The whole name, else its parts, else the company."""
    family, given, middle = (
        "" if column is None else row[column] for column in (found.last, found.first, found.middle)
    )
    parts = " ".join(filter(None, (given, middle, family)))
    if family and given and all(ord(char) > 0x2E7F for char in family + given):
        parts = family + given
    full = "" if found.full is None else row[found.full]
    return full or parts or ("" if found.company is None else row[found.company])


def _name_by_content(
    rows: Sequence[tuple[str, ...]], numbers: tuple[tuple[int, int | None], ...]
) -> int | None:
    """Without a heading: the first column that mostly holds words with letters."""
    taken = {column for column, _ in numbers}
    for column in range(len(rows[0])):
        letters = sum(any(char.isalpha() for char in row[column]) for row in rows)
        if column not in taken and letters * 2 > len(rows):
            return column
    return None
