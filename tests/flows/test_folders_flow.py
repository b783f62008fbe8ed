"""Folders on the whole desk: faxes sent and failed are listed, found, proved; received ones fetched, opened.

The desk runs in this process against a simulator whose clock the test advances; what the window shows is
compared with what lies on disk and at the simulator. Read next: test_desk_flow.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import pypdfium2 as pdfium
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget

from rcdesk.core.fax import Document, FaxDraft, FaxState, Recipient
from rcdesk.core.folder import Folder
from rcdesk.ui.fax_pages import FaxFolderPage
from rcdesk.ui.page_viewer import PageViewer
from tests.flows.conftest import Opened

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

    desk.screen.wait(is_over, timeout_s=40)


def _window(desk: Opened, kind: type[QWidget], name: str) -> QWidget:
    desk.screen.wait(lambda: desk.running.window.findChild(kind, name) is not None)
    return cast(QWidget, desk.running.window.findChild(kind, name))


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
        signed_in.screen.wait(lambda wanted=count: page.model.rowCount() == wanted)
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
    assert signed_in.screen.shows("Received, 1, unread")
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
