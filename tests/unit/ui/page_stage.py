"""Pages for the tests of the preview: real files, drawn by the real room, on a real lane in this process.

The worker's child process has tests of its own; here its room works on the lane's thread, which is quicker
and shows the same dots.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from rcdesk.core.cancel import CancelToken
from rcdesk.core.fax.fax import Document, Resolution
from rcdesk.core.fax.paper import FaxFileFacts, Finding, PagePlan, PageRef, PaperSize
from rcdesk.documents import raster
from rcdesk.documents.doctor.doctor import examine
from rcdesk.documents.fax_file import coded, write_pdf, write_tiff
from rcdesk.documents.pages import count_pages, open_pages
from rcdesk.documents.worker.render_worker import _on_screen, _png

DPI = 150
WIDE, HIGH = round(8.5 * DPI), 11 * DPI


class RoomOnLane:
    """PageWork without a child process; asked is every question in order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.passwords: dict[Path, str] = {}

    def warm_up(self) -> None:
        """There is nothing to start."""

    def count(self, ref: PageRef, *, token: CancelToken | None = None) -> int:
        self.asked.append("count")
        return count_pages(ref.path, ref.media_type, self.passwords.get(ref.path))

    def thumbnail(self, ref: PageRef, width_px: int, *, token: CancelToken | None = None) -> bytes:
        self.asked.append(f"thumbnail {ref.page}")
        with open_pages(ref.path, ref.media_type, self.passwords.get(ref.path)) as pages:
            wide, high = pages.size_mm(ref.page)
            return _png(pages.drawn(ref.page, (width_px, round(width_px * high / wide))))

    def fax_preview(
        self,
        plan: PagePlan,
        resolution: Resolution,
        paper: PaperSize,
        width_px: int | None,
        *,
        token: CancelToken | None = None,
    ) -> bytes:
        self.asked.append(f"preview {plan.source.page}")
        page = self._page(plan, resolution, paper)
        return _png(page if width_px is None else _on_screen(page, resolution, width_px))

    def findings(
        self,
        plan: PagePlan,
        resolution: Resolution,
        paper: PaperSize,
        *,
        token: CancelToken | None = None,
    ) -> tuple[Finding, ...]:
        self.asked.append(f"findings {plan.source.page}")
        ref = plan.source
        with open_pages(ref.path, ref.media_type, self.passwords.get(ref.path)) as pages:
            return examine(pages, ref.page, plan, resolution, paper)

    def page_seconds(
        self,
        plan: PagePlan,
        resolution: Resolution,
        paper: PaperSize,
        *,
        token: CancelToken | None = None,
    ) -> float:
        self.asked.append(f"seconds {plan.source.page}")
        return coded(self._page(plan, resolution, paper)).seconds

    def write(
        self,
        plans: tuple[PagePlan, ...],
        resolution: Resolution,
        paper: PaperSize,
        target: Path,
        kind: Literal["tiff", "pdf"],
        *,
        report: Callable[[int, int], None] | None = None,
        token: CancelToken | None = None,
    ) -> FaxFileFacts:
        self.asked.append(f"write {len(plans)}")
        how = write_pdf if kind == "pdf" else write_tiff
        return how((self._page(plan, resolution, paper) for plan in plans), target, resolution)

    def sent_as(
        self, ref: PageRef, resolution: Resolution, paper: PaperSize, token: CancelToken | None = None
    ) -> PageRef:
        self.asked.append("sent as")
        return ref

    def unlock(self, ref: PageRef, password: str, token: CancelToken | None = None) -> int:
        pages = count_pages(ref.path, ref.media_type, password)
        self.passwords[ref.path] = password
        return pages

    def _page(self, plan: PagePlan, resolution: Resolution, paper: PaperSize) -> Image.Image:
        ref = plan.source
        with open_pages(ref.path, ref.media_type, self.passwords.get(ref.path)) as pages:
            return raster.fax_page(pages, ref.page, plan, resolution, paper)


def text_page(title: str) -> Image.Image:
    """A letter page of dark text."""
    page = Image.new("L", (WIDE, HIGH), 255)
    draw = ImageDraw.Draw(page)
    draw.text((120, 110), title, fill=0, font=ImageFont.load_default(44))
    words = "Thank you for seeing Mr. Hale on Monday. His films are enclosed with this letter. "
    for row in range(26):
        draw.text((120, 220 + row * 46), words[row % 9 :][:74], fill=0, font=ImageFont.load_default(26))
    return page


def form_page() -> Image.Image:
    """A letter page with seven boxes, two of them grey."""
    page = Image.new("L", (WIDE, HIGH), 255)
    draw = ImageDraw.Draw(page)
    draw.text((120, 110), "Imaging request", fill=0, font=ImageFont.load_default(52))
    for row in range(7):
        top = 250 + row * 165
        grey = 200 if row in (1, 4) else 255
        draw.rectangle((120, top, WIDE - 120, top + 115), fill=grey, outline=0, width=4)
        draw.text((150, top + 36), "Patient, date of birth, region", fill=0, font=ImageFont.load_default(34))
    return page


def pdf(path: Path, *pages: Image.Image) -> Document:
    """These pages as a PDF that can be faxed."""
    first, *rest = pages
    first.save(path, "PDF", resolution=DPI, save_all=True, append_images=rest)
    return Document(
        path=path,
        name=path.name,
        size_bytes=path.stat().st_size,
        media_type="application/pdf",
        pages=len(pages),
    )
