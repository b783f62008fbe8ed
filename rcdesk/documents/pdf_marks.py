"""What PDFium does not tell of a PDF: the unit its pages are measured in, and whether it is a portfolio.

Their names are looked for in the file and in its packed objects first, which takes a millisecond; only a file
that has them is read by pypdf. What is encrypted is not looked into. Runs in the renderer. Read next:
pdf_pages.py.
"""

from __future__ import annotations

import math
import mmap
import re
import zlib
from pathlib import Path
from typing import Any

from rcdesk.core.regular_file import open_regular

_UNIT, _COLLECTION, _PACKED = b"/UserUnit", b"/Collection", b"/ObjStm"
_STREAM = re.compile(rb"stream\r?\n")
_MOST_BETWEEN = 4096
_MOST_UNPACKED_BYTES = 4_000_000
_MOST_UNPACKED_IN_ALL = 40_000_000
_MOST_UNIT = 100.0


class PdfMarks:
    """One PDF, looked at when it is first asked about."""

    def __init__(self, path: Path, password: str | None) -> None:
        self._path = path
        self._password = password
        self._found: frozenset[bytes] | None = None
        self._units: dict[int, float] | None = None

    def unit(self, page: int) -> float:
        """How many points one of a page's units is (PDF 32000-1, 14.11.2), 1.0 nearly always."""
        if self._units is None:
            self._units = self._read_units() if _UNIT in self._marks() else {}
        return self._units.get(page, 1.0)

    @property
    def is_portfolio(self) -> bool:
        """True when the document is a cover for the files inside it (PDF 32000-1, 12.3.5)."""
        return _COLLECTION in self._marks()

    def _marks(self) -> frozenset[bytes]:
        if self._found is None:
            try:
                with (
                    open_regular(self._path) as file,
                    mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
                ):
                    self._found = _marks_in(content)
            except (OSError, ValueError):
                self._found = frozenset()
        return self._found

    def _read_units(self) -> dict[int, float]:
        """The units of the pages that have one; a file pypdf cannot read has none."""
        import logging

        from pypdf import PdfReader

        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
        try:
            reader = PdfReader(self._path)
            if reader.is_encrypted:
                reader.decrypt(self._password or "")
            return {number: _sane(page.get("/UserUnit")) for number, page in enumerate(reader.pages)}
        except Exception:  # whatever it says of a file that PDFium has opened
            return {}


def _sane(unit: Any) -> float:
    try:
        value = float(unit)
    except (TypeError, ValueError):
        return 1.0
    return value if math.isfinite(value) and 0 < value <= _MOST_UNIT else 1.0


def _marks_in(content: mmap.mmap) -> frozenset[bytes]:
    """Which of the names are in a file or in its packed objects."""
    found = {mark for mark in (_UNIT, _COLLECTION) if content.find(mark) >= 0}
    at, unpacked = content.find(_PACKED), 0
    while at >= 0 and unpacked < _MOST_UNPACKED_IN_ALL:
        start = _STREAM.search(content, at, at + _MOST_BETWEEN)
        if start is not None:
            objects = _unpacked(content, start.end())
            unpacked += len(objects)
            found |= {mark for mark in (_UNIT, _COLLECTION) if mark in objects}
        at = content.find(_PACKED, at + len(_PACKED))
    return frozenset(found)


def _unpacked(content: mmap.mmap, start: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(
            content[start : start + _MOST_UNPACKED_BYTES], _MOST_UNPACKED_BYTES
        )
    except zlib.error:
        return b""
