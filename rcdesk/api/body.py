"""The JSON of an answer, whatever is in it, and which records of a list are fit to be read.

One record that no record can be (half a character, a number of pages beyond all numbers, the year 9999) must
not cost the others: it is left out and counted. What is nested too deeply to be read at all is cut out as if
it had not been there. Pure, any thread. Read next: rest/reading.py, errors.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

MOST_CHARACTERS = 65_536
"""No field of the service is nearly as long."""

LARGEST = 2**31
"""No count or length of the service is nearly as large."""

_LARGEST_ID = 2**63
_MOST_DIGITS = 25
_YEARS = range(1970, 2200)
_DEEPEST = 40
_MOST_FIELDS = 20_000
_SURROGATE = re.compile("[\ud800-\udfff]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


def parse(content: bytes) -> object:
    """The JSON of a body; bytes that are no text become "�". Raises ValueError when it is no JSON."""
    text = content.decode(json.detect_encoding(content), "replace")
    try:
        return _parsed(text)
    except RecursionError:
        pass
    try:
        return _parsed(_flattened(text))
    except RecursionError as exc:
        raise ValueError("the answer is nested too deeply") from exc


def is_odd(record: Mapping[str, Any]) -> bool:
    """True when it holds what the service cannot mean, in whichever field."""
    waiting: list[tuple[str, Any, int]] = [("", record, 0)]
    seen = 0
    while waiting:
        name, value, depth = waiting.pop()
        seen += 1
        if seen > _MOST_FIELDS or depth > _DEEPEST or _is_odd_value(name, value):
            return True
        waiting.extend((inner_name, inner, depth + 1) for inner_name, inner in _inside(name, value))
    return False


def sound(text: str) -> str:
    """The text without halves of characters, and not longer than any field is."""
    return _SURROGATE.sub("�", text[:MOST_CHARACTERS])


def moment_of(text: str) -> datetime | None:
    """An ISO 8601 text as an aware UTC moment; None when it is none, or not of this age."""
    try:
        value = datetime.fromisoformat(text)
        value = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return value if value.year in _YEARS else None


def _inside(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key, key
            yield key, inner
    elif isinstance(value, list):
        for inner in value:
            yield name, inner


def _is_odd_value(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) >= (_LARGEST_ID if name.lower().endswith("id") else LARGEST)
    if isinstance(value, float):
        return not -1e300 < value < 1e300
    if isinstance(value, str):
        is_too_long = len(value) > MOST_CHARACTERS
        return is_too_long or _SURROGATE.search(value) is not None or _is_odd_moment(name, value)
    return False


def _is_odd_moment(name: str, value: str) -> bool:
    """True for a time of another age; what is no time at all is merely not known."""
    if not name.endswith(("Time", "Date")) or not value[:4].isdigit():
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return moment_of(value) is None


def _parsed(text: str) -> object:
    return json.loads(text, parse_int=_integer)


def _integer(digits: str) -> int | float:
    """Python refuses to read thousands of digits; nobody means such a number."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float("inf")


def _flattened(text: str) -> str:
    """The same JSON with null for what is nested too deeply."""
    kept: list[str] = []
    depth, start = 0, 0
    for token in _TOKEN.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == _DEEPEST:
                kept.append(text[start : token.start()] + "null")
        elif token[0] in ("]", "}"):
            depth -= 1
            if depth == _DEEPEST - 1:
                start = token.end()
    if depth < _DEEPEST:
        kept.append(text[start:])
    return "".join(kept)
