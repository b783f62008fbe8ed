"""The preview on real pages: what is shown is the raster that is sent, marked, mended and arranged."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from rcdesk.bridge.fax.page_requests import RequestKind
from rcdesk.bridge.fax.pages_desk import PagesDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.account.account import CoverPage
from rcdesk.core.fax.cover import STARTER_HTML, CoverFields, CoverTemplate
from rcdesk.core.fax.fax import Document, Resolution
from rcdesk.core.fax.paper import Dither, Finding, FindingKind, Fix, PaperSize
from rcdesk.documents.worker.wire import Said
from rcdesk.documents.worker.worker import PageWorker
from rcdesk.ui.preview.cover_sketch import stamp_words
from rcdesk.ui.preview.outgoing_pages import make_documents
from rcdesk.ui.preview.preview_pane import PreviewPane
from rcdesk.ui.preview.strip_model import ITEM_ROLE
from tests.now import now
from tests.patience import PATIENCE_S
from tests.patient_bot import QtBot
from tests.unit.documents.locked_pdf import locked_pdf
from tests.unit.ui.page_stage import RoomOnLane, form_page, pdf, text_page
from tests.unit.ui.stage import shoot

CLASSIC = CoverPage(index=5, name="Classic")
OWN = CoverTemplate(id="Our clinic", name="Our clinic", html=STARTER_HTML)
FIELDS = CoverFields(to="Valley Imaging Center", sender="Mara Okafor", note="Films for Mr. Hale.")


class Bench:
    """A preview with its lane; letter has two clean pages, form one with grey boxes."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot = qtbot
        self.lane = Lane("pages")
        self.room = RoomOnLane()
        self.desk = PagesDesk({"pages": self.lane}, self.room, folder / "made")
        self.letter = pdf(folder / "Referral letter.pdf", text_page("Referral"), text_page("Second page"))
        self.form = pdf(folder / "Imaging request.pdf", form_page())
        self.pane = PreviewPane(self.desk)
        qtbot.addWidget(self.pane)
        self.pane.set_paper(PaperSize.LETTER)
        self.pane.resize(440, 640)
        self.pane.show()

    def settle(self) -> None:
        """Wait until nothing is asked any more."""
        pane, lane = self.pane, self.lane

        def is_quiet() -> bool:
            timers = (pane._strip_soon, pane._page_soon, pane._redraw, pane._ask_rest)
            is_waiting = any(timer.isActive() for timer in timers) or pane._drawing.is_waiting
            return lane.is_idle and not is_waiting

        self.qtbot.waitUntil(is_quiet, timeout=20_000)

    def show(self, *documents: Document) -> None:
        """Put these into the fax."""
        self.pane.set_documents(documents)
        self.settle()

    def titles(self) -> list[str]:
        """The places of the strip; "-" stands before what is left out."""
        return [("-" if i.is_removed else "") + i.title for i in self.pane.strip.strip.items]

    def send(self) -> tuple[Document, ...]:
        """What would be uploaded."""
        made: list[tuple[Document, ...]] = []
        failed: list[str] = []
        make_documents(self.desk, self.pane.outgoing, made.append, failed.append)
        self.qtbot.waitUntil(lambda: bool(made or failed), timeout=20_000)
        assert not failed
        return made[0]


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    """A preview without pages."""
    made = Bench(qtbot, tmp_path)
    yield made
    made.desk.stop()
    assert made.lane.stop(PATIENCE_S)


def _find(pane: QWidget, kind: type[QWidget], name: str) -> QWidget:
    found = pane.findChild(kind, name)
    assert found is not None, name
    return found


def test_an_empty_fax_says_what_to_do(bench: Bench) -> None:
    assert "Add a document" in bench.pane.view.words
    assert bench.pane.plans == () and not bench.pane.is_exact
    assert bench.pane.advice.is_silent


def test_pages_are_shown_marked_and_counted(bench: Bench, scheme: str) -> None:
    bench.pane.set_cover(CLASSIC, FIELDS)
    bench.show(bench.letter, bench.form)
    assert bench.titles() == ["Cover", "2", "3", "4"]
    assert bench.pane.page_total == 4
    shoot(bench.pane, f"preview-cover-{scheme}")
    bench.pane.strip.choose(3)
    bench.settle()
    assert bench.pane.view.has_picture
    assert {f.kind for f in bench.pane.view.findings} == {FindingKind.GREY}
    assert bench.pane.strip.strip.items[3].is_marked and not bench.pane.strip.strip.items[1].is_marked
    assert bench.pane.transmission_s is not None and bench.pane.transmission_s > 3 * 5
    shoot(bench.pane, f"preview-marks-{scheme}")


def test_all_is_silent_on_a_clean_page(bench: Bench) -> None:
    bench.show(bench.letter)
    assert bench.pane.view.findings == () and bench.pane.advice.is_silent
    assert not bench.pane.advice.isVisible()
    assert _find(bench.pane, QLabel, "previewRemark").isHidden()


def test_one_click_mends_the_page_and_another_takes_it_back(bench: Bench) -> None:
    bench.show(bench.form)
    assert not now(bench.pane.is_exact)
    button = _find(bench.pane, QPushButton, "fix_whiten_grey")
    bench.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    bench.settle()
    assert bench.pane.plans[0].fixes == {Fix.WHITEN_GREY}
    assert now(bench.pane.view.findings) == () and now(bench.pane.is_exact)
    assert not bench.pane.exact_row.exact.isEnabled(), "the file alone would not do any more"
    bench.qtbot.mouseClick(_find(bench.pane, QPushButton, "unfix_whiten_grey"), Qt.MouseButton.LeftButton)
    bench.settle()
    assert not bench.pane.plans[0].fixes and now(bench.pane.view.findings) and not now(bench.pane.is_exact)


def test_files_are_shown_as_the_service_draws_them_exact_pages_as_we_do(bench: Bench) -> None:
    bench.show(bench.form)
    pane = bench.pane
    files = pane._looking.preview(pane.plans[0])
    assert files.plan.dither is Dither.DIFFUSE, "grey becomes dots, as the marks say"
    pane.set_exact(True)
    bench.settle()
    exact = pane._looking.preview(pane.plans[0])
    assert exact.plan == pane.plans[0], "the very plan that is written"
    assert bench.desk.known(files) != bench.desk.known(exact)
    assert bench.desk.known(replace(files, kind=RequestKind.FINDINGS, width_px=None))
    assert bench.pane.view.findings == (), "our own dots are white there, so nothing is lost"


def test_what_is_shown_is_dot_for_dot_what_is_written(bench: Bench) -> None:
    bench.show(bench.letter, bench.form)
    bench.pane.set_exact(True)
    for dither in (Dither.AUTO, Dither.DIFFUSE):
        bench.pane.strip.choose(2)
        bench.pane.tools.dithered.emit(dither)
        (made,) = bench.send()
        plans = bench.pane.plans
        with Image.open(made.path) as written:
            assert getattr(written, "n_frames", 1) == made.pages == 3
            for number, plan in enumerate(plans):
                written.seek(number)
                shown = bench.room.fax_preview(plan, Resolution.FINE, PaperSize.LETTER, None)
                with Image.open(_bytes(shown)) as preview:
                    assert preview.convert("1").tobytes() == written.convert("1").tobytes()


def has_picture(pane: PreviewPane) -> bool:
    """Of the page that is chosen."""
    return pane._pictures.picture(pane.plans[pane.strip.current_row], pane._looking) is not None


def _bytes(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)


def test_flipping_fine_and_standard_needs_no_new_drawing(bench: Bench) -> None:
    bench.show(bench.form)
    told: list[Resolution] = []
    bench.pane.resolution_changed.connect(lambda: told.append(bench.pane.resolution))
    asked = bench.room.asked.count("preview 0")
    fine = bench.pane._pictures.picture(bench.pane.plans[0], bench.pane._looking)
    bench.qtbot.mouseClick(_find(bench.pane, QPushButton, "resolutionStandard"), Qt.MouseButton.LeftButton)
    standard = bench.pane._pictures.picture(bench.pane.plans[0], bench.pane._looking)
    assert told == [Resolution.STANDARD]
    assert fine is not None and standard is not None, "it was drawn before it was asked for"
    assert fine[0] != standard[0]
    assert bench.room.asked.count("preview 0") == asked


def test_pages_are_dragged_across_files(bench: Bench) -> None:
    bench.pane.set_cover(CLASSIC, FIELDS)
    bench.show(bench.letter, bench.form)
    strip = bench.pane.strip
    start, middle = (strip.visualRect(strip.strip.index(row)).center() for row in (3, 1))
    view = strip.viewport()
    bench.qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for x in (start.x() - 30, middle.x() + 30, middle.x() - 20):
        bench.qtbot.mouseMove(view, QPoint(x, start.y()))
    assert now(strip.drop_at) == 1
    bench.qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(middle.x() - 20, start.y()))
    assert [plan.source.path.stem for plan in bench.pane.plans] == [
        "Imaging request",
        "Referral letter",
        "Referral letter",
    ]
    assert strip.drop_at is None and strip.selected_rows == (1,), "the moved page stays chosen"
    assert bench.pane.is_exact


def test_the_cover_stays_first(bench: Bench) -> None:
    bench.pane.set_cover(CLASSIC, FIELDS)
    bench.show(bench.letter)
    strip = bench.pane.strip
    strip.moved.emit((0,), 3)
    strip.moved.emit((2,), 0)
    assert bench.titles() == ["Cover", "2", "3"]
    assert [plan.source.page for plan in bench.pane.plans] == [1, 0]


def test_everything_by_keyboard(bench: Bench) -> None:
    bench.show(bench.letter, bench.form)
    strip, key = bench.pane.strip, bench.qtbot.keyClick
    strip.setFocus()
    key(strip, Qt.Key.Key_Right)
    assert strip.current_row == 1
    key(strip, Qt.Key.Key_R)
    key(strip, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    key(strip, Qt.Key.Key_R)
    assert bench.pane.pages.plans[1].rotate == 90
    key(strip, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert [plan.rotate for plan in bench.pane.plans] == [90, 0, 0] and strip.current_row == 0
    key(strip, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert [plan.rotate for plan in bench.pane.plans] == [0, 90, 0]
    key(strip, Qt.Key.Key_Delete)
    assert bench.titles() == ["1", "-2", "3"]
    key(strip, Qt.Key.Key_Delete)
    assert bench.titles() == ["1", "2", "3"], "again puts it back"
    for _ in range(8):
        key(strip, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not bench.pane.pages.is_changed
    bench.settle()
    key(bench.pane.view, Qt.Key.Key_PageDown)
    assert strip.current_row == 2
    key(bench.pane.view, Qt.Key.Key_1)
    assert bench.pane.view.percent == 100
    key(bench.pane.view, Qt.Key.Key_0)
    assert bench.pane.view.zoom is None
    bench.settle()


def test_page_ranges_keep_these_pages(bench: Bench) -> None:
    bench.pane.set_cover(CLASSIC, FIELDS)
    bench.show(bench.letter, bench.form)
    ranges = bench.pane.exact_row.ranges
    ranges.setText("2, 4")
    ranges.editingFinished.emit()
    assert bench.titles() == ["Cover", "2", "-3", "4"]
    assert bench.pane.page_total == 3
    ranges.setText("1-9")
    ranges.editingFinished.emit()
    remark = _find(bench.pane, QLabel, "previewRemark")
    assert isinstance(remark, QLabel) and "“1-9”" in remark.text() and "2 to 4" in remark.text()
    assert bench.titles() == ["Cover", "2", "-3", "4"], "nothing happens on a mistake"
    ranges.setText("")
    ranges.editingFinished.emit()
    assert bench.titles() == ["Cover", "2", "3", "4"] and remark.isHidden()


def test_a_file_of_the_services_own_is_said_plainly(bench: Bench, tmp_path: Path) -> None:
    sheet = Document(
        path=tmp_path / "table.wk4",
        name="table.wk4",
        size_bytes=9,
        media_type="application/x-lotus",
        pages=None,
    )
    (tmp_path / "table.wk4").write_bytes(b"\0\0lotus")
    bench.show(bench.letter, sheet)
    remark = _find(bench.pane, QLabel, "previewRemark")
    assert isinstance(remark, QLabel)
    assert "table.wk4" in remark.text() and "RingCentral" in remark.text()
    assert bench.pane.page_total is None and bench.pane.transmission_s is None
    bench.pane.strip.choose(2)
    assert "table.wk4" in bench.pane.view.words
    bench.pane.set_exact(True)
    made = bench.send()
    assert [document.pages for document in made] == [2, None] and made[1] is sheet


def test_html_that_is_drawn_here_is_never_sent_as_it_is(bench: Bench, tmp_path: Path) -> None:
    offer = Document(
        path=tmp_path / "offer.html", name="offer.html", size_bytes=9, media_type="text/html", pages=2
    )
    bench.pane.set_documents([bench.letter])
    assert now(bench.pane.outgoing.is_as_added)
    bench.pane.set_documents([bench.letter, offer])
    assert not bench.pane.outgoing.is_as_added, "the PDF that is shown goes instead"
    assert bench.pane.outgoing.parts == (bench.letter, offer)


def test_a_document_with_a_password_asks_for_it(bench: Bench, tmp_path: Path) -> None:
    path = locked_pdf(tmp_path / "locked.pdf")
    bench.show(
        Document(path=path, name=path.name, size_bytes=9, media_type="application/pdf", pages=None),
    )
    pane = bench.pane
    assert not now(pane.view.has_picture) and "password" in pane.view.words.lower()
    pane.advice._password.setText("wrong")
    pane.advice._password.returnPressed.emit()
    bench.settle()
    assert bench.titles() == ["locked.pdf"]
    pane.advice._password.setText("fax-me")
    pane.advice._password.returnPressed.emit()
    bench.qtbot.waitUntil(lambda: bench.titles() == ["1"], timeout=10_000)
    bench.settle()
    assert pane.view.has_picture
    assert pane.is_exact, "the file itself could not be opened by the service"
    assert bench.send()[0].media_type == "image/tiff"


def test_an_own_cover_is_shown_exactly_and_sent_first(bench: Bench) -> None:
    bench.pane.set_cover(OWN, FIELDS)
    bench.show(bench.form)
    bench.qtbot.waitUntil(lambda: bench.pane._drawing.plan is not None)
    bench.settle()
    bench.pane.strip.choose(0)
    bench.settle()
    assert bench.pane.view.has_picture and bench.titles() == ["Cover", "2"]
    cover, form = bench.send()
    assert (cover.name, cover.pages, form) == ("Cover for Imaging request.pdf", 1, bench.form)
    bench.pane.set_exact(True)
    (made,) = bench.send()
    assert (made.pages, made.media_type, made.name) == (2, "image/tiff", "Imaging request.tiff")
    bench.pane.set_cover(None, FIELDS)
    (made,) = bench.send()
    assert made.pages == 1
    bench.pane.set_exact(False)
    assert bench.pane.outgoing.is_as_added


def test_a_cover_of_the_service_is_marked_as_a_sketch(bench: Bench) -> None:
    bench.pane.set_cover(CLASSIC, replace(FIELDS, note="One line"))
    bench.settle()
    assert bench.titles() == ["Cover"] and bench.pane.view.has_picture
    assert "RingCentral" in stamp_words()
    assert bench.pane.outgoing.is_as_added


def test_ctrl_wheel_zooms_where_the_pointer_is(bench: Bench) -> None:
    bench.show(bench.letter)
    view = bench.pane.view
    place = QPointF(view.viewport().width() / 2, view.viewport().height() / 3)
    before = view.paper_rect()
    share = (place.y() - before.y()) / before.height()
    wheel = QWheelEvent(
        place,
        view.viewport().mapToGlobal(place),
        QPoint(),
        QPoint(0, 480),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), wheel)
    after = view.paper_rect()
    assert after.width() > 2 * before.width()
    assert (place.y() - after.y()) / after.height() == pytest.approx(share, abs=0.01)
    bench.settle()
    assert bench.pane.view.has_picture


def test_findings_of_a_file_are_mended_together(bench: Bench) -> None:
    bench.show(bench.letter, bench.form)
    assert bench.pane.findings_of(bench.letter.path) == ()
    assert {f.fix for f in bench.pane.findings_of(bench.form.path)} == {Fix.WHITEN_GREY}
    bench.pane.fix_file(bench.form.path)
    bench.settle()
    assert bench.pane.findings_of(bench.form.path) == ()
    assert [plan.fixes for plan in bench.pane.plans] == [frozenset(), frozenset(), {Fix.WHITEN_GREY}]


def test_screen_readers_hear_pages_and_marks(bench: Bench) -> None:
    bench.show(bench.letter, bench.form)
    bench.pane.strip.choose(2)
    bench.settle()
    view = QAccessible.queryAccessibleInterface(bench.pane.view)
    assert "Page 3" in view.text(QAccessible.Text.Name) and "Grey" in view.text(QAccessible.Text.Name)
    spoken = bench.pane.strip.strip.index(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Page 3" in spoken and "Grey" in spoken
    unnamed = [
        w.objectName()
        for w in bench.pane.findChildren(QWidget)
        if w.isVisible() and w.focusPolicy() & Qt.FocusPolicy.TabFocus and not w.accessibleName()
    ]
    assert not unnamed


def test_the_strip_is_a_sound_model(bench: Bench) -> None:
    model = bench.pane.strip.strip
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    bench.pane.set_cover(CLASSIC, FIELDS)
    bench.show(bench.letter, bench.form)
    bench.show(bench.form)
    assert model.index(1).data(ITEM_ROLE).title == "2"
    assert tester is not None


class AskedFrom(PageWorker):
    """The real thing, which remembers the thread of every question."""

    def __init__(self, cache_dir: Path) -> None:
        super().__init__(cache_dir)
        self.threads: list[int] = []

    def _ask(self, *asked: Any, **more: Any) -> tuple[Said, bytes]:
        self.threads.append(threading.get_ident())
        return super()._ask(*asked, **more)


def test_the_window_never_waits_for_pages(qtbot: QtBot, tmp_path: Path) -> None:
    """Its timer goes on, and no page is asked for in its thread, while the renderer draws twenty pages."""
    made = pdf(tmp_path / "twenty.pdf", *(text_page(f"Page {n}") for n in range(20)))
    lane, worker = Lane("pages"), AskedFrom(tmp_path / "cache")
    desk = PagesDesk({"pages": lane}, worker, tmp_path / "made")
    pane = PreviewPane(desk)
    qtbot.addWidget(pane)
    pane.resize(440, 640)
    pane.show()
    ticks: list[int] = []
    timer = QTimer(pane)
    timer.setSingleShot(True)

    def tick() -> None:
        # Started anew each time: on a busy machine one that repeats is always due, and idle never comes.
        ticks.append(len(worker.threads))
        timer.start(5)

    timer.timeout.connect(tick)
    pane.set_documents((made,))
    tick()
    for row in range(20):
        pane.strip.choose(row)
        qtbot.waitUntil(lambda: has_picture(pane))
    qtbot.waitUntil(lambda: pane.transmission_s is not None, timeout=30_000)
    timer.stop()
    desk.stop()
    assert lane.stop(PATIENCE_S)
    worker.close()
    assert len(worker.threads) >= 20 and threading.get_ident() not in worker.threads
    assert len(set(ticks)) > 5, "between the pages the window had its turn"


def test_a_wide_and_low_pane_leaves_the_page_its_height(bench: Bench) -> None:
    pane = bench.pane
    bench.show(bench.letter)
    pane.resize(480, 620)
    bench.settle()
    assert not now(pane.is_wide)
    pane.resize(788, 390)
    bench.settle()
    assert pane.is_wide
    assert pane.view.height() > 260, "the page has the whole height below the head"
    tools = pane.tools.mapTo(pane, pane.tools.rect().topLeft())
    assert tools.x() >= pane.view.geometry().right(), "and nothing lies on it"
    pane.resize(480, 620)
    bench.settle()
    assert not pane.is_wide


def test_the_advice_is_as_wide_as_its_buttons(bench: Bench) -> None:
    advice = bench.pane.advice
    finding = Finding(
        kind=FindingKind.GREY, page=0, place=None, words="Grey → dots", sentence="Grey.", fix=Fix.WHITEN_GREY
    )
    advice.setStyleSheet("QPushButton { font-size: 30px; }")
    advice.show_page((finding,), ())
    (button,) = (b for b in advice.findChildren(QPushButton) if not b.isHidden())
    assert button.sizeHint().width() > 168
    assert advice.width() >= button.sizeHint().width()


def test_minutes_are_told_anew_when_a_removed_file_changes_what_is_sent(bench: Bench) -> None:
    """With the turned page gone the files are sent again, and grey in dots takes longer than in lines."""
    pane = bench.pane
    told: list[float | None] = []
    pane.estimate_changed.connect(lambda: told.append(pane.transmission_s))
    bench.show(bench.form, bench.letter)
    bench.qtbot.waitUntil(lambda: pane.transmission_s is not None, timeout=20_000)
    pane.strip.choose(1)
    pane.arranger.turn(90)
    bench.qtbot.waitUntil(lambda: pane.transmission_s is not None and pane.is_exact, timeout=20_000)
    pane.set_documents((bench.form,))
    assert not pane.is_exact
    bench.settle()
    bench.qtbot.waitUntil(lambda: pane.transmission_s is not None, timeout=20_000)
    assert told[-1] == pane.transmission_s


def test_an_answer_between_two_turns_does_not_disturb_the_strip(bench: Bench) -> None:
    pane = bench.pane
    bench.show(bench.letter, bench.form)
    last = pane.strip.strip.count - 1
    pane.strip.strip._made.pop(last, None)
    pane.set_documents((bench.letter,))
    plan = pane.plans[0]
    pane._answered(pane._looking.thumbnail(plan), b"")
    assert pane.strip.strip.item(last) is not None
    bench.settle()
    assert pane.strip.strip.count == len(pane.plans)
