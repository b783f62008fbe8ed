"""The page worker: pages counted, drawn, examined and written without the program opening a file itself.

A file somebody else made may be hostile: it is opened in a renderer only (render_worker.py), a warm child
process with a memory limit and a time-out for each job, which is ended and replaced when it crashes, hangs or
takes too much. One renderer does quick things (counts, thumbnails, previews, findings); a second one exists
while a whole fax is written, so that neither waits for the other. Call it from lanes, never from the GUI
thread; any number of threads may. Passwords stay in memory here. Read next: render_process.py,
render_worker.py, conversion.py.
"""

from __future__ import annotations

import shutil
import threading
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from msgspec.structs import replace

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import (
    AS_FAX_PAGES,
    AS_PDF,
    FaxFileFacts,
    Finding,
    NotDrawnHere,
    PagePlan,
    PageRef,
    PaperSize,
)
from rcdesk.core.people.people import ImportTable
from rcdesk.documents.html_pdf import HtmlPdfs
from rcdesk.documents.kinds import HTML, PDF, TIFF
from rcdesk.documents.lists.address_list import TOO_MUCH, UNREADABLE
from rcdesk.documents.office.changes import left_out
from rcdesk.documents.office.conversion import Office, is_office
from rcdesk.documents.pages import MAX_DRAWN_PX
from rcdesk.documents.worker import wire
from rcdesk.documents.worker.render_process import CRASHED, TOO_LONG, TOO_MUCH_MEMORY, RenderProcess
from rcdesk.documents.worker.wire import Header, Said

_T = TypeVar("_T")
FaxFileKind = Literal["tiff", "pdf"]
Progress = Callable[[int, int], None]
QUICK_TIMEOUT_S = 20.0
PAGE_TIMEOUT_S = 30.0
"""For one page: a preview, its findings, or each page of a fax that is written."""
LIST_TIMEOUT_S = 120.0
_MOST_PAGES_WRITTEN = 2000
_COUNTED_AT_ONCE = 100


_NO_OFFICE = (
    "RingCentral does not take files of this kind, and without LibreOffice they are not drawn here. Install "
    "it, or save the file as a PDF and add that."
)
_NOT_MADE = (
    "RingCentral does not take files of this kind, and LibreOffice could not turn this one into pages. Save "
    "it as a PDF and add that."
)


class PageWorker:
    """Page work for the whole program. close() it in the end."""

    def __init__(
        self,
        cache_dir: Path,
        *,
        quick_timeout_s: float = QUICK_TIMEOUT_S,
        page_timeout_s: float = PAGE_TIMEOUT_S,
        office: Office | None = None,
    ) -> None:
        """cache_dir: where office files become PDFs; emptied on close. Nothing starts before it is needed."""
        self._quick_timeout_s = quick_timeout_s
        self._page_timeout_s = page_timeout_s
        self._office = office or Office(cache_dir)
        self._html = HtmlPdfs(cache_dir)
        self._drawn_dir = cache_dir / "drawn"
        self._quick = RenderProcess("quick", cache_dir / "renderers" / "quick")
        self._long = RenderProcess("long", cache_dir / "renderers" / "long", is_background=True)
        self._lists = RenderProcess("list", cache_dir / "renderers" / "list")
        self._passwords: dict[str, str] = {}
        self._guard = threading.Lock()

    def warm_up(self) -> None:
        """Start the quick renderer so that the first page comes at once. Returns before it is ready.

        Raises UserError when it cannot be started, Cancelled when the worker is closed.
        """
        self._quick.warm_up()

    def unlock(self, ref: PageRef, password: str, token: CancelToken | None = None) -> int:
        """Keep a PDF's password in memory for this run and give its number of pages.

        Raises PasswordNeeded with was_wrong when it is not the one; it is then not kept.
        """
        pages = self._count(ref, {**self._known(), wire.path_to_text(ref.path): password}, token)
        with self._guard:
            self._passwords[wire.path_to_text(ref.path)] = password
        return pages

    def count(self, ref: PageRef, token: CancelToken | None = None) -> int:
        """How many pages the file has; ref.page does not matter.

        Raises PasswordNeeded, NotDrawnHere (the service counts), UserError, Cancelled.
        """
        return self._count(self._drawable(ref, token), self._known(), token)

    def counts(
        self, refs: Sequence[PageRef], token: CancelToken | None = None
    ) -> tuple[int | UserError, ...]:
        """As count, for many files in one question: one answer each, in order; a refusal is its error.

        Raises Cancelled, StoreUnavailable. When a file ends the renderer each is asked about alone.
        """
        found: list[int | UserError | None] = [None] * len(refs)
        plain = [n for n, ref in enumerate(refs) if self._is_counted_with_others(ref)]
        for first in range(0, len(plain), _COUNTED_AT_ONCE):
            together = plain[first : first + _COUNTED_AT_ONCE]
            if len(together) > 1:
                answers = self._counted_together([refs[n] for n in together], token)
                for number, answer in zip(together, answers, strict=True):
                    found[number] = answer
        return tuple(
            self._counted_alone(ref, token) if answer is None else answer
            for ref, answer in zip(refs, found, strict=True)
        )

    def thumbnail(self, ref: PageRef, width_px: int, token: CancelToken | None = None) -> bytes:
        """The page as it is in its file, as a small grey PNG width_px wide. Raises as count."""
        ref = self._drawable(ref, token)
        job = {"do": "thumbnail", "ref": ref, "width_px": _sane_width(width_px)}
        return self._ask(self._quick, job, self._page_timeout_s, token, about=ref)[1]

    def small_picture(
        self, path: Path, media_type: str, most_px: int, most_bytes: int, token: CancelToken | None = None
    ) -> bytes:
        """A picture as a JPEG no larger than this. Raises UserError, Cancelled."""
        ref = PageRef(path=path, media_type=media_type)
        job: Header = {"do": "small", "ref": ref, "most_px": _sane_width(most_px), "most_bytes": most_bytes}
        return self._ask(self._quick, job, self._page_timeout_s, token, about=ref)[1]

    def fax_preview(
        self,
        plan: PagePlan,
        resolution: Resolution,
        paper: PaperSize,
        width_px: int | None = None,
        token: CancelToken | None = None,
    ) -> bytes:
        """The page as it will arrive, as a PNG.

        width_px None: exactly the 1-bit raster that is sent, its dots not square; else that many pixels wide,
        in the shape of the paper. Raises as count.
        """
        width = None if width_px is None else _sane_width(width_px)
        return self._of_page("preview", plan, resolution, paper, token, width_px=width, seconds_only=False)[1]

    def page_seconds(
        self, plan: PagePlan, resolution: Resolution, paper: PaperSize, token: CancelToken | None = None
    ) -> float:
        """Estimated seconds on the line for this page. Raises as count."""
        found = self._of_page("preview", plan, resolution, paper, token, width_px=None, seconds_only=True)
        return _value(found, wire.Seconds)

    def findings(
        self, plan: PagePlan, resolution: Resolution, paper: PaperSize, token: CancelToken | None = None
    ) -> tuple[Finding, ...]:
        """What the page doctor finds on this page, with the fixes chosen so far. Raises as count."""
        found = self._of_page("findings", plan, resolution, paper, token)
        findings = _value(found, tuple[Finding, ...])
        source = plan.source
        if source.page or not plan.is_sent or not is_office(source.media_type):
            return findings
        return (*left_out(source), *findings)

    def write(
        self,
        plans: Sequence[PagePlan],
        resolution: Resolution,
        paper: PaperSize,
        target: Path,
        kind: FaxFileKind = "tiff",
        report: Progress | None = None,
        token: CancelToken | None = None,
    ) -> FaxFileFacts:
        """Write the whole fax, page by page; target is whole or untouched.

        report: pages done and pages in all, on the calling thread. Pages that are removed are left out. A
        source with a digest must still have it: what was looked at is what is sent. Raises as count, and
        StoreUnavailable when target cannot be written.
        """
        if len(plans) > _MOST_PAGES_WRITTEN:
            raise UserError(f"{len(plans)} pages are more than a fax can hold. Send it in parts.")
        if not any(plan.is_sent for plan in plans):
            raise UserError("No page is left to be sent. Keep one page at least.")
        drawable = {ref.path: self._drawable(ref, token) for ref in {plan.source for plan in plans}}
        job = {
            "do": "write",
            "plans": [_moved(plan, drawable[plan.source.path]) for plan in plans],
            "kind": kind,
            "resolution": resolution,
            "paper": paper,
        }
        try:
            found = self._ask(self._long, job, self._page_timeout_s, token, report=report, target=target)
        finally:
            self._long.retire()
        return replace(_value(found, FaxFileFacts), path=target)

    def read_list(self, path: Path, token: CancelToken | None = None) -> ImportTable:
        """An address list, read in a renderer of its own that ends with it, see address_list.py.

        Raises UserError with the reason when it cannot be read, Cancelled.
        """
        job: Header = {"do": "list", "path": wire.path_to_text(path), "passwords": {}}
        try:
            return wire.table_from_body(self._ask(self._lists, job, LIST_TIMEOUT_S, token)[1])
        except wire.BrokenFrame as exc:
            raise UserError(UNREADABLE) from exc
        except UserError as exc:
            if str(exc) in (CRASHED, TOO_LONG, TOO_MUCH_MEMORY):
                raise UserError(TOO_MUCH) from exc
            raise
        finally:
            self._lists.retire()

    def sent_as(
        self, ref: PageRef, resolution: Resolution, paper: PaperSize, token: CancelToken | None = None
    ) -> PageRef:
        """The file that is sent for this one: itself, or the PDF or the fax pages that are shown for it.

        Raises NotDrawnHere when HTML cannot be drawn here, UserError when that is true of what RingCentral
        does not take, StoreUnavailable, Cancelled.
        """
        if ref.media_type in AS_PDF:
            return self._drawable(ref, token)
        if ref.media_type not in AS_FAX_PAGES:
            return ref
        target = self._drawn_dir / f"{uuid.uuid4().hex}.tiff"
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        pages = range(self.count(ref, token))
        plans = [PagePlan(source=replace(ref, page=page)) for page in pages]
        self.write(plans, resolution, paper, target, token=token)
        return PageRef(path=target, media_type=TIFF)

    def close(self) -> None:
        """End the renderers and empty the cache. Jobs under way fail as cancelled."""
        self._quick.close()
        self._long.close()
        self._lists.close()
        self._office.close()
        self._html.close()
        shutil.rmtree(self._drawn_dir, ignore_errors=True)
        with self._guard:
            self._passwords.clear()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Process ids of the renderers that are running, for measuring them."""
        return tuple(pid for pid in (self._quick.pid, self._long.pid, self._lists.pid) if pid is not None)

    def _known(self) -> dict[str, str]:
        with self._guard:
            return dict(self._passwords)

    def _count(self, ref: PageRef, passwords: dict[str, str], token: CancelToken | None) -> int:
        job: Header = {"do": "count", "ref": ref, "passwords": passwords}
        return _value(self._ask(self._quick, job, self._quick_timeout_s, token, about=ref), wire.Count)

    def _is_counted_with_others(self, ref: PageRef) -> bool:
        is_made = ref.media_type == HTML or is_office(ref.media_type)
        return not is_made and not self._quick.is_fatal("count", ref)

    def _counted_together(
        self, refs: Sequence[PageRef], token: CancelToken | None
    ) -> Sequence[int | UserError | None]:
        """None for each that has to be asked about alone."""
        job: Header = {
            "do": "counts",
            "files": [(wire.path_to_text(ref.path), ref.media_type) for ref in refs],
        }
        try:
            said = self._ask(self._quick, job, self._quick_timeout_s, token)
            value = _value(said, list[wire.Count | wire.Trouble | None])
        except UserError:
            return [None] * len(refs)
        if len(value) != len(refs):
            return [None] * len(refs)
        found = [answer.error if isinstance(answer, wire.Trouble) else answer for answer in value]
        return [answer if isinstance(answer, int | UserError) else None for answer in found]

    def _counted_alone(self, ref: PageRef, token: CancelToken | None) -> int | UserError:
        try:
            return self.count(ref, token)
        except UserError as exc:
            return exc

    def _drawable(self, ref: PageRef, token: CancelToken | None) -> PageRef:
        """The same page in a file the renderer can draw: the PDF of an office or HTML file, else itself."""
        if ref.media_type == HTML:
            return PageRef(path=self._html.pdf_of(ref.path, token), media_type=PDF, page=ref.page)
        if not is_office(ref.media_type):
            return ref
        try:
            pdf = self._office.pdf_of(ref.path, token or CancelToken(), ref.digest)
        except NotDrawnHere as exc:
            if ref.media_type not in AS_PDF:
                raise
            raise UserError(_NOT_MADE if self._office.is_there else _NO_OFFICE) from exc
        return PageRef(path=pdf, media_type=PDF, page=ref.page)

    def _of_page(
        self,
        what: str,
        plan: PagePlan,
        resolution: Resolution,
        paper: PaperSize,
        token: CancelToken | None,
        **more: object,
    ) -> tuple[Said, bytes]:
        ref = self._drawable(plan.source, token)
        job = {
            "do": what,
            "plan": _moved(plan, ref),
            "resolution": resolution,
            "paper": paper,
            **more,
        }
        return self._ask(self._quick, job, self._page_timeout_s, token, about=ref)

    def _ask(
        self,
        renderer: RenderProcess,
        job: Header,
        timeout_s: float,
        token: CancelToken | None,
        *,
        about: PageRef | None = None,
        report: Progress | None = None,
        target: Path | None = None,
    ) -> tuple[Said, bytes]:
        if "passwords" not in job:
            job["passwords"] = self._known()
        return renderer.ask(job, timeout_s, token or CancelToken(), about=about, report=report, target=target)


def _sane_width(width_px: int) -> int:
    return max(1, min(width_px, MAX_DRAWN_PX))


def _moved(plan: PagePlan, drawn: PageRef) -> PagePlan:
    """A plan for the renderer, its source replaced by the file that is drawn."""
    return replace(plan, source=replace(drawn, page=plan.source.page))


def _value(answer: tuple[Said, bytes], kind: type[_T]) -> _T:
    """What the renderer found. Raises UserError when it is no such thing: the file made it talk nonsense."""
    try:
        return wire.typed(answer[0].value, kind)
    except wire.BrokenFrame as exc:
        raise UserError(CRASHED) from exc
