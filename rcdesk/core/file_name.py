"""A file name as it can be shown, sent and stored: names on disk are bytes, and not all of them are text.

Python stands in for bytes that are no UTF-8 with lone surrogates, which no JSON, database, window or request
takes. A path keeps them, so that the file is found; what people read is readable. Pure.
"""

from __future__ import annotations

import re

_STAND_INS = re.compile("[\ud800-\udfff]")
_FIRST_BYTE = 0xDC00


def readable(name: str) -> str:
    """The same name with what is no text as Western European letters, which such names nearly always are."""
    return _STAND_INS.sub(_letter, name) if not name.isascii() else name


def _letter(found: re.Match[str]) -> str:
    number = ord(found[0]) - _FIRST_BYTE
    if not 0x80 <= number <= 0xFF:
        return "\ufffd"
    letter = bytes([number]).decode("cp1252", "replace")
    return letter if letter.isprintable() else "\ufffd"
