"""What came in by a drop or a paste, as values that may cross threads.

Pure; made by ui/compose/incoming.py, made into files by services/fax/pasted.py. Read next:
bridge/fax/pasted_desk.py.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from msgspec import Struct

MOST_FILES = 200
"""Taken at once."""


class ClipKind(Enum):
    """What a clip is; the value is the ending of its file."""

    IMAGE = "png"
    TEXT = "txt"
    RICH_TEXT = "html"


class Clip(Struct, frozen=True, kw_only=True):
    """Something that is no file yet. content: of an image an encoded picture (PNG, BMP…) or, when width is
    not 0, its pixels in rows without gaps; else text in UTF-8, of RICH_TEXT HTML as it came.

    layout: the four bytes of a pixel in order: RGBA, BGRA, BGRa (colours multiplied by alpha) or BGRX.
    """

    kind: ClipKind
    content: bytes
    width: int = 0
    height: int = 0
    layout: str = "RGBA"


class IncomingFiles(Struct, frozen=True, kw_only=True):
    """files lie on this computer already, clips must be written first; problem is a sentence about the rest,
    "" when there is nothing to say."""

    files: tuple[Path, ...] = ()
    clips: tuple[Clip, ...] = ()
    problem: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.files and not self.clips
