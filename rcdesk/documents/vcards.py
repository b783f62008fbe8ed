"""vCards 2.1, 3.0 and 4.0 as phones and mail programs write them: a name and the numbers worth faxing.

vobject reads each card (foldings, quoted-printable, groups); a card that it cannot read is left out and
counted, the others stay. Disk lane. Read next: address_list.py.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rcdesk.core.cancel import CancelToken

_HEAVY = re.compile(r"^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)


_LABELS = (("CELL", "Mobile"), ("MAIN", "Main"), ("CAR", "Car"), ("WORK", "Business"), ("HOME", "Home"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One contact: its fax numbers as written, or its first other number when it has none.

    every_number: all of its numbers, the preferred first, each with what it is ("Mobile", "Fax", "").
    """

    name: str
    numbers: tuple[str, ...]
    every_number: tuple[tuple[str, str], ...] = ()


def read_vcards(text: str, token: CancelToken) -> Iterator[Card | None]:
    """The cards one after another, None for each that cannot be read. Raises Cancelled between cards."""
    import vobject

    # It would log the lines it cannot read: names and numbers.
    logging.getLogger("vobject.base").setLevel(logging.CRITICAL + 1)
    for source in _sources(text):
        token.check()
        try:
            card = vobject.readOne(source, ignoreUnreadable=True, allowQP=True)
            yield _card(card)
        except (
            vobject.base.VObjectError,
            ArithmeticError,
            AttributeError,
            LookupError,
            RecursionError,
            StopIteration,
            TypeError,
            ValueError,
        ):
            yield None


def _sources(text: str) -> Iterator[str]:
    """The text of each outermost card without its pictures; the last one may lack its end."""
    depth = 0
    lines: list[str] = []
    is_heavy = False
    for line in text.splitlines():
        word = line.strip().upper()
        if word == "BEGIN:VCARD":
            depth += 1
        if depth == 0:
            continue
        if is_heavy and (line[:1] in (" ", "\t", "") or (":" not in line and ";" not in line)):
            continue
        is_heavy = bool(_HEAVY.match(line))
        if depth == 1 and not is_heavy:
            lines.append(line)
        if word == "END:VCARD":
            depth -= 1
            if depth == 0:
                yield "\r\n".join(lines) + "\r\n"
                lines = []
    if lines:
        yield "\r\n".join([*lines, "END:VCARD", ""])


def _card(card: Any) -> Card:
    faxes: list[str] = []
    others: list[tuple[bool, str]] = []
    every: list[tuple[bool, str, str]] = []
    formatted = name = company = ""
    for line in card.getChildren():
        match line.name.upper():
            case "FN":
                formatted = formatted or _text(line.value)
            case "N":
                given, family = _text(getattr(line.value, "given", "")), getattr(line.value, "family", "")
                name = name or f"{given} {_text(family)}".strip()
            case "ORG":
                company = company or _text(line.value)
            case "TEL":
                number = re.sub(r"^\s*tel:", "", _text(line.value), flags=re.IGNORECASE).partition(";")[0]
                kinds = _kinds(line)
                if number:
                    every.append(("PREF" not in kinds, number, _label(kinds)))
                if number and "FAX" in kinds:
                    faxes.append(number)
                elif number:
                    others.append(("PREF" not in kinds, number))
    others.sort(key=lambda other: other[0])
    numbers = tuple(dict.fromkeys(faxes)) or tuple(number for _, number in others[:1])
    every.sort(key=lambda one: one[0])
    labels: dict[str, str] = {}
    for _, number, label in every:
        labels.setdefault(number, label)
    return Card(name=formatted or name or company, numbers=numbers, every_number=tuple(labels.items()))


def _label(kinds: set[str]) -> str:
    """What people call a number of these types."""
    if "FAX" in kinds:
        return "Home fax" if "HOME" in kinds else "Business fax" if "WORK" in kinds else "Fax"
    return next((label for kind, label in _LABELS if kind in kinds), "")


def _kinds(line: Any) -> set[str]:
    """The types of a number, whichever way the version writes them: TYPE=WORK,FAX or just FAX."""
    given = [*line.params.get("TYPE", []), *line.singletonparams]
    kinds = {kind.strip().upper() for text in given for kind in str(text).split(",")}
    return kinds | ({"PREF"} if "PREF" in line.params else set())


def _text(value: object) -> str:
    """A value as one line; vobject gives parts of names and companies as lists."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    return " ".join(str(value).split())
