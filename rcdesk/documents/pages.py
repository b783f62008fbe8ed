"""The pages of one file, whatever its kind: how many, how large, and each drawn in grey at a wanted size.

One page is in memory at a time. Everything here reads files somebody else made: it runs in the renderer, a
child process with limits, never in the program that has the windows. Sizes are limited before anything is
decoded. Read next: pdf_pages.py, picture_pages.py, text_pages.py; raster.py makes fax pages of these.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rcdesk.core.errors import UserError
from rcdesk.core.fax.paper import MM_PER_INCH, Area, NotDrawnHere
from rcdesk.documents.kinds import PDF, TEXT

if TYPE_CHECKING:
    from PIL.Image import Image

WHOLE = Area(x=0.0, y=0.0, width=1.0, height=1.0)
MAX_DRAWN_PX = 8000
"""Neither side of a drawn page is longer than this many dots."""
WHITE_FROM = 128
WHITE_FROM_OF_ONE_BIT = 176
"""Of a 1-bit picture made smaller, a dot is black when a third of it is: thin lines stay."""
TEXT_TYPES = frozenset({TEXT, "text/csv", "text/xml"})
_LARGEST_MM = 20_000.0
_NOT_DRAWN = (
    "Files of this kind are drawn by RingCentral, not on this computer: pages are counted by the service. "
    "Save it as a PDF and add that to see them."
)


class NotShown(Enum):
    """What a file holds that no page shows."""

    FORM = "form"
    """A form that only Adobe's programs draw; the page says "Please wait"."""
    FILES_INSIDE = "files inside"
    """A portfolio: the page is a cover, the documents are files inside it."""


class Pages(ABC):
    """An open file's pages. Close it, or use it in a with statement. One thread at a time."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many pages there are, at least 1."""

    @abstractmethod
    def size_mm(self, page: int) -> tuple[float, float]:
        """Width and height of a page as it is read, in millimetres. Raises UserError when there is none."""

    @abstractmethod
    def drawn(self, page: int, size_px: tuple[int, int], turn: int = 0, crop: Area = WHOLE) -> Image:
        """The part of a page that crop names, turned clockwise, as an "L" picture of exactly size_px.

        crop is meant on the page after it was turned. Raises UserError when the page cannot be drawn.
        """

    def grey(self, page: int, dpi_x: float, dpi_y: float) -> Image:
        """A whole page as an "L" picture at so many dots an inch across and down."""
        width_mm, height_mm = self.size_mm(page)
        size = (
            dots(width_mm * dpi_x / MM_PER_INCH),
            dots(height_mm * dpi_y / MM_PER_INCH),
        )
        return self.drawn(page, size)

    def scan_dpi(self, page: int) -> tuple[float, float] | None:
        """Dots an inch of a page that is one picture, across and down; None for type and lines."""
        return None

    def fax_lines_per_inch(self, page: int) -> int | None:
        """98, 196 or 391 when the page is a fax page already (1 bit, 1728 dots, 204 an inch), else None."""
        return None

    def is_fax_page(self, page: int) -> bool:
        """True when the page already is a fax page and must be kept dot for dot."""
        return self.fax_lines_per_inch(page) is not None

    def is_one_bit(self, page: int) -> bool:
        """True when the page has black and white dots only."""
        return False

    def white_from(self, page: int) -> int:
        """From which grey (0..255) on a dot of this page is white."""
        return WHITE_FROM_OF_ONE_BIT if self.is_one_bit(page) else WHITE_FROM

    def undrawn_letters(self, page: int) -> int:
        """How many letters of a page are drawn as empty boxes: the font has no shape for them."""
        return 0

    def points_a_unit(self, page: int) -> float:
        """How many points (1/72 inch) one unit of a PDF's page is."""
        return 1.0

    def not_shown(self) -> NotShown | None:
        """What of the whole file is not on its pages."""
        return None

    @contextmanager
    def pdf_page(self, page: int) -> Iterator[Any]:
        """The pypdfium2 page, closed on leaving; None when the file is not a PDF."""
        yield None

    @abstractmethod
    def close(self) -> None:
        """Let go of the file. May be called more than once."""

    def check(self, page: int) -> None:
        """Raise UserError when there is no such page."""
        if not 0 <= page < self.count:
            raise UserError(f"There is no page {page + 1} in this file.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_pages(path: Path, media_type: str, password: str | None = None) -> Pages:
    """Open a file whose kind inspect.py has found.

    Raises PasswordNeeded for a locked PDF, NotDrawnHere for kinds only the service can draw, UserError when
    the file is broken, too large or gone.
    """
    if media_type == PDF:
        from rcdesk.documents.pdf_pages import PdfPages

        return PdfPages(path, password)
    if media_type.startswith("image/"):
        from rcdesk.documents.picture_pages import PicturePages

        return PicturePages(path, media_type)
    if media_type in TEXT_TYPES:
        from rcdesk.documents.text_pages import TextPages

        return TextPages(path)
    raise NotDrawnHere(_NOT_DRAWN)


def count_pages(path: Path, media_type: str, password: str | None = None) -> int:
    """How many pages a file has, with as little work as its kind allows. Raises as open_pages does."""
    if media_type == PDF:
        from rcdesk.documents.pdf_pages import count_pdf_pages

        return count_pdf_pages(path, password)
    with open_pages(path, media_type, password) as pages:
        return pages.count


def dots(value: float) -> int:
    """A length in dots that can be drawn: whole, at least 1, at most MAX_DRAWN_PX."""
    return max(1, min(round(value), MAX_DRAWN_PX)) if math.isfinite(value) else 1


def sane_mm(width_mm: float, height_mm: float) -> tuple[float, float]:
    """A page's size without nonsense: finite, between 1 mm and 20 m; a page without any is letter paper."""
    if not (math.isfinite(width_mm) and math.isfinite(height_mm)) or width_mm <= 0 or height_mm <= 0:
        return 215.9, 279.4
    return max(1.0, min(width_mm, _LARGEST_MM)), max(1.0, min(height_mm, _LARGEST_MM))
