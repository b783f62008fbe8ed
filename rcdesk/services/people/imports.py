"""From an imported list to recipients or people: every number read, every line answered for.

A number that cannot be used, or that is there already, is not lost silently: it comes back with the reason,
and so does a person without one. Pure, disk lane. Read next: documents/lists/address_list.py,
ui/compose/import_dialog.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.numbers.phone_number import parse, parse_for_fax
from rcdesk.core.people.people import MANY, ImportedLine, ImportTable, ListedNumber, ListedPerson
from rcdesk.store.people.people import PersonRecord

_SHORTENED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
MOST_NAME_CHARACTERS = 80
MOST_LABEL_CHARACTERS = 24
_NO_LABELS = frozenset(
    {"number", "phone", "telephone", "tel", "phone number", "telephone number", "nummer", "telefon", "column"}
)
"""Headings that say nothing about which of somebody's numbers it is."""

_MADE = "Fax, else telephone"
_FURTHER = "The same person gets the fax at another number too. Remove one of them if that is not meant."


def recipients_of(
    table: ImportTable, name_column: int | None, number_column: int, region: str
) -> tuple[ImportedLine, ...]:
    """Whom a fax reaches: an answer for each number of the column and for each row without one.

    Numbers are read as in region (ISO 3166 country). Raises UserError when a column is not in the table.
    """
    seen: dict[str, int] = {}
    found: list[ImportedLine] = list(table.left_out)
    everybody = {person.line: person for person in table.people}
    for person in _people(table, name_column, number_column):
        found += _other_faxes(person, everybody.get(person.line, person), region)
        is_reached = False
        for number in person.numbers or (ListedNumber(text=""),):
            line = _line(person, number, region)
            first = seen.get(line.recipient.number) if line.recipient is not None else None
            if first == line.line:
                continue  # the same number of the same person, written in another way
            if first is not None:
                where = "card" if table.is_cards else "row"
                problem = f"Left out: the same number as {where} {first}."
                line = replace(line, recipient=None, problem=problem)
            elif line.recipient is not None:
                seen[line.recipient.number] = line.line
                if is_reached:
                    line = replace(line, doubt=line.doubt or _FURTHER, is_further=True)
                is_reached = True
            found.append(line)
    return tuple(sorted(found, key=lambda line: line.line))


def _other_faxes(chosen: ListedPerson, person: ListedPerson, region: str) -> Iterator[ImportedLine]:
    """The faxes of somebody that are not taken, when the list left the choice to the desk."""
    if not chosen.numbers or chosen.numbers != person.to_fax:
        return
    taken = {_line(chosen, number, region).recipient for number in chosen.numbers}
    problem = f"Left out: another fax of the same person, who gets it at {chosen.numbers[0].text}."
    for number in person.numbers:
        if number.is_fax and number not in chosen.numbers:
            line = _line(chosen, number, region)
            if line.recipient is None or line.recipient not in taken:
                yield replace(line, recipient=None, problem=problem, doubt="")


def contacts_of(
    table: ImportTable, name_column: int | None, number_column: int | None, region: str
) -> tuple[ImportedLine, ...]:
    """Who becomes a person of this desk: an answer for each number, and for each row without one.

    number_column None takes all numbers of everybody. A number may be that of several people; one behind an
    extension keeps it. Raises UserError when a column is not in the table.
    """
    found: list[ImportedLine] = list(table.left_out)
    for person in _people(table, name_column, number_column):
        own: set[str] = set()
        for number in person.numbers or (ListedNumber(text=""),):
            line = _line(person, number, region, is_to_call=True)
            if line.recipient is None or line.recipient.number not in own:
                found.append(line)
            own |= {line.recipient.number} if line.recipient is not None else set()
    return tuple(sorted(found, key=lambda line: line.line))


def people_of(lines: Sequence[ImportedLine]) -> tuple[PersonRecord, ...]:
    """The good lines as people of one's own, each number once; same name and company mean one person."""
    once: dict[tuple[str, str], PersonRecord] = {}
    for line in lines:
        if line.recipient is None:
            continue
        name = line.recipient.name
        source_id = "\n".join(filter(None, (name, line.company if line.company != name else "")))
        record = PersonRecord(
            source_id=source_id.casefold() or line.recipient.number,
            name=name,
            company=line.company,
            number=line.recipient.number,
            label=line.label,
            is_fax=line.is_fax,
        )
        once.setdefault((record.source_id, record.number), record)
    return tuple(once.values())


def _people(table: ImportTable, name_column: int | None, number_column: int | None) -> Iterator[ListedPerson]:
    """Who stands in the rows, with the names and numbers of the chosen columns."""
    for column in (number_column or 0, name_column or 0):
        if not 0 <= column < len(table.columns):
            raise UserError("This column is not in the list. Choose one of its columns.")
    heading = "" if number_column is None else table.columns[number_column].strip()
    if heading.casefold() in _NO_LABELS or heading.isdigit() or heading == _MADE:
        heading = ""
    for place, row in enumerate(table.rows):
        name = "" if name_column is None or name_column == number_column else row[name_column]
        known = table.people[place] if table.people else ListedPerson(line=place + 1, name=name)
        if number_column is None:
            numbers = known.numbers
        else:
            by_text = {number.text: number for number in known.numbers}
            plain = {"label": heading, "is_fax": "fax" in heading.casefold()}
            cells = filter(None, map(str.strip, row[number_column].split(MANY.strip())))
            numbers = tuple(by_text.get(text) or ListedNumber(text=text, **plain) for text in cells)  # type: ignore[arg-type]
        yield replace(known, name=name, numbers=numbers)


def _line(
    person: ListedPerson, number: ListedNumber, region: str, *, is_to_call: bool = False
) -> ImportedLine:
    name = " ".join(person.name.split())[:MOST_NAME_CHARACTERS]
    made = ImportedLine(
        line=person.line,
        text=", ".join(filter(None, (person.name, number.text))),
        recipient=None,
        label=" ".join(number.label.split())[:MOST_LABEL_CHARACTERS],
        company=" ".join(person.company.split())[:MOST_NAME_CHARACTERS],
        is_fax=number.is_fax,
    )
    if not number.text:
        return replace(made, problem="There is no number in this line.", is_without=True)
    try:
        read, is_valid = (_number_to_call if is_to_call else _number)(number.text, region)
    except UserError as exc:
        return replace(made, problem=str(exc))
    doubt = "" if is_valid else "As far as is known, nobody has this number. Check it digit by digit."
    return replace(made, recipient=Recipient(number=read, name=name), doubt=doubt)


def _number_to_call(text: str, region: str) -> tuple[str, bool]:
    """(E.164 with the extension behind it as links have it, or a short one; whether anybody can have it)."""
    _refuse_shortened(text)
    number = parse(text, region)
    return (f"{number.e164};ext={number.extension}" if number.extension else number.e164), number.is_valid


def _number(text: str, region: str) -> tuple[str, bool]:
    """(E.164 of one cell, whether anybody can have it). Raises UserError with the reason."""
    _refuse_shortened(text)
    number = parse_for_fax(text, region)
    return number.e164, number.is_valid


def _refuse_shortened(text: str) -> None:
    if _SHORTENED.fullmatch(text):
        raise UserError(
            "The spreadsheet has shortened this number. Format its column as text and export it again."
        )
