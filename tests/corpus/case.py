"""One page of the corpus: how it is made, how it is faxed and, when a fault is planted, where and which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import Area, Dither, FindingKind, Fix, PagePlan, PageRef, PaperSize
from tests.corpus.sheet import Sheet, write_pdf

PDF, TIFF, PNG, JPEG, TEXT = "application/pdf", "image/tiff", "image/png", "image/jpeg", "text/plain"
Make = Callable[[Path], tuple[Path, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """make writes the file into a folder and returns its path and media type.

    dither: in dots, as the service draws the files of a fax, unless the case is about another.
    kind: what is planted, None on a clean page. place: where about, None for the whole page. also: what comes
    with it on this page.
    """

    name: str
    make: Make
    resolution: Resolution = Resolution.FINE
    paper: PaperSize = PaperSize.LETTER
    dither: Dither = Dither.DIFFUSE
    fixes: frozenset[Fix] = field(default_factory=frozenset)
    kind: FindingKind | None = None
    place: Area | None = None
    also: frozenset[FindingKind] = frozenset()

    def plan(self, made: tuple[Path, str]) -> PagePlan:
        """The plan for its only page."""
        source = PageRef(path=made[0], media_type=made[1])
        return PagePlan(source=source, dither=self.dither, fixes=self.fixes)


def pdf(name: str, sheet: Callable[[], Sheet]) -> Make:
    """A PDF of one sheet."""
    return lambda folder: (write_pdf(folder / f"{name}.pdf", [sheet()]), PDF)


def picture(name: str, made: Callable[[Path], Image.Image], media_type: str, dpi: float | None) -> Make:
    """A picture file; dpi None leaves its size on paper unsaid."""

    def make(folder: Path) -> tuple[Path, str]:
        path = folder / f"{name}.{media_type.rpartition('/')[2]}"
        image = made(folder)
        extra: dict[str, object] = {} if dpi is None else {"dpi": (dpi, dpi)}
        if media_type == JPEG:
            extra["quality"] = 85
        if media_type == PNG:
            extra["compress_level"] = 1
        if media_type == TIFF and image.mode == "1":
            extra["compression"] = "group4"
        image.save(path, **extra)  # type: ignore[arg-type]
        return path, media_type

    return make


def share(sheet: Sheet, x: float, y: float, width: float, height: float) -> Area:
    """A rectangle in points as a share of the sheet."""
    return Area(
        x=x / sheet.width, y=y / sheet.height, width=width / sheet.width, height=height / sheet.height
    )
