"""A number as text: what a web page or an input method puts into it made plain, and grouping as it is typed.

clean() takes out invisible marks and turns wide digits, odd spaces and smart dashes into those of a keyboard;
edit() decides what a field shows after a change and where its caret goes, so that the digits left of the
caret stay the same. Pure, any thread; phonenumbers is imported at first use, for it may not delay the first
paint. Read next: phone_number.py, ui/phone/number_field.py.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber as ParsedNumber

MOST_CHARACTERS = 250
"""Longer texts are no numbers; links with parameters fit."""
SHORTEST_GROUPED = 7
"""Up to six digits may be an extension, which nobody groups."""
_LONGEST_GROUPED = 18
_PLAIN = re.compile(r"[+\d\s().\-/]*")
_OTHER_MARKS = str.maketrans(
    "\u2212\u2043\u30fc\u2044\u2215\u00b7\u2022\u2024\u2027\u3002\u00d7\u201a\u207a", "---//.....x,+"
)


def clean(text: str) -> str:
    """The same text in keyboard characters: ASCII digits, plain spaces and dashes, nothing invisible."""
    return "".join(map(_plain_char, text[:MOST_CHARACTERS]))


@lru_cache(maxsize=512)
def _plain_char(char: str) -> str:
    if " " <= char <= "~":
        return char
    if ord(char) in _OTHER_MARKS:
        return char.translate(_OTHER_MARKS)
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category == "Pd":
        return "-"
    if category in ("Zs", "Zl", "Zp", "Cc"):
        return " "
    if category in ("Cf", "Mn", "Co", "Cn", "Cs"):
        return ""
    if "\uff01" <= char <= "\uff5e":
        return chr(ord(char) - 0xFEE0)
    return char


def parsed(text: str, home: str | None = None) -> ParsedNumber | None:
    """As phonenumbers reads it, possible or not; None for what it cannot read."""
    import phonenumbers

    try:
        return phonenumbers.parse(text, home)
    except phonenumbers.NumberParseException:
        return None


def edit(text_before: str, text_after: str, caret: int, region: str) -> tuple[str, int]:
    """What the field shows, and where its caret stands, after the user changed text_before to text_after.

    caret counts characters of text_after left of it. Digits are grouped as people in region write them. Left
    alone are: words and links, a change of separators only (somebody takes a bracket away), and numbers the
    user groups in another way. The digits left of the caret are always the same as before grouping.
    """
    left = clean(text_after[:caret])
    shown = clean(text_after)
    if _PLAIN.fullmatch(shown) is None:
        return shown, len(left)
    before = clean(text_before)
    is_typed_char = len(shown) == len(before) + 1
    has_same_digits = _digits(shown) == _digits(before)
    if before and has_same_digits and (is_typed_char or len(shown) < len(before)):
        return shown, len(left)
    if len(shown) <= len(before) + 1 and _is_own_style(before, region):
        return shown, len(left)
    grouped = group(_digits(shown), region)
    return grouped, _place_after(grouped, len(_digits(left)), len(_digits(shown)))


@lru_cache(maxsize=1024)
def group(digits: str, region: str) -> str:
    """ASCII digits, with a leading + or none, and the spaces and brackets people in region write.

    Short ones that begin like an extension, and those too long for any country, stay bare.
    """
    from phonenumbers import AsYouTypeFormatter

    if len(digits) > _LONGEST_GROUPED or (len(digits) < SHORTEST_GROUPED and digits[:1] not in ("+", "0")):
        return digits
    formatter = AsYouTypeFormatter(region)
    shown = ""
    for char in digits:
        shown = formatter.input_digit(char)
    shown = clean(shown).rstrip()
    return shown if _digits(shown) == digits else digits


def _digits(text: str) -> str:
    """The ASCII digits, with the + when it leads them."""
    bare = re.sub(r"[^+\d]", "", text)
    return bare[:1] + bare[1:].replace("+", "")


def _place_after(text: str, count: int, total: int) -> int:
    """Behind the count-th significant character; behind everything when that is the last one."""
    if count >= total:
        return len(text)
    seen = 0
    for index, char in enumerate(text):
        if seen == count:
            return index if count else 0
        seen += char.isdigit() or char == "+"
    return len(text)


def _is_own_style(text: str, region: str) -> bool:
    """True when text has separators where region has none: the user groups it in their own way."""
    usual = _gaps(group(_digits(text), region))
    return any(gap not in usual.get(place, "") for place, gap in _gaps(text).items())


def _gaps(text: str) -> dict[int, str]:
    """The separators by how many significant characters stand left of them."""
    gaps: dict[int, str] = {}
    seen = 0
    for char in text:
        if char.isdigit() or char == "+":
            seen += 1
        else:
            gaps[seen] = gaps.get(seen, "") + char
    return gaps
