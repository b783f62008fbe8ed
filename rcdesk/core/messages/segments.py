"""How many segments a text takes on its way, as carriers count (3GPP TS 23.038 and 23.040).

A text whose every character is in the GSM alphabet goes in septets: 160 in one segment, 153 in each of
several, those of the extension table counting two. One other character, an emoji or a curly quote, and the
whole text goes in 16-bit units: 70, or 67 in each of several. What takes two units is never torn apart, so a
segment may stay one short. Pure.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")
"""One septet to say that the other table is meant, one for the character."""

MOST_UNITS = 1000
"""The longest text RingCentral takes, in UTF-16 units (guide)."""


class Alphabet(Enum):
    """What a text is written in on its way; the value is what people call it."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"

    @property
    def whole(self) -> int:
        """Units of a text that is one segment."""
        return 160 if self is Alphabet.GSM7 else 70

    @property
    def each(self) -> int:
        """Units in each of several segments: six octets tell which belongs where."""
        return 153 if self is Alphabet.GSM7 else 67


class SegmentCount(Struct, frozen=True, kw_only=True):
    """The size of a text. units: septets or 16-bit units, left: how many more fit into the last segment.

    outside: the characters, each once, that make it UCS-2.
    """

    alphabet: Alphabet
    units: int
    segments: int
    left: int
    outside: str = ""


def count_segments(text: str) -> SegmentCount:
    """Count; an empty text is no segment."""
    outside = "".join(dict.fromkeys(c for c in text if c not in GSM_BASIC and c not in GSM_EXTENDED))
    alphabet = Alphabet.UCS2 if outside else Alphabet.GSM7
    sizes = [_size(character, alphabet) for character in text]
    units = sum(sizes)
    if units <= alphabet.whole:
        segments = 1 if units else 0
        return SegmentCount(
            alphabet=alphabet, units=units, segments=segments, left=alphabet.whole - units, outside=outside
        )
    segments, used = 1, 0
    for size in sizes:
        if used + size > alphabet.each:
            segments, used = segments + 1, 0
        used += size
    return SegmentCount(
        alphabet=alphabet, units=units, segments=segments, left=alphabet.each - used, outside=outside
    )


def utf16_units(text: str) -> int:
    """The length RingCentral bounds."""
    return sum(_size(character, Alphabet.UCS2) for character in text)


def _size(character: str, alphabet: Alphabet) -> int:
    is_two = character in GSM_EXTENDED if alphabet is Alphabet.GSM7 else character > "\uffff"
    return 2 if is_two else 1
