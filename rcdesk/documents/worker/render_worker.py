"""The renderer: the child process in which files made by others are opened, drawn and written as faxes.

`python -m rcdesk.documents.worker.render_worker` reads jobs from its standard input and answers on its
standard output (see wire.py). The main thread works, a second one reads, so that a job can be called off
between two pages, and a third looks at the memory while a job runs. It ends with its parent. Read next:
worker.py, raster.py.
"""

from __future__ import annotations

import importlib.util
import io
import os
import queue
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import RcdeskError, UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import DPI_X, PagePlan, PageRef, PaperSize, lines_per_inch
from rcdesk.core.regular_file import reading, sha256_of
from rcdesk.documents import confined, raster
from rcdesk.documents.pages import Pages, count_pages, dots, open_pages
from rcdesk.documents.small_picture import small_picture
from rcdesk.documents.worker import limits, wire
from rcdesk.documents.worker.wire import Header

if TYPE_CHECKING:
    from PIL.Image import Image

Answer = tuple[Header, bytes]
_PAGES_BEFORE_REOPENING = 50
"""PDFium keeps what it has read of an open file: 10 kB a page, without end."""
_KEPT_FILES = 3
_BACKGROUND_NICE = 5
_KEPT_PAGES = 3
_TELL_EVERY_S = 1.0
_TOO_MUCH_MEMORY = (
    "Drawing this file takes more memory than rcdesk allows. Save it as a smaller PDF and add that."
)
_BROKEN = "This file is damaged and cannot be drawn. Choose another, or save it again as a PDF."


class RenderWorker:
    """What the child knows between two jobs: the files it has open and the grey pages drawn last."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[object, ...], Pages] = OrderedDict()
        self._greys: OrderedDict[tuple[object, ...], Image] = OrderedDict()

    def do(self, job: Header, token: CancelToken, progress: Callable[[int, int], None]) -> Answer:
        """Do one job. Raises RcdeskError."""
        match job["do"]:
            case "count":
                ref = wire.typed(job["ref"], PageRef)
                return {"value": count_pages(ref.path, ref.media_type, _password(job, ref))}, b""
            case "counts":
                return self._counts(job, token, progress)
            case "thumbnail":
                return {}, self._thumbnail(job)
            case "small":
                ref = wire.typed(job["ref"], PageRef)
                return {}, small_picture(ref.path, ref.media_type, job["most_px"], job["most_bytes"])
            case "preview":
                return self._preview(job)
            case "findings":
                return self._findings(job)
            case "write":
                return self._write(job, token, progress)
            case "list":
                return {}, _list(job, token)
            case _:
                raise UserError("The renderer does not know this job.")

    def tidy(self) -> None:
        """Keep nothing for later when what is kept has become large."""
        if (limits.resident_bytes() or 0) > limits.TIDY_ABOVE_BYTES:
            self.forget()

    def forget(self) -> None:
        """Let go of every file and page."""
        self._greys.clear()
        while self._open:
            self._open.popitem()[1].close()

    def _counts(self, job: Header, token: CancelToken, progress: Callable[[int, int], None]) -> Answer:
        """Many files in one job. What cannot be counted is its refusal; None: it has to be asked alone."""
        files, passwords = job["files"], job["passwords"]
        found: list[int | wire.Trouble | None] = []
        told_s = time.monotonic()
        for name, media_type in files:
            token.check()
            try:
                found.append(count_pages(Path(name), media_type, passwords.get(name)))
            except RcdeskError as exc:
                found.append(wire.refused(exc))
            except Exception:  # alone it gets a tidy renderer, and its sentence
                self.forget()
                found.append(None)
            if time.monotonic() - told_s > _TELL_EVERY_S:
                told_s = time.monotonic()
                progress(len(found), len(files))
        return {"value": found}, b""

    def _pages(self, job: Header, ref: PageRef) -> tuple[tuple[object, ...], Pages]:
        """A file's pages, kept open while it is the same file."""
        with reading():
            found = ref.path.stat()
        password = _password(job, ref)
        key = (ref.path, ref.media_type, found.st_mtime_ns, found.st_size, password)
        pages = self._open.get(key)
        if pages is None:
            while len(self._open) >= _KEPT_FILES:
                self._open.popitem(last=False)[1].close()
            pages = open_pages(ref.path, ref.media_type, password)
            self._open[key] = pages
        self._open.move_to_end(key)
        return key, pages

    def _thumbnail(self, job: Header) -> bytes:
        ref = wire.typed(job["ref"], PageRef)
        _, pages = self._pages(job, ref)
        pages.check(ref.page)
        width_mm, height_mm = pages.size_mm(ref.page)
        width = dots(job["width_px"])
        drawn = pages.drawn(ref.page, (width, min(dots(width * height_mm / width_mm), 4 * width)))
        return _png(drawn)

    def _grey(
        self, job: Header, plan: PagePlan, resolution: Resolution, paper: PaperSize
    ) -> tuple[Image, int]:
        """The grey fax page, kept for the next flip of a switch, and from which grey on it is white."""
        key, pages = self._pages(job, plan.source)
        page = plan.source.page
        pages.check(page)
        place = raster.placement(pages, page, plan, resolution, paper)
        kept = (key, page, place)
        if kept not in self._greys:
            while len(self._greys) >= _KEPT_PAGES:
                self._greys.popitem(last=False)
            self._greys[kept] = raster.grey_page(pages, page, plan, resolution, paper, place)
        self._greys.move_to_end(kept)
        return self._greys[kept], pages.white_from(page)

    def _preview(self, job: Header) -> Answer:
        from rcdesk.documents.fax_file import coded

        plan = wire.typed(job["plan"], PagePlan)
        resolution, paper = _sheet(job)
        grey, white_from = self._grey(job, plan, resolution, paper)
        page = raster.black_and_white(grey, plan, resolution, white_from)
        if job["seconds_only"]:
            return {"value": coded(page).seconds}, b""
        width = job["width_px"]
        return {}, _png(page if width is None else _on_screen(page, resolution, width))

    def _findings(self, job: Header) -> Answer:
        from rcdesk.documents.doctor.doctor import examine

        plan = wire.typed(job["plan"], PagePlan)
        resolution, paper = _sheet(job)
        _, pages = self._pages(job, plan.source)
        pages.check(plan.source.page)
        found = examine(pages, plan.source.page, plan, resolution, paper)
        return {"value": found}, b""

    def _write(self, job: Header, token: CancelToken, progress: Callable[[int, int], None]) -> Answer:
        from rcdesk.documents.fax_file import write_pdf, write_tiff

        plans = wire.typed(job["plans"], list[PagePlan])
        sent = [plan for plan in plans if plan.is_sent]
        resolution, paper = _sheet(job)

        _check_unchanged({plan.source.path: plan.source.digest for plan in sent}, token)

        def each() -> Iterator[Image]:
            for number, plan in enumerate(sent):
                token.check()
                progress(number, len(sent))
                if number % _PAGES_BEFORE_REOPENING == 0:
                    self.forget()
                _, pages = self._pages(job, plan.source)
                pages.check(plan.source.page)
                yield raster.fax_page(pages, plan.source.page, plan, resolution, paper)

        how = write_pdf if job["kind"] == "pdf" else write_tiff
        facts = how(each(), Path(job["target"]), resolution)
        return {"value": facts}, b""


def _list(job: Header, token: CancelToken) -> bytes:
    """An address list, read; what a library says about a hostile one is one sentence."""
    from rcdesk.documents.lists.address_list import UNREADABLE, read_address_list

    try:
        return wire.table_to_body(read_address_list(Path(job["path"]), token))
    except (RcdeskError, MemoryError):
        raise
    except Exception as exc:
        raise UserError(UNREADABLE) from exc


def _check_unchanged(digests: dict[Path, str], token: CancelToken) -> None:
    """Raise UserError when a file is not the one whose digest is known."""
    for path, digest in digests.items():
        if not digest:
            continue
        with reading():
            found = sha256_of(path, token)
        if found != digest:
            raise UserError(
                "A file has changed since its pages were shown. Nothing was sent. Look at it again."
            )


def _sheet(job: Header) -> tuple[Resolution, PaperSize]:
    return Resolution(job["resolution"]), PaperSize(job["paper"])


def _password(job: Header, ref: PageRef) -> str | None:
    found = job["passwords"].get(str(ref.path))
    return None if found is None else str(found)


def _on_screen(page: Image, resolution: Resolution, width: int) -> Image:
    """A fax page in the shape of the paper: its dots are not square, a screen's are."""
    from PIL import Image

    width = dots(width)
    height = dots(page.height * width / page.width * DPI_X / lines_per_inch(resolution))
    return page.convert("L").resize((width, height), Image.Resampling.BOX)


def _png(picture: Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG", compress_level=1)
    return written.getvalue()


class _Desk:
    """Jobs as they come in, and who has been called off."""

    def __init__(self, incoming: BinaryIO) -> None:
        self._incoming = incoming
        self.jobs: queue.SimpleQueue[Header] = queue.SimpleQueue()
        self._tokens: dict[int, CancelToken] = {}

    def token(self, number: int) -> CancelToken:
        """The token of a job; cancelled already when it was called off before it began."""
        return self._tokens.setdefault(number, CancelToken())

    def forget(self, number: int) -> None:
        self._tokens.pop(number, None)

    def read(self) -> None:
        """Read until the parent is gone, then end at once, whatever is being drawn."""
        try:
            while (frame := wire.read_frame(self._incoming)) is not None:
                header = frame[0]
                if "cancel" in header:
                    self.token(header["cancel"]).cancel()
                else:
                    self.jobs.put(header)
        finally:
            os._exit(0)


def _answer(renderer: RenderWorker, job: Header, token: CancelToken, outgoing: BinaryIO) -> None:
    number = job["id"]

    def progress(done: int, of: int) -> None:
        wire.write_frame(outgoing, {"id": number, "done": done, "of": of})

    try:
        header, body = renderer.do(job, token, progress)
    except RcdeskError as exc:
        header, body = {"error": wire.refused(exc)}, b""
    except MemoryError:
        renderer.forget()
        header, body = {"error": wire.refused(UserError(_TOO_MUCH_MEMORY))}, b""
    except Exception as exc:  # whatever a library says about a hostile file, the parent hears one sentence
        header, body = {"error": wire.refused(UserError(_BROKEN), type(exc).__name__)}, b""
    wire.write_frame(outgoing, {"id": number, **header}, body)
    renderer.tidy()


def _compile_the_rest() -> None:
    """What is imported for a job only cannot leave its compiled form any more once writing is given up."""
    folder = Path(__file__).parents[1]
    compiled = importlib.util.cache_from_source(folder / "doctor" / "doctor.py")
    if not sys.dont_write_bytecode and not Path(compiled).exists():
        import compileall

        compileall.compile_dir(folder, quiet=2)


def main() -> int:
    """Work until the parent closes the pipe."""
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What a library prints must not end up between two frames.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    import pypdfium2.raw
    from PIL import Image

    Image.init()
    if "--background" in sys.argv and hasattr(os, "nice"):
        os.nice(_BACKGROUND_NICE)
    _compile_the_rest()
    lacking = confined.confine([os.getcwd()])
    memory = limits.MemoryWatch()
    memory.watch()
    limits.bound_address_space()
    desk = _Desk(incoming)
    threading.Thread(target=desk.read, name="renderer-reader", daemon=True).start()
    renderer = RenderWorker()
    wire.write_frame(outgoing, {"id": 0, "ready": pypdfium2.raw.FPDF_ERR_SUCCESS, "lacks": lacking})
    while True:
        job = desk.jobs.get()
        with memory:
            _answer(renderer, job, desk.token(job["id"]), outgoing)
        desk.forget(job["id"])


if __name__ == "__main__":
    sys.exit(main())
