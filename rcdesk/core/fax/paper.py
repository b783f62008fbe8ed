"""What a fax page IS: paper, dots, the plan for one page, what the page doctor found, how long it takes.

A fax dot is not square: 204 dots an inch across, 196 (Fine) or 98 (Standard) lines an inch down (ITU-T T.30,
T.4). Every page is 1728 dots wide. A fax's page list is a tuple of PagePlan, in the order they are sent,
across files. Places on a page are shares (0..1) of the page as it will arrive, from its top left corner.
Pure values that cross threads and processes. Read next: documents/raster.py, documents/doctor/doctor.py.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Resolution

FAX_WIDTH = 1728
"""Dots across a fax page, whatever the paper (ITU-T T.4: 1728 on a 215 mm line)."""
DPI_X = 204
FINE_LINES_PER_INCH = 196
STANDARD_LINES_PER_INCH = 98
MAX_FAX_LINES_INCHES = 28.0
"""The longest page made: two sheets of legal. A longer one is shrunk to this."""
MM_PER_INCH = 25.4


AS_PDF = frozenset(
    {
        "text/html",
        *(f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "spreadsheet", "presentation")),
        "application/vnd.oasis.opendocument.graphics",
    }
)
"""Kinds of files that go as the PDF they are drawn as here; RingCentral takes none of them but HTML."""
AS_FAX_PAGES = frozenset({"image/heic", "image/avif", "image/webp", "image/jp2", "image/x-dcx"})
"""Pictures RingCentral does not take: they go as the fax pages that are shown."""


class PasswordNeeded(UserError):
    """A file opens with a password only; was_wrong is True when one was given and is not the right one."""

    def __init__(self, message: str, *, was_wrong: bool = False) -> None:
        super().__init__(message)
        self.was_wrong = was_wrong


class NotDrawnHere(UserError):
    """The service accepts this kind of file, but its pages cannot be drawn or counted on this computer."""


def lines_per_inch(resolution: Resolution) -> int:
    """Lines an inch down the page: 196 for Fine, 98 for Standard."""
    return FINE_LINES_PER_INCH if resolution is Resolution.FINE else STANDARD_LINES_PER_INCH


class PaperSize(Enum):
    """The receiving machine's paper; the value is what the preferences hold."""

    LETTER = "letter"
    LEGAL = "legal"
    A4 = "a4"

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height in millimetres."""
        return _PAPER_MM[self]

    @property
    def words(self) -> str:
        return {"letter": "Letter", "legal": "Legal", "a4": "A4"}[self.value]

    def fax_size(self, resolution: Resolution) -> tuple[int, int]:
        """Dots across and lines down of one sheet: (1728, 2156) for Letter at Fine."""
        return FAX_WIDTH, round(self.size_mm[1] / MM_PER_INCH * lines_per_inch(resolution))


_PAPER_MM = {
    PaperSize.LETTER: (215.9, 279.4),
    PaperSize.LEGAL: (215.9, 355.6),
    PaperSize.A4: (210.0, 297.0),
}


LETTER_COUNTRIES = frozenset(
    ["US", "CA", "MX", "PR", "PH", "CL", "CO", "VE", "BZ", "CR", "DO", "GT", "NI", "PA", "SV"]
)
"""Where paper is Letter (CLDR, territories by paper size); A4 everywhere else."""


def paper_of(country: str) -> PaperSize:
    """The paper of a country (ISO 3166)."""
    return PaperSize.LETTER if country in LETTER_COUNTRIES else PaperSize.A4


class Dither(Enum):
    """How grey becomes black and white. AUTO chooses by the page: text and lines are cut, pictures dotted."""

    AUTO = "auto"
    THRESHOLD = "threshold"
    DIFFUSE = "diffuse"


class Fix(Enum):
    """What one click can mend on a page."""

    WHITEN_GREY = "whiten grey"
    """Grey and coloured areas become white; text and lines on them are kept."""
    THICKEN_LINES = "thicken lines"
    """Lines thinner than a dot become two dots wide."""
    ENLARGE = "enlarge"
    """What is printed on the page is enlarged until it fills the paper's width."""
    DROP_BLANK = "drop blank"
    """The page is left out."""
    ROTATE = "rotate"
    """A wide page, which is turned to fill the paper by itself, stays upright and is shrunk to the width."""
    FLATTEN = "flatten"
    """Form fields and notes become part of the page: true of every raster, so the raster is what is sent."""
    DESKEW = "deskew"
    """A page scanned at a slant is straightened."""
    SHRINK_TO_PAPER = "shrink to paper"
    """A page longer than the paper is shrunk to one sheet."""


class PageRef(Struct, frozen=True, kw_only=True):
    """One page of a file: page counts from 0; digest is the file's SHA-256, "" when nobody has looked.

    A password is never part of it: the page worker holds passwords in memory only.
    """

    path: Path
    media_type: str
    page: int = 0
    digest: str = ""


class PagePlan(Struct, frozen=True, kw_only=True):
    """What the user decided for one page.

    rotate: 0, 90, 180 or 270 degrees clockwise, on top of what the program turns by itself.
    """

    source: PageRef
    rotate: int = 0
    dither: Dither = Dither.AUTO
    fixes: frozenset[Fix] = field(default_factory=frozenset)
    is_removed: bool = False

    @property
    def is_sent(self) -> bool:
        return not self.is_removed and Fix.DROP_BLANK not in self.fixes

    def turned(self, degrees: int) -> PagePlan:
        """The same page turned by that many degrees more, clockwise."""
        return replace(self, rotate=(self.rotate + degrees) % 360)

    def fixed(self, fix: Fix) -> PagePlan:
        return replace(self, fixes=self.fixes | {fix})

    def unfixed(self, fix: Fix) -> PagePlan:
        return replace(self, fixes=self.fixes - {fix})


class FindingKind(Enum):
    GREY = "grey"
    HAIRLINE = "hairline"
    SMALL_TYPE = "small type"
    HEAVY = "heavy"
    BLANK = "blank"
    LANDSCAPE = "landscape"
    TOO_LARGE = "too large"
    FORM = "form"
    LOW_SCAN = "low scan"
    SKEW = "skew"
    LETTERS = "letters"
    NOT_SHOWN = "not shown"
    """Something of the document is on no page, or is there in another form than the file has it."""


class Area(Struct, frozen=True, kw_only=True):
    """A rectangle on a page, in shares (0..1) of its width and height, from the top left corner."""

    x: float
    y: float
    width: float
    height: float


class Finding(Struct, frozen=True, kw_only=True):
    """One thing the page doctor found.

    page: the page's number in its file, from 0. place: None for the whole page. words: a label of two or
    three words for the mark on the page. sentence: what will happen and what helps. fix: None when no
    click can mend it.
    """

    kind: FindingKind
    page: int
    place: Area | None
    words: str
    sentence: str
    fix: Fix | None = None


class FaxFileFacts(Struct, frozen=True, kw_only=True):
    """A fax file that was written: what the outbox and the limits need to know about it.

    page_s: estimated seconds on the line, a page each. sha256: hexadecimal, of the file's bytes.
    """

    path: Path
    media_type: str
    size_bytes: int
    page_s: tuple[float, ...]
    sha256: str

    @property
    def pages(self) -> int:
        return len(self.page_s)

    @property
    def transmission_s(self) -> float:
        """Estimated seconds on the line for all of it."""
        return sum(self.page_s)
