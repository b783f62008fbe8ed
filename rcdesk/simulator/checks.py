"""What a request may hold: kinds of values, put together like the contract's schemas.

A `Kind` judges a value of a JSON body, a `Word` the text of a query parameter; what is wrong is refused with
CMN-101 and its name. Names that are not listed are let through, as the service does. Values only. Read next:
`visit` (Route, where they are declared).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from rcdesk.simulator.clock import parse_wire_time
from rcdesk.simulator.refusal import bad_parameter

Kind: TypeAlias = Callable[[Any, str], None]
Word: TypeAlias = Callable[[str], bool]

MOST_CHARACTERS = 10_000
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_YEARS = range(1970, 2200)


def moment_from(text: str) -> datetime:
    """An ISO 8601 moment of this age. Raises ValueError."""
    if not _MOMENT.fullmatch(text):
        raise ValueError(f"not a moment: {text[:40]}")
    moment = parse_wire_time(text)
    if moment.year not in _YEARS:
        raise ValueError(f"not of this age: {text[:40]}")
    return moment


def number_from(text: str, low: int, high: int) -> int:
    """A whole number within a range, in plain digits. Raises ValueError."""
    if not re.fullmatch(r"-?[0-9]{1,18}", text) or not low <= int(text) <= high:
        raise ValueError(f"not a number from {low} to {high}: {text[:40]}")
    return int(text)


# Query parameters.


def a_number(low: int = 1, high: int = 1000, *, or_words: tuple[str, ...] = ()) -> Word:
    """A whole number, or one of a few words."""

    def judge(value: str) -> bool:
        try:
            number_from(value, low, high)
        except ValueError:
            return value in or_words
        return True

    return judge


def one_of(*words: str) -> Word:
    """One of these words; several may be joined by commas."""
    return lambda value: bool(value) and all(word in words for word in value.split(","))


def query_moment(text: str) -> datetime:
    """An ISO 8601 moment, whose plus may have come as a space. Raises ValueError."""
    return moment_from(text.replace(" ", "+") if "T" in text else text)


def a_moment(value: str) -> bool:
    try:
        query_moment(value)
    except ValueError:
        return False
    return True


def a_text(value: str) -> bool:
    """Any text that is not a book."""
    return len(value) <= MOST_CHARACTERS


A_FLAG = one_of("true", "false")
PAGING: Mapping[str, Word] = {"page": a_number(), "perPage": a_number()}


def check_query(
    query: Mapping[str, list[str]], words: Mapping[str, Word], repeatable: frozenset[str]
) -> None:
    """CMN-101 for a value that is not allowed, or a second one where one is."""
    for name, judge in words.items():
        values = query.get(name, [])
        if len(values) > 1 and name not in repeatable:
            raise bad_parameter(name, values[1])
        for value in values:
            if not judge(value):
                raise bad_parameter(name, value)


# JSON bodies.


def text(low: int = 0, high: int = MOST_CHARACTERS) -> Kind:
    """A text of so many characters."""

    def judge(value: Any, name: str) -> None:
        if not isinstance(value, str) or not low <= len(value) <= high:
            raise bad_parameter(name, value)

    return judge


def word(*words: str) -> Kind:
    def judge(value: Any, name: str) -> None:
        if not isinstance(value, str) or value not in words:
            raise bad_parameter(name, value)

    return judge


def flag(value: Any, name: str) -> None:
    if not isinstance(value, bool):
        raise bad_parameter(name, value)


def moment(value: Any, name: str) -> None:
    try:
        moment_from(value if isinstance(value, str) else "")
    except ValueError as exc:
        raise bad_parameter(name, value) from exc


def items(kind: Kind, *, low: int = 0, high: int = 1000) -> Kind:
    def judge(value: Any, name: str) -> None:
        if not isinstance(value, list) or not low <= len(value) <= high:
            raise bad_parameter(name, value)
        for item in value:
            kind(item, name)

    return judge


def shape(*needed: str, **fields: Kind) -> Kind:
    """An object with these fields, of which some are needed; a trailing underscore is not part of a name."""
    kinds = {name.rstrip("_"): kind for name, kind in fields.items()}

    def judge(value: Any, name: str) -> None:
        if not isinstance(value, dict):
            raise bad_parameter(name, value)
        for field in needed:
            if field not in value:
                raise bad_parameter(field)
        for field, kind in kinds.items():
            if field in value:
                kind(value[field], field)

    return judge
