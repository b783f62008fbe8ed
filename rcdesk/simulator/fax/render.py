"""Draws a fax as the service would have sent it: cover page, then every document's pages, as PDF or TIFF.

One bit a pixel at fax resolution. PDFs are rasterised with pypdfium2 where it is installed, pictures with
Pillow, text is laid out, office files become a page that says their name. A page that is uploaded as a fax
raster (1 bit, 1728 dots wide, 204 an inch) is taken over dot for dot, as long as it is. pdfium is not safe on
two threads, and this may run beside a program that uses it: `python -m rcdesk.simulator.fax.render` does one
job from stdin in a process of its own.

Read next: `rendering`, which decides where a job runs.
"""

from __future__ import annotations

import functools
import itertools
import json
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps, ImageSequence

WIDTH = 1728
HEIGHTS = {"High": 2156, "Low": 1078}
DPI = {"High": (204.0, 196.0), "Low": (204.0, 98.0)}
MAX_PAGES = 200
LINES_PER_PAGE = 62
COLUMNS = 92
MOST_LINES = LINES_PER_PAGE * MAX_PAGES
PIECE = LINES_PER_PAGE * COLUMNS
"""How much of a line is broken into rows at a time, in characters."""
FAX_LINES = "fax lines"
"""Where a picture that is a fax raster already notes its lines an inch, 196 or 98."""

PICTURES = frozenset({"tif", "tiff", "gif", "jpg", "jpeg", "bmp", "png", "pcx", "tga", "psd"})
TEXTS = frozenset({"txt", "log", "h", "cpp", "c", "err", "hpp", "xml", "html", "htm", "csv"})


class RenderFailed(Exception):
    """A document could not be drawn; `error_code` is a FaxErrorCodeEnum value."""

    def __init__(self, error_code: str, reason: str) -> None:
        super().__init__(reason)
        self.error_code = error_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    style: str
    to_names: tuple[str, ...]
    to_numbers: tuple[str, ...]
    from_name: str
    from_number: str
    date: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderJob:
    """One fax to draw; `documents` are (path, name, extension)."""

    output: str
    media_type: str
    resolution: str
    cover: Cover | None
    documents: tuple[tuple[str, str, str], ...]

    @property
    def needs_pdfium(self) -> bool:
        """True when a PDF must be rasterised."""
        return any(kind == "pdf" for _, _, kind in self.documents)

    def to_json(self) -> str:
        """For the child process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> RenderJob:
        """The other end of `to_json`."""
        data = json.loads(text)
        given: dict[str, Any] | None = data.pop("cover")
        cover = None
        documents = tuple((str(path), str(name), str(kind)) for path, name, kind in data.pop("documents"))
        if given is not None:
            to_names, to_numbers = tuple(given.pop("to_names")), tuple(given.pop("to_numbers"))
            cover = Cover(to_names=to_names, to_numbers=to_numbers, **given)
        return cls(cover=cover, documents=documents, **data)


def draw(job: RenderJob) -> int:
    """Write the rendered file and return its number of pages. Raises RenderFailed."""
    pages: list[Image.Image] = []
    if job.cover is not None:
        pages.append(_fitted(_cover_page(job.cover), job.resolution))
    for path, name, kind in job.documents:
        for page in _document(Path(path), name, kind):
            pages.append(_fitted(page, job.resolution))
            if len(pages) > MAX_PAGES:
                raise RenderFailed("TooManyPages", f"more than {MAX_PAGES} pages")
    if not pages:
        raise RenderFailed("RenderingFailed", "no pages")
    options: dict[str, Any] = {"save_all": True, "append_images": pages[1:], "dpi": DPI[job.resolution]}
    if job.media_type == "image/tiff":
        pages[0].save(job.output, "TIFF", compression="group4", **options)
    else:
        pages[0].save(job.output, "PDF", **options)
    return len(pages)


def _fitted(page: Image.Image, resolution: str) -> Image.Image:
    """Any picture as one fax page: white paper, kept proportions, one bit a pixel."""
    if FAX_LINES in page.info:
        return _same_dots(page, page.info[FAX_LINES], round(DPI[resolution][1]))
    grey = page.convert("RGBA")
    paper = Image.new("RGBA", grey.size, "white")
    paper.alpha_composite(grey)
    whole = ImageOps.pad(paper.convert("L"), (WIDTH, HEIGHTS["High"]), color=255, centering=(0.5, 0.0))
    if resolution == "Low":
        whole = whole.resize((WIDTH, HEIGHTS["Low"]))
    return whole.convert("1")


def _same_dots(page: Image.Image, lines: int, wanted: int) -> Image.Image:
    """A fax raster with its dots as they came; lines are doubled or halved for the other resolution."""
    if lines == wanted:
        return page
    return page.resize((page.width, max(1, page.height * wanted // lines)), Image.Resampling.NEAREST)


def _fax_lines(width: int, dpi: tuple[float, float]) -> int | None:
    """196 or 98 when 1728 dots at these dots an inch are a fax machine's line, else None."""
    if width != WIDTH or abs(dpi[0] - DPI["High"][0]) > 2:
        return None
    return next((round(y) for _, y in DPI.values() if abs(dpi[1] - y) <= 2), None)


def _as_raster(page: Image.Image, dpi: tuple[float, float]) -> Image.Image | None:
    """The page marked as a fax raster, None when it is none."""
    lines = _fax_lines(page.width, dpi) if page.mode == "1" else None
    if lines is None:
        return None
    page.info[FAX_LINES] = lines
    return page


def _document(path: Path, name: str, kind: str) -> Iterator[Image.Image]:
    if kind == "pdf":
        yield from _pdf_pages(path, name)
    elif kind in PICTURES:
        yield from _picture_pages(path)
    elif kind in TEXTS:
        yield from _text_pages(path)
    else:
        yield _title_page(name)


def _pdf_pages(path: Path, name: str) -> Iterator[Image.Image]:
    try:
        import pypdfium2
    except ImportError:
        yield _title_page(name)
        return
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as exc:
        raise RenderFailed("RenderingFailed", "the PDF cannot be opened") from exc
    try:
        if len(document) > MAX_PAGES:
            raise RenderFailed("TooManyPages", f"{len(document)} pages")
        for index in range(len(document)):
            page = document[index]
            picture = _pdf_raster(page)
            if picture is None:
                width_pt = max(1.0, page.get_width())
                picture = page.render(scale=WIDTH / width_pt, grayscale=True).to_pil()
            page.close()
            yield picture
    except pypdfium2.PdfiumError as exc:
        raise RenderFailed("RenderingFailed", "a page of the PDF cannot be drawn") from exc
    finally:
        document.close()


def _pdf_raster(page: Any) -> Image.Image | None:
    """The fax raster a page of a PDF consists of, its stream decoded and not drawn; None for other pages."""
    things = list(page.get_objects(max_depth=1))
    if len(things) != 1 or not hasattr(things[0], "get_px_size"):
        return None
    width, height = things[0].get_px_size()
    width_in, height_in = (points / 72 for points in page.get_size())
    if _fax_lines(width, (width / max(width_in, 0.01), height / max(height_in, 0.01))) is None:
        return None
    bitmap = things[0].get_bitmap(render=False)
    decoded = bitmap.to_pil().convert("L").convert("1", dither=Image.Dither.NONE)
    bitmap.close()
    return _as_raster(decoded, (width / width_in, height / height_in))


def _picture_pages(path: Path) -> Iterator[Image.Image]:
    try:
        with Image.open(path) as picture:
            for frame in ImageSequence.Iterator(picture):
                across, down = (float(value) for value in frame.info.get("dpi", (0, 0)))
                raster = _as_raster(frame.copy(), (across, down))
                if raster is not None:
                    yield raster
                    continue
                yield ImageOps.exif_transpose(frame.convert("RGBA"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as exc:
        raise RenderFailed("ConvertError", "the picture cannot be read") from exc


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A font with many scripts where the system has one, else Pillow's own, which knows Latin only."""
    for name in ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf"):
        try:
            return ImageFont.truetype(name, round(size * 0.9))
        except OSError:
            continue
    return ImageFont.load_default(size)


def _paper() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page = Image.new("L", (WIDTH, HEIGHTS["High"]), 255)
    return page, ImageDraw.Draw(page)


def _text_pages(path: Path) -> Iterator[Image.Image]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    written = text.replace("\f", "\n").expandtabs(4).splitlines() or [""]
    lines = list(itertools.islice((row for line in written for row in _wrapped(line)), MOST_LINES + 1))
    if len(lines) > MOST_LINES:
        raise RenderFailed("TooManyPages", "too much text")
    for first in range(0, len(lines), LINES_PER_PAGE):
        page, pen = _paper()
        for row, line in enumerate(lines[first : first + LINES_PER_PAGE]):
            pen.text((120, 120 + row * 31), line, fill=0, font=_font(26))
        yield page


def _wrapped(line: str) -> Iterator[str]:
    """The line in rows of a page, broken where words end; "" is one row.

    A piece at a time: for each row of a word that fills many, textwrap copies all that is left of it.
    """
    start = 0
    while start + PIECE < len(line):
        # The last two rows may break elsewhere when the word at the end of the piece goes on.
        rows = textwrap.wrap(line[start : start + PIECE], COLUMNS, drop_whitespace=False)[:-2]
        yield from rows
        start += sum(len(row) for row in rows)
    yield from textwrap.wrap(line[start:], COLUMNS, drop_whitespace=False) or [""]


def _title_page(name: str) -> Image.Image:
    page, pen = _paper()
    pen.rectangle((110, 300, WIDTH - 110, 620), outline=0, width=4)
    pen.text((160, 360), "Document received by the simulator", fill=0, font=_font(34))
    pen.text((160, 450), textwrap.shorten(name, 60, placeholder="…"), fill=0, font=_font(56))
    return page


def _cover_page(cover: Cover) -> Image.Image:
    page, pen = _paper()
    pen.rectangle((90, 90, WIDTH - 90, 260), fill=0)
    pen.text((130, 125), "FAX", fill=255, font=_font(96))
    pen.text((WIDTH - 560, 150), cover.style, fill=255, font=_font(52))
    y = 340
    names = [name for name in cover.to_names if name]
    rows = [
        ("To", ", ".join(names) or "(no name given)"),
        ("Fax number", ", ".join(cover.to_numbers)),
        ("From", cover.from_name),
        ("Sender's number", cover.from_number),
        ("Date", cover.date),
    ]
    for label, value in rows:
        pen.text((130, y), label, fill=0, font=_font(34))
        for line in textwrap.wrap(value, 52)[:4] or [""]:
            pen.text((480, y), line, fill=0, font=_font(40))
            y += 56
        pen.line((130, y + 10, WIDTH - 130, y + 10), fill=0, width=2)
        y += 36
    for paragraph in cover.note.splitlines():
        for line in textwrap.wrap(paragraph, 70) or [""]:
            pen.text((130, y + 40), line, fill=0, font=_font(38))
            y += 52
    return page


def main() -> int:
    """Do the job on stdin; print `{"pages": n}` or `{"error": code}`."""
    try:
        print(json.dumps({"pages": draw(RenderJob.from_json(sys.stdin.read()))}))
    except RenderFailed as exc:
        print(json.dumps({"error": exc.error_code}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
