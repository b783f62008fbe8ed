"""Which numbers are emergency numbers, however they are written: those no RingOut may be asked to dial.

A prefix for an outside line, a country code, a star code or an extension around the number does not hide it.
Numbers of the home country and of the country dialled count, and the four known everywhere. Pure;
phonenumbers is imported at first use. Read next: phone_number.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

KNOWN_EVERYWHERE = ("112", "911", "999", "000")
_LONGEST = 11
"""011, a country code and the longest emergency number; whatever has more digits is another number."""
_LONGEST_CODE = 3
_TAIL = re.compile(r"\s*(?:[;,x#~]|ext|int).*$", re.IGNORECASE)
_OUTSIDE_LINE = re.compile(r"^\s*\d{1,2}\s*[-,;.pw\s]+\s*(?=\d)", re.IGNORECASE)
_LEADING_WORDS = re.compile(r"^[^\d+*#(]+")
_STAR_CODE = re.compile(r"^[\s(]*[*#]{1,2}\s*\d{2,3}?[*#\s-]*")


def is_emergency(text: str, region: str) -> bool:
    """True when this text, as clean() leaves it, would reach an emergency service in region."""
    text = _LEADING_WORDS.sub("", text)
    stripped = _STAR_CODE.sub("", text)
    for written in {
        text,
        stripped,
        _TAIL.sub("", text),
        _TAIL.sub("", stripped),
        _OUTSIDE_LINE.sub("", text),
    }:
        digits = re.sub(r"\D", "", written)
        if not digits or len(digits) > _LONGEST or re.search(r"[A-Za-z]", _TAIL.sub("", written)):
            continue
        if _is_one(digits, region) or any(_is_one(*behind) for behind in _behind_prefixes(digits, region)):
            return True
        if "+" in written and any(_is_one(*behind) for behind in _behind_country_code(digits)):
            return True
    return False


def begins_as_emergency(digits: str, region: str) -> bool:
    """True when a telephone in region would connect these digits to an emergency service before their end."""
    import phonenumbers

    return bool(phonenumbers.connects_to_emergency_number(digits, region))


@lru_cache(maxsize=1024)
def _is_one(digits: str, region: str) -> bool:
    import phonenumbers

    return digits in KNOWN_EVERYWHERE or bool(phonenumbers.is_emergency_number(digits, region))


def _behind_prefixes(digits: str, region: str) -> Iterator[tuple[str, str]]:
    """What is dialled behind an outside line's digit, the long-distance prefix or an international one."""
    import phonenumbers

    for prefix in {"9", "0", phonenumbers.ndd_prefix_for_region(region, True) or "0"}:
        if digits.startswith(prefix):
            yield digits[len(prefix) :], region
    for prefix in ("00", "011"):
        if digits.startswith(prefix):
            yield from _behind_country_code(digits[len(prefix) :])


def _behind_country_code(digits: str) -> Iterator[tuple[str, str]]:
    import phonenumbers

    for length in range(1, min(_LONGEST_CODE, len(digits)) + 1):
        for region in phonenumbers.region_codes_for_country_code(int(digits[:length])):
            yield digits[length:], region
