"""Which town or area a number belongs to, read from the tables phonenumbers brings along.

Its geocoder loads 287,000 prefixes: 0.9 s, 99 MB for good, and the import holds every other thread up. Here
the tables are read as the sorted text they are: one file of 29 is mapped for a moment and searched for at
most nine prefixes, 3 ms and no memory kept. Files are read, so ask on a lane. Read next:
bridge/calls/numbers_desk.py.
"""

from __future__ import annotations

import ast
import mmap
import re
from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rcdesk.core.numbers.text import parsed

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber as ParsedNumber

_LONGEST_PREFIX = 9
_KEY = re.compile(rb"^ '(\d+)':", re.MULTILINE)
_ESCAPED = re.compile(r"\bu\('")
_ALONE = ("zh", "ja", "ko")
"""Languages in which an English name of a place helps nobody."""


@lru_cache(maxsize=256)
def place_of(e164: str, language: str = "en") -> str:
    """ "San Mateo, CA" for "+16505550142"; "" when only the country is known or it is no place at all.

    language: ISO 639, names that are not known in it come in English. Never raises.
    """
    import phonenumbers

    if not e164.startswith("+"):
        return ""
    number = parsed(e164)
    if number is None:
        return ""
    kind, code = phonenumbers.number_type(number), number.country_code or 0
    if not phonenumbers.is_number_type_geographical(kind, code):
        return ""
    try:
        return _longest(_without_mobile_token(number), language)
    except (OSError, ValueError, SyntaxError):
        return ""


def _without_mobile_token(number: ParsedNumber) -> str:
    """The digits of the E.164 form; mobile numbers of some countries have one more before their area."""
    import phonenumbers

    national = phonenumbers.national_significant_number(number)
    token = phonenumbers.country_mobile_token(number.country_code or 0)
    if token and national.startswith(token):
        national = national[len(token) :]
    return f"{number.country_code}{national}"


def _longest(digits: str, language: str) -> str:
    for length in range(min(_LONGEST_PREFIX, len(digits)), 0, -1):
        names = _names(digits[:length])
        found = names.get(language) or ("" if language in _ALONE else names.get("en", ""))
        if found:
            return found
    return ""


def _names(prefix: str) -> dict[str, str]:
    """The names of a prefix by language, empty when the tables do not have it."""
    firsts, files = _tables()
    index = bisect_right(firsts, prefix) - 1
    if index < 0:
        return {}
    with files[index].open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        start = text.find(f"\n '{prefix}':{{".encode())
        if start < 0:
            return {}
        begin = text.find(b"{", start)
        line = text[begin : text.find(b"\n", begin)].decode()
    names = ast.literal_eval(_ESCAPED.sub("('", line.rstrip(",")))
    return {str(key): str(name) for key, name in names.items()} if isinstance(names, dict) else {}


@cache
def _tables() -> tuple[list[str], list[Path]]:
    """The first prefix of every file, ascending, and the files."""
    import phonenumbers

    found: list[tuple[str, Path]] = []
    for path in (Path(phonenumbers.__file__).parent / "geodata").glob("data*.py"):
        with path.open("rb") as file:
            first = _KEY.search(file.read(16_384))
        if first is not None:
            found.append((first[1].decode(), path))
    found.sort()
    return [first for first, _ in found], [path for _, path in found]
