"""Folders on the whole desk: faxes sent and failed are listed, found, proved; received ones fetched, opened.

The desk runs in this process against a simulator whose clock the test advances; what the window shows is
compared with what lies on disk and at the simulator. Read next: test_desk_flow.py.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pypdfium2 as pdfium
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget

from rcdesk.core.fax.fax import Document, FaxDraft, FaxState, Recipient
from rcdesk.core.fax.folder import Folder, Only
from rcdesk.ui.compose.send_later import SendTime
from rcdesk.ui.folders.fax_pages import FaxFolderPage
from rcdesk.ui.preview.page_viewer import PageViewer
from tests.flows.conftest import OpenDesk, Opened, press_send, sign_in

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

SENT, INVALID = "+16505554000", "+16505554015"


@pytest.fixture
def picture(tmp_path: Path) -> Document:
    """A real one-page document."""
    path = tmp_path / "Referral.png"
    Image.new("L", (600, 800), 200).save(path)
    return Document(
        path=path, name=path.name, size_bytes=path.stat().st_size, media_type="image/png", pages=1
    )


def _folder(desk: Opened, folder: Folder) -> FaxFolderPage:
    desk.running.window.show_page(folder.value)
    return desk.running.window.desk_side.folders[folder.value]


def _send(desk: Opened, number: str, document: Document, name: str = "") -> None:
    desk.running.desk.faxes.queue(
        FaxDraft(recipients=(Recipient(number=number, name=name),), documents=(document,))
    )


def _end(desk: Opened, simulator: RunningSimulator, state: FaxState) -> None:
    faxes = desk.running.desk.faxes

    def is_over() -> bool:
        simulator.advance(5)
        return any(job.state is state for job in faxes.jobs)

    desk.screen.wait(is_over)


def _window(desk: Opened, kind: type[QWidget], name: str) -> QWidget:
    desk.screen.wait(lambda: desk.running.window.findChild(kind, name) is not None)
    return cast(QWidget, desk.running.window.findChild(kind, name))


def _has_rows(page: FaxFolderPage, count: int) -> bool:
    return page.model.rowCount() == count


def test_a_sent_fax_is_found_and_proved(
    signed_in: Opened, simulator: RunningSimulator, picture: Document, tmp_path: Path
) -> None:
    _send(signed_in, SENT, picture, "Valley Imaging Center")
    _end(signed_in, simulator, FaxState.SENT)
    page = _folder(signed_in, Folder.SENT)
    signed_in.screen.wait(lambda: page.model.rowCount() == 1)
    for text, count in (("imag", 1), ("555-4000", 1), ("nobody", 0), ("", 1)):
        page.search.field.setText(text)
        QTest.keyClick(page.search.field, Qt.Key.Key_Return)
        signed_in.screen.wait(partial(_has_rows, page, count))
    signed_in.screen.wait(lambda: page.story.job_id is not None)
    signed_in.screen.press("proofButton")
    viewer = _window(signed_in, PageViewer, "proofViewer")
    assert isinstance(viewer, PageViewer)
    signed_in.screen.wait(lambda: viewer.count >= 2)
    viewer.save_asked.emit()
    dialog = _window(signed_in, QFileDialog, "saveDialog")
    assert isinstance(dialog, QFileDialog)
    target = tmp_path / "proof.pdf"
    dialog.fileSelected.emit(str(target))
    dialog.close()
    signed_in.screen.wait(target.is_file)
    viewer.close()
    document = pdfium.PdfDocument(target)
    assert len(document) >= 2
    document.close()


def test_a_failed_fax_leaves_its_badge_until_seen_and_offers_the_cure(
    signed_in: Opened, simulator: RunningSimulator, picture: Document
) -> None:
    _folder(signed_in, Folder.SENT)
    _send(signed_in, INVALID, picture, "County Records")
    _end(signed_in, simulator, FaxState.FAILED)
    signed_in.screen.wait_for("Failed, 1, not seen yet")
    page = _folder(signed_in, Folder.FAILED)
    signed_in.screen.wait(lambda: page.story.job_id is not None)
    signed_in.screen.wait(lambda: signed_in.screen.has("faxStep_edit"))
    page.activateWindow()
    page._seen.timeout.emit()
    signed_in.screen.wait(lambda: not signed_in.screen.shows("Failed, 1, not seen yet"))
    signed_in.screen.press("faxStep_edit")
    composer = signed_in.running.window.desk_side.fax_page
    signed_in.screen.wait(lambda: [d.name for d in composer.attachments.documents] == ["Referral.png"])
    assert composer.isVisible()


def test_a_received_fax_is_fetched_opened_and_marked(
    signed_in: Opened, simulator: RunningSimulator, tmp_path: Path
) -> None:
    simulator.inbound_fax(pages=2)
    page = _folder(signed_in, Folder.RECEIVED)
    signed_in.running.desk.received.sync_now()
    signed_in.screen.wait(lambda: page.received.fax_id is not None)
    signed_in.screen.wait(lambda: page.received.first_page.has_picture)
    signed_in.screen.wait_for("Received, 1, unread")
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    viewer = _window(signed_in, PageViewer, "receivedViewer")
    assert isinstance(viewer, PageViewer)
    signed_in.screen.wait(lambda: viewer.count == 2)
    viewer.close()
    signed_in.screen.wait(lambda: not signed_in.screen.shows("Received, 1, unread"))
    signed_in.screen.press("saveAsButton")
    dialog = _window(signed_in, QFileDialog, "saveDialog")
    assert isinstance(dialog, QFileDialog)
    target = tmp_path / "fax.tif"
    dialog.fileSelected.emit(str(target))
    dialog.close()
    signed_in.screen.wait(target.is_file)
    with Image.open(target) as image:
        assert getattr(image, "n_frames", 1) == 2


def test_what_is_undone_or_cancelled_leaves_no_row_and_can_be_cancelled_back(
    open_desk: OpenDesk, simulator: RunningSimulator
) -> None:
    desk = sign_in(open_desk, simulator, undo_s=10)
    running, screen = desk.running, desk.screen
    running.window.show_page("fax")
    screen.type("recipientField", "650 555 4000", enter=True)
    running.window.composer.note.setPlainText("Undone")
    press_send(desk)
    screen.wait(lambda: running.window.composer.composed.is_blank)
    running.window.undo()
    screen.wait(lambda: running.window.composer.note.toPlainText() == "Undone")
    running.desk.preferences.update(undo_s=0)
    later = datetime.now(UTC) + timedelta(hours=5)
    running.window.composer._time_decided(SendTime(at=later))
    press_send(desk)
    screen.wait_for("Cancel the scheduled fax")
    screen.press("cancelFaxButton")
    screen.wait_for("was cancelled.", "Undo")
    queue, failed = _folder(desk, Folder.QUEUE), _folder(desk, Folder.FAILED)
    screen.wait(lambda: failed.model.query is not None and failed.model.rowCount() == 0)
    running.window.show_page("queue")
    screen.wait(lambda: queue.model.rowCount() == 0)
    running.window.show_page("fax")
    screen.press("takeBackLink")
    running.window.show_page("queue")
    screen.wait(lambda: queue.model.rowCount() == 1)
    scheduled = [job for job in running.desk.faxes.jobs if job.is_scheduled]
    assert [job.send_at for job in scheduled] == [later]
    queue.focus_list()
    QTest.keyClick(queue.list, Qt.Key.Key_Delete)
    screen.wait(lambda: queue.model.rowCount() == 0 and queue.foot.can_undo)
    running.window.undo()
    screen.wait(lambda: queue.model.rowCount() == 1)


def test_a_sent_fax_is_deleted_put_back_archived_and_found(
    signed_in: Opened, simulator: RunningSimulator, picture: Document
) -> None:
    _send(signed_in, SENT, picture, "Valley Imaging Center")
    _end(signed_in, simulator, FaxState.SENT)
    page, screen = _folder(signed_in, Folder.SENT), signed_in.screen
    screen.wait(lambda: page.story.job_id is not None)
    QTest.keyClick(page.list, Qt.Key.Key_Delete)
    screen.wait(lambda: page.model.rowCount() == 0)
    assert screen.shows("The fax was deleted here. RingCentral keeps its copy.")
    signed_in.running.window.undo()
    screen.wait(lambda: page.model.rowCount() == 1 and page.story.job_id is not None)
    QTest.mouseClick(page._archive, Qt.MouseButton.LeftButton)
    screen.wait(lambda: page.model.rowCount() == 0)
    page.search.choose(Only.ARCHIVED)
    screen.wait(lambda: page.model.rowCount() == 1)
    screen.wait(lambda: page._archive.toolTip() == "Move back from the archive")
    QTest.mouseClick(page._archive, Qt.MouseButton.LeftButton)
    screen.wait(lambda: page.model.rowCount() == 0)
    page.search.clear()
    screen.wait(lambda: page.model.rowCount() == 1)
