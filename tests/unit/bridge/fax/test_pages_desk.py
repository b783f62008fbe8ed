"""The pages desk: questions in order of urgency, what is not wanted any more is dropped, answers are kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from rcdesk.bridge.fax.page_requests import (
    PageCache,
    PageRefusal,
    PageRequest,
    RequestKind,
    count_request,
    thumbnail_request,
)
from rcdesk.bridge.fax.pages_desk import PagesDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, UserError
from rcdesk.core.fax.fax import Document, Resolution
from rcdesk.core.fax.paper import (
    FaxFileFacts,
    Finding,
    NotDrawnHere,
    PagePlan,
    PageRef,
    PaperSize,
    PasswordNeeded,
)
from tests.patient_bot import QtBot

PDF = "application/pdf"
LOCKED = Path("locked.pdf")
UNDRAWN = Path("large.html")


def ref(page: int, path: Path = Path("letter.pdf")) -> PageRef:
    """A page of a file."""
    return PageRef(path=path, media_type=PDF, page=page)


class Work:
    """A worker that says what it did; a page in `held` waits until it is let go or cancelled."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.cancelled: list[str] = []
        self.held: set[int] = set()
        self.begun = threading.Event()
        self.let_go = threading.Event()
        self.passwords: dict[Path, str] = {}
        self.html_pdf = Path()

    def _work(self, what: str, page: PageRef, token: CancelToken | None) -> None:
        if page.path == LOCKED and self.passwords.get(page.path) != "sesame":
            raise PasswordNeeded("This document opens with a password.")
        if page.page in self.held:
            self.begun.set()
            while not self.let_go.wait(0.005):
                if token is not None and token.is_cancelled:
                    self.cancelled.append(f"{what} {page.page}")
                    raise Cancelled()
        if page.page == 99:
            raise UserError("This page is damaged.")
        self.done.append(f"{what} {page.page}")

    def warm_up(self) -> None:
        self.done.append("warm up")

    def count(self, ref: PageRef, *, token: CancelToken | None = None) -> int:
        self._work("count", ref, token)
        return 3

    def thumbnail(self, ref: PageRef, width_px: int, *, token: CancelToken | None = None) -> bytes:
        self._work("thumbnail", ref, token)
        return b"png %d" % ref.page

    def fax_preview(
        self,
        plan: PagePlan,
        resolution: Resolution,
        paper: PaperSize,
        width_px: int | None,
        *,
        token: CancelToken | None = None,
    ) -> bytes:
        self._work("preview", plan.source, token)
        return b"fax"

    def findings(
        self, plan: PagePlan, resolution: Resolution, paper: PaperSize, *, token: CancelToken | None = None
    ) -> tuple[Finding, ...]:
        self._work("findings", plan.source, token)
        return ()

    def page_seconds(
        self, plan: PagePlan, resolution: Resolution, paper: PaperSize, *, token: CancelToken | None = None
    ) -> float:
        self._work("seconds", plan.source, token)
        return 60.0

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
        for number, plan in enumerate(plans, 1):
            self._work("write", plan.source, token)
            if report is not None:
                report(number, len(plans))
        target.write_bytes(b"II*\0")
        return FaxFileFacts(
            path=target, media_type="image/tiff", size_bytes=4, page_s=(60.0,) * len(plans), sha256="0" * 64
        )

    def sent_as(
        self, ref: PageRef, resolution: Resolution, paper: PaperSize, token: CancelToken | None = None
    ) -> PageRef:
        if ref.path == UNDRAWN:
            raise NotDrawnHere()
        return PageRef(path=self.html_pdf, media_type=PDF) if ref.media_type == "text/html" else ref

    def unlock(self, ref: PageRef, password: str, token: CancelToken | None = None) -> int:
        if password != "sesame":
            raise PasswordNeeded("That is not the password.", was_wrong=True)
        self.passwords[ref.path] = password
        return 3


@pytest.fixture
def work() -> Work:
    """What the lane works with."""
    return Work()


@pytest.fixture
def desk(make_lane: Callable[[str], Lane], work: Work, tmp_path: Path) -> Iterator[PagesDesk]:
    """A desk on a real lane."""
    made = PagesDesk({"pages": make_lane("pages")}, work, tmp_path / "exact")
    yield made
    made.stop()
    work.let_go.set()


def preview(page: int) -> PageRequest:
    """The question how a page will arrive."""
    return PageRequest(kind=RequestKind.PREVIEW, plan=PagePlan(source=ref(page)), width_px=300)


def test_questions_are_answered_in_their_order_and_kept(qtbot: QtBot, desk: PagesDesk, work: Work) -> None:
    heard: list[tuple[PageRequest, object]] = []
    desk.answered.connect(lambda ask, answer: heard.append((ask, answer)))
    asks = [preview(2), thumbnail_request(ref(0), 56), thumbnail_request(ref(1), 56)]
    desk.want("pane", asks)
    qtbot.waitUntil(lambda: len(heard) == 3)
    assert [ask for ask, _ in heard] == asks
    assert desk.known(asks[1]) == b"png 0"
    desk.want("pane", asks)
    desk.want("pane", [*asks, preview(3)])
    qtbot.waitUntil(lambda: len(heard) == 4)
    assert work.done == ["preview 2", "thumbnail 0", "thumbnail 1", "preview 3"]


def test_what_answers_is_started_before_the_first_question(qtbot: QtBot, desk: PagesDesk, work: Work) -> None:
    desk.warm_up_soon()
    desk.warm_up_soon()
    assert not work.done
    qtbot.waitUntil(lambda: bool(work.done))
    assert work.done == ["warm up"]


def test_what_is_not_wanted_any_more_is_cancelled(qtbot: QtBot, desk: PagesDesk, work: Work) -> None:
    work.held.add(0)
    desk.want("pane", [preview(0), *(preview(page) for page in range(10, 40))])
    qtbot.waitUntil(work.begun.is_set)
    with qtbot.waitSignal(desk.answered) as answered:
        desk.want("pane", [preview(1)])
    assert answered.args is not None and answered.args[0] == preview(1)
    assert work.cancelled == ["preview 0"]
    assert work.done == ["preview 1"], "none of the thirty pages in between was drawn"
    assert desk.known(preview(0)) is None


def test_a_page_wanted_again_before_it_was_called_off_is_drawn(
    qtbot: QtBot, desk: PagesDesk, work: Work
) -> None:
    work.held.add(0)
    desk.want("pane", [preview(0)])
    qtbot.waitUntil(work.begun.is_set)
    desk.want("pane", [preview(1)])
    work.held.clear()
    desk.want("pane", [preview(0)])
    qtbot.waitUntil(lambda: desk.known(preview(0)) == b"fax")


def test_widgets_take_turns(qtbot: QtBot, desk: PagesDesk, work: Work) -> None:
    work.held.add(0)
    desk.want("pane", [preview(page) for page in range(4)])
    desk.want("cards", [thumbnail_request(ref(page), 36) for page in (10, 11)])
    work.let_go.set()
    qtbot.waitUntil(lambda: len(work.done) == 6)
    assert work.done.index("thumbnail 10") <= 2, "a long list does not keep the other widget waiting"


def test_a_refusal_is_told_once_with_its_sentence(qtbot: QtBot, desk: PagesDesk, work: Work) -> None:
    with qtbot.waitSignal(desk.refused) as refused:
        desk.want("pane", [preview(99)])
    assert refused.args == [preview(99), PageRefusal(sentence="This page is damaged.")]
    desk.want("pane", [preview(99), preview(1)])
    qtbot.waitUntil(lambda: desk.known(preview(1)) is not None)
    assert desk.known(preview(99)) == PageRefusal(sentence="This page is damaged.")


def test_a_password_opens_a_file_and_a_wrong_one_says_so(qtbot: QtBot, desk: PagesDesk) -> None:
    locked = ref(0, LOCKED)
    with qtbot.waitSignal(desk.refused) as refused:
        desk.want("pane", [count_request(locked)])
    assert refused.args is not None and refused.args[1].needs_password
    with qtbot.waitSignal(desk.refused) as refused:
        desk.give_password(locked, "open")
    assert refused.args is not None and refused.args[1].sentence == "That is not the password."
    assert not desk.unlocked
    with qtbot.waitSignal(desk.opened):
        desk.give_password(locked, "sesame")
    assert desk.unlocked == {LOCKED}
    with qtbot.waitSignal(desk.answered) as answered:
        desk.want("pane", [count_request(locked)])
    assert answered.args == [count_request(locked), 3]


def test_files_that_only_the_service_draws_stay_between_the_pages(qtbot: QtBot, desk: PagesDesk) -> None:
    sheet = Document(
        path=Path("table.xls"),
        name="table.xls",
        size_bytes=9,
        media_type="application/vnd.ms-excel",
        pages=None,
    )
    made: list[tuple[Document, ...]] = []
    progress: list[tuple[int, int]] = []
    desk.progressed.connect(lambda done, total: progress.append((done, total)))
    first, second = ((PagePlan(source=ref(0)), PagePlan(source=ref(1))), (PagePlan(source=ref(2)),))
    desk.write_documents((first, sheet, second), Resolution.FINE, PaperSize.LETTER, made.append)
    qtbot.waitUntil(lambda: len(made) == 1)
    assert [document.pages for document in made[0]] == [2, None, 1]
    assert made[0][1] is sheet
    assert made[0][0].path != made[0][2].path
    assert all(total == 3 for _, total in progress)


def test_html_goes_as_the_pdf_that_is_shown(
    qtbot: QtBot, desk: PagesDesk, work: Work, tmp_path: Path
) -> None:
    work.html_pdf = tmp_path / "drawn.pdf"
    work.html_pdf.write_bytes(b"%PDF-1.4 drawn")
    drawn, undrawn = (
        Document(path=path, name=path.name, size_bytes=9, media_type="text/html", pages=pages)
        for path, pages in ((Path("offer.html"), 3), (UNDRAWN, None))
    )
    made: list[tuple[Document, ...]] = []
    desk.write_documents((drawn, undrawn), Resolution.FINE, PaperSize.LETTER, made.append)
    qtbot.waitUntil(lambda: len(made) == 1)
    first, second = made[0]
    assert (first.name, first.path, first.media_type) == ("offer.pdf", work.html_pdf, PDF)
    assert (first.pages, first.size_bytes) == (3, 14)
    assert second is undrawn


def test_a_failed_write_is_told_to_who_asked(qtbot: QtBot, desk: PagesDesk) -> None:
    told: list[str] = []
    problems: list[str] = []
    desk.problem.connect(problems.append)
    part = (PagePlan(source=ref(99)),)
    desk.write_documents((part,), Resolution.FINE, PaperSize.LETTER, lambda _: None, told.append)
    qtbot.waitUntil(lambda: told == ["This page is damaged."])
    assert not problems


def test_a_newer_drawing_replaces_the_older_one(qtbot: QtBot, desk: PagesDesk, work: Work) -> None:
    work.held.add(0)
    desk.want("pane", [preview(0)])
    qtbot.waitUntil(work.begun.is_set)
    drawn: list[str] = []
    desk.draw("cover", lambda: "first", drawn.append)
    desk.draw("cover", lambda: "second", drawn.append)
    desk.draw("editor", lambda: "other", drawn.append)
    work.let_go.set()
    qtbot.waitUntil(lambda: len(drawn) == 2)
    assert drawn == ["second", "other"]


def test_nothing_is_asked_after_stop(qtbot: QtBot, desk: PagesDesk, work: Work) -> None:
    desk.stop()
    desk.want("pane", [preview(1)])
    assert not work.done


def test_the_cache_keeps_to_its_bytes_and_forgets_the_oldest() -> None:
    cache = PageCache(max_bytes=100)
    for page in range(3):
        cache.put(thumbnail_request(ref(page), 56), b"x" * 40)
        cache.get(thumbnail_request(ref(0), 56))
    assert cache.size_bytes == 80
    assert cache.get(thumbnail_request(ref(0), 56)) is not None, "it was used last"
    assert cache.get(thumbnail_request(ref(1), 56)) is None
    cache.put(thumbnail_request(ref(0), 56), b"y")
    assert cache.size_bytes == 41
