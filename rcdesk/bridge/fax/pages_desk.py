"""Pages to look at and pages to send: thumbnails, the page as it will arrive, what is wrong with it.

A widget says with want() which questions it has, most urgent first; what it no longer wants is cancelled, so
turning pages quickly never piles up work. One question is worked on at a time, on the pages lane; the work
itself is done in another process. Nothing here blocks the GUI thread, on which everything is called and
answered. Read next: page_requests.py, documents/worker/worker.py, ui/preview/preview_pane.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Signal, Slot

from rcdesk.bridge.fax.page_requests import (
    PageAnswer,
    PageCache,
    PageRefusal,
    PageRequest,
    PageWork,
    answer,
    count_request,
    refusal_of,
)
from rcdesk.bridge.runtime.lane import Lane, Task
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, RcdeskError
from rcdesk.core.fax.fax import Document, Resolution
from rcdesk.core.fax.paper import FaxFileFacts, NotDrawnHere, PagePlan, PageRef, PaperSize
from rcdesk.core.regular_file import remove_files

T = TypeVar("T")

LANE = "pages"
WARM_UP_MS = 300
"""What is loaded for it would hold up the page that is just being opened."""


class PagesDesk(Telling):
    """answered(ask, answer) and refused(ask, PageRefusal) follow want(); problem(str) is one sentence.

    opened(path): a password was given for this file, so what was refused may be wanted again.
    progressed(done, total): pages written so far while a fax file is made.
    """

    answered = Signal(object, object)
    refused = Signal(object, object)
    opened = Signal(object)
    progressed = Signal(int, int)

    def __init__(self, lanes: Mapping[str, Lane], worker: PageWork, exact_dir: Path) -> None:
        super().__init__()
        self._lane = lanes[LANE]
        self._worker = worker
        self.exact_dir = exact_dir
        """Where covers and fax files are written until they are in the spool."""
        self._cache = PageCache()
        self._requests: dict[str, dict[PageRequest, None]] = {}
        self._asked: PageRequest | None = None
        self._task: Task[Any] | None = None
        self._draws: dict[str, Task[Any]] = {}
        self._unlocked: set[Path] = set()
        self._is_stopped = False
        self._warm_up_timer = single_shot(self, self._warm_up, WARM_UP_MS)

    def start(self) -> None:
        """Clear away what an earlier run made and did not send; the spool has what was sent."""
        folder = self.exact_dir
        self._lane.ask(lambda: remove_files(folder), _forget, self._tell)

    # Looking

    def warm_up_soon(self) -> None:
        """There will be questions: what answers them is started in a moment, so that the first is quick."""
        self._warm_up_timer.start()

    @Slot()
    def _warm_up(self) -> None:
        worker = self._worker
        self._lane.ask(lambda: worker.warm_up(), _forget, _forget)

    def known(self, ask: PageRequest) -> PageAnswer | PageRefusal | None:
        """What is known already, at once; None when it has to be wanted."""
        return self._cache.get(ask)

    def want(self, who: str, asks: Sequence[PageRequest]) -> None:
        """Replace what this widget wants, most urgent first; () wants nothing any more.

        Answers that are known are not told again: look with known() first.
        """
        self._requests[who] = {ask: None for ask in asks if self._cache.get(ask) is None}
        if self._task is not None and not any(self._asked in asks for asks in self._requests.values()):
            self._task.cancel()
        self._pump()

    @property
    def unlocked(self) -> frozenset[Path]:
        """Files that opened with a password; only their pages can be sent, not the files."""
        return frozenset(self._unlocked)

    def give_password(self, ref: PageRef, password: str) -> None:
        """Try this file again with a password; it is never stored. opened or refused follows."""
        worker, ask = self._worker, count_request(ref)

        def unlocked(_pages: int) -> None:
            self._unlocked.add(ref.path)
            self._cache.forget(ref.path)
            self.opened.emit(ref.path)

        self._lane.submit(
            lambda token, report: worker.unlock(ref, password, token=token),
            done=unlocked,
            failed=partial(self._refuse, ask),
        )

    def _next(self) -> PageRequest | None:
        """The most urgent question; widgets take turns."""
        for who, asks in self._requests.items():
            if asks:
                self._requests[who] = self._requests.pop(who)
                return next(iter(asks))
        return None

    def _pump(self) -> None:
        if self._task is not None or self._is_stopped:
            return
        ask = self._next()
        if ask is None:
            return
        worker = self._worker
        self._asked = ask
        self._task = self._lane.submit(
            lambda token, report: answer(worker, ask, token),
            done=partial(self._done, ask),
            failed=partial(self._failed, ask),
        )

    def _done(self, ask: PageRequest, found: PageAnswer) -> None:
        self._answered(ask)
        self._cache.put(ask, found)
        self.answered.emit(ask, found)
        self._pump()

    def _failed(self, ask: PageRequest, error: RcdeskError) -> None:
        if isinstance(error, Cancelled):
            self._asked = self._task = None
        else:
            self._answered(ask)
            self._refuse(ask, error)
        self._pump()

    def _refuse(self, ask: PageRequest, error: RcdeskError) -> None:
        if not isinstance(error, Cancelled):
            refusal = refusal_of(error)
            self._cache.put(ask, refusal)
            self.refused.emit(ask, refusal)

    def _answered(self, ask: PageRequest) -> None:
        self._asked = self._task = None
        for asks in self._requests.values():
            asks.pop(ask, None)

    # Drawing what is no file

    def draw(
        self,
        key: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """Run something that draws, away from the GUI thread; a newer draw of the same key replaces it."""
        earlier = self._draws.pop(key, None)
        if earlier is not None:
            earlier.cancel()

        def drawn(value: T) -> None:
            if self._draws.get(key) is task:
                del self._draws[key]
                done(value)

        task: Task[T] = self._lane.ask(work, drawn, self._teller(failed))
        self._draws[key] = task

    # Sending

    def write_documents(
        self,
        parts: Sequence[Document | tuple[PagePlan, ...]],
        resolution: Resolution,
        paper: PaperSize,
        done: Callable[[tuple[Document, ...]], None],
        failed: Callable[[str], None] | None = None,
        *,
        name: str = "",
        looked_at: Sequence[Document] = (),
    ) -> None:
        """Make the documents that are sent: every run of pages one fax file, other files as they are.

        But what RingCentral does not take, and HTML, goes as the pages that were shown.
        name is what the lists call a fax file, without its ending. looked_at: the files the pages come from;
        when one has been changed since, failed says so.
        """
        worker = self._worker
        targets = [self.exact_dir / f"{uuid.uuid4().hex}.tiff" for _ in parts]
        name = name or self.tr("Pages of this fax")
        total = sum(1 for part in parts if isinstance(part, tuple) for plan in part if plan.is_sent)

        def work(token: CancelToken, report: Callable[[object], None]) -> tuple[Document, ...]:
            from rcdesk.services.fax.drafts import check_unchanged

            made: list[Document] = []
            before = 0
            for part, target in zip(parts, targets, strict=True):
                if isinstance(part, Document):
                    made.append(_as_sent(worker, part, resolution, paper, token))
                    continue
                pages = tuple(plan for plan in part if plan.is_sent)
                if pages:
                    facts = _write(worker, pages, resolution, paper, target, report, token, before)
                    made.append(_document(facts, name))
                    before += len(pages)
            check_unchanged([*looked_at, *(part for part in parts if isinstance(part, Document))], token)
            return tuple(made)

        self._lane.submit(
            work, done=done, failed=self._teller(failed), progress=partial(self._progressed, total)
        )

    def stop(self) -> None:
        self._is_stopped = True
        self._warm_up_timer.stop()
        self._requests.clear()
        if self._task is not None:
            self._task.cancel()

    def _progressed(self, total: int, done: int) -> None:
        self.progressed.emit(done, total)

    def _teller(self, failed: Callable[[str], None] | None) -> Callable[[RcdeskError], None]:
        def tell(error: RcdeskError) -> None:
            if isinstance(error, Cancelled):
                return
            if failed is not None:
                failed(str(error))
            else:
                self._tell(error)

        return tell


def _write(
    worker: PageWork,
    pages: tuple[PagePlan, ...],
    resolution: Resolution,
    paper: PaperSize,
    target: Path,
    report: Callable[[object], None],
    token: CancelToken,
    before: int = 0,
) -> FaxFileFacts:
    """On the pages lane; before: pages of the same fax that are in other files already."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def progress(done: int, _of: int) -> None:
        report(before + done)

    return worker.write(pages, resolution, paper, target, "tiff", report=progress, token=token)


def _as_sent(
    worker: PageWork, document: Document, resolution: Resolution, paper: PaperSize, token: CancelToken
) -> Document:
    """On the pages lane: the document itself, or the pages that are sent for it under its name."""
    ref = PageRef(path=document.path, media_type=document.media_type)
    try:
        sent = worker.sent_as(ref, resolution, paper, token)
    except NotDrawnHere:
        return document
    if sent == ref:
        return document
    return Document(
        path=sent.path,
        name=f"{Path(document.name).stem}{sent.path.suffix}",
        size_bytes=sent.path.stat().st_size,
        media_type=sent.media_type,
        pages=worker.count(sent, token=token),
    )


def _forget(_nothing: object) -> None:
    """Nothing to tell; what could not be started is told when something is asked."""


def _document(facts: FaxFileFacts, name: str) -> Document:
    return Document(
        path=facts.path,
        name=f"{name}.tiff",
        size_bytes=facts.size_bytes,
        media_type=facts.media_type,
        pages=facts.pages,
    )
