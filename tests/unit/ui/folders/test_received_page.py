"""Received faxes: first page, opening, saving, printing, answering, and the viewer's keys."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from rcdesk.core.fax.fax import FaxDraft
from rcdesk.core.fax.folder import Folder, ReceivedFax
from rcdesk.ui.folders.fax_pages import FaxFolderPage
from rcdesk.ui.preview.page_viewer import FULL_WIDTH_PX, PageViewer
from rcdesk.ui.preview.printing import PrintRun, ask_and_print
from tests.patient_bot import QtBot
from tests.unit.ui.folder_stage import received_fax
from tests.unit.ui.stage import Stage, shoot

_PDF = "application/pdf"


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> FaxFolderPage:
    """Received with two faxes, the newer one chosen."""
    stage.proofs.has_pages = True
    made = FaxFolderPage(stage.desk, Folder.RECEIVED)
    qtbot.addWidget(made)
    made.resize(1072, 760)
    made.show()
    stage.receive(received_fax(1), received_fax(2, "County Records", is_read=True))
    return made


def _press(qtbot: QtBot, page: FaxFolderPage, name: str) -> None:
    button = page.received.findChild(QPushButton, name)
    assert button is not None, name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_first_page_is_shown_and_looking_is_not_reading(
    qtbot: QtBot, stage: Stage, page: FaxFolderPage
) -> None:
    assert page.received.fax_id == 1
    qtbot.waitUntil(lambda: page.received.first_page.has_picture)
    assert stage.received.marked == []
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert page.received.fax_id == 2
    assert not page.received.first_page.has_picture


def test_running_through_the_list_draws_nothing(qtbot: QtBot, stage: Stage, page: FaxFolderPage) -> None:
    stage.proofs.drawn.clear()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(page.list, key)
    assert stage.proofs.drawn == []


def test_opening_marks_as_read(qtbot: QtBot, stage: Stage, page: FaxFolderPage) -> None:
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert stage.received.marked == [((1,), True)]
    viewer = page.findChild(PageViewer, "receivedViewer")
    assert viewer is not None
    assert viewer.count == 3
    (fax,) = page.chosen()
    assert isinstance(fax, ReceivedFax)
    assert fax.is_read
    viewer.close()


def test_marking_several(qtbot: QtBot, stage: Stage, page: FaxFolderPage) -> None:
    page.list.selectAll()
    assert page.story.heading == "2 faxes chosen"
    button = page.story.findChild(QPushButton, "faxStep_mark_unread")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert stage.received.marked == [((1, 2), False)]


@pytest.mark.parametrize(
    ("chosen", "name_filter", "kind", "suffix"),
    [
        ("a.pdf", "", "pdf", ".pdf"),
        ("a.tif", "", "tiff", ".tif"),
        ("a", "TIFF (*.tif *.tiff)", "tiff", ".tif"),
        ("a.b", "PDF (*.pdf)", "pdf", ".pdf"),
    ],
)
def test_saving_by_the_name_or_the_kind_chosen(
    qtbot: QtBot,
    stage: Stage,
    page: FaxFolderPage,
    tmp_path: Path,
    chosen: str,
    name_filter: str,
    kind: str,
    suffix: str,
) -> None:
    _press(qtbot, page, "saveAsButton")
    dialog = page.findChild(QFileDialog, "saveDialog")
    assert dialog is not None
    if name_filter:
        dialog.selectNameFilter(name_filter)
    dialog.fileSelected.emit(str(tmp_path / chosen))
    dialog.close()
    ((fax_id, target, asked),) = stage.received.exports
    assert (fax_id, asked, target.suffix) == (1, kind, suffix)


def test_answering(qtbot: QtBot, stage: Stage, page: FaxFolderPage) -> None:
    reply = QSignalSpy(page.edit_asked)
    page.acts.edit_asked.connect(page.edit_asked)
    button = page.received.findChild(QPushButton, "faxStep_reply")
    if button is None:
        menu_button = page.received.findChild(QPushButton, "moreSteps")
        assert menu_button is not None
        next(a for a in menu_button.menu().actions() if a.text() == "Reply by fax").trigger()
    else:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    draft = reply.at(0)[0]
    assert isinstance(draft, FaxDraft)
    assert draft.recipients[0].number == "+16505550001"


def test_looking_for_news(qtbot: QtBot, stage: Stage, page: FaxFolderPage) -> None:
    page.head.sync_asked.emit()
    assert stage.received.syncs == 1


def test_a_fax_that_is_gone_says_so(stage: Stage, page: FaxFolderPage) -> None:
    stage.receive(received_fax(3, digest="", is_gone=True))
    words = page.received.first_page.accessibleName()
    assert page.received.fax_id == 3
    assert words
    assert page.received.findChild(QPushButton, "saveAsButton") is None


def test_the_viewer_by_keyboard(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    stage.proofs.has_pages = True
    viewer = PageViewer(stage.desk.proofs, tmp_path / "a.pdf", _PDF, title="Fax")
    viewer.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(viewer)
    viewer.show()
    viewer.activateWindow()
    qtbot.waitUntil(viewer.isActiveWindow)
    where = viewer.findChild(QLabel, "viewerWhere")
    assert where is not None
    for key, shown in (
        (Qt.Key.Key_Right, "Page 2 of 3"),
        (Qt.Key.Key_PageDown, "Page 3 of 3"),
        (Qt.Key.Key_Right, "Page 3 of 3"),
        (Qt.Key.Key_Home, "Page 1 of 3"),
        (Qt.Key.Key_End, "Page 3 of 3"),
        (Qt.Key.Key_Left, "Page 2 of 3"),
    ):
        qtbot.keyClick(viewer, key)
        assert where.text() == shown
    qtbot.keyClick(viewer, Qt.Key.Key_1)
    assert stage.proofs.drawn[-1] == (1, round(FULL_WIDTH_PX * viewer.devicePixelRatioF()))
    shoot(viewer, "viewer")
    with qtbot.waitSignal(viewer.save_asked):
        qtbot.keyClick(viewer, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert not viewer.isVisible()


def test_a_page_that_comes_after_closing_is_let_go(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    viewer = PageViewer(stage.desk.proofs, tmp_path / "a.pdf", _PDF, title="Fax")
    with qtbot.waitSignal(viewer.destroyed):
        viewer.show()
        viewer.close()
    viewer._drawn((0, 400), b"")
    viewer._counted(3)
    assert viewer._pictures == {}


def test_printing_puts_every_page_on_paper(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    stage.proofs.has_pages = True
    target = tmp_path / "printed.pdf"
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(target))
    run = PrintRun(stage.desk.proofs, tmp_path / "a.pdf", _PDF, printer)
    with qtbot.waitSignal(run.ended) as ended:
        run.start()
    assert ended.args == [True]
    assert [page for page, _ in stage.proofs.drawn] == [0, 1, 2]
    assert all(width >= 2000 for _, width in stage.proofs.drawn)
    assert target.read_bytes().count(b"/Type /Page\n") == 3


def _foot_says(page: FaxFolderPage, words: str) -> bool:
    return page.foot.words.startswith(words)


def test_how_printing_ended_is_said(qtbot: QtBot, stage: Stage, page: FaxFolderPage, tmp_path: Path) -> None:
    for target, words in (
        (tmp_path / "printed.pdf", "Handed to the printer: A fax"),
        (tmp_path / "missing" / "printed.pdf", "Not every page could be printed"),
    ):
        ask_and_print(stage.desk.proofs, tmp_path / "a.pdf", _PDF, "A fax", page)
        dialog = page.findChild(QPrintDialog, "printDialog")
        assert dialog is not None
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(target))
        dialog.done(QPrintDialog.DialogCode.Accepted)
        dialog.setObjectName("")
        qtbot.waitUntil(partial(_foot_says, page, words))


def test_printing_stops_when_a_page_cannot_be_drawn(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    run = PrintRun(stage.desk.proofs, tmp_path / "a.pdf", _PDF, printer)
    run.start()
    with qtbot.waitSignal(run.ended) as ended:
        stage.proofs.problem.emit("The file could not be read.")
    assert ended.args == [False]
