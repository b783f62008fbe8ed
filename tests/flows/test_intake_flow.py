"""Files from everywhere on the whole desk: the watched folder, a pasted text, a fax a command asks for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from rcdesk.core.fax.fax import FaxState
from rcdesk.core.orders.asked_fax import AskedFax, AskedOutcome
from rcdesk.services.fax.typed_fax import draft_asked
from rcdesk.simulator import RunningSimulator
from rcdesk.ui.compose.review_dialog import ReviewDialog
from tests.flows.conftest import Opened
from tests.flows.test_desk_flow import FAX_SENT

LETTER = "Dear Dr Hale,\nas discussed.\n"


def test_a_watched_file_is_offered_put_into_a_fax_and_left_where_it_is(
    signed_in: Opened, tmp_path: Path
) -> None:
    running, screen = signed_in.running, signed_in.screen
    scans = tmp_path / "Scans"
    scans.mkdir()
    watched = running.desk.watched
    running.desk.preferences.update(watched_folder=str(scans))
    screen.wait(lambda: running.paths.watched_file.exists())
    scan = scans / "scan.txt"
    scan.write_text(LETTER)
    screen.wait(lambda: watched.offer == (scan,))
    composer = running.window.composer
    assert composer.attachments.documents == () and running.desk.faxes.jobs == ()
    put = running.window.findChild(QPushButton, "watchedPut")
    assert put is not None
    put.click()
    screen.wait(lambda: [d.path for d in composer.attachments.documents] == [scan])
    assert running.desk.faxes.jobs == () and watched.offer == ()
    assert scan.read_text() == LETTER


def test_pasted_text_is_faxed_and_its_file_removed(signed_in: Opened) -> None:
    running, screen = signed_in.running, signed_in.screen
    clip = QMimeData()
    clip.setText(LETTER)
    QGuiApplication.clipboard().setMimeData(clip)
    running.window.show_page("fax")
    running.window.paste()
    QGuiApplication.clipboard().clear()
    composer = running.window.composer
    screen.wait(lambda: len(composer.attachments.documents) == 1)
    (document,) = composer.attachments.documents
    assert document.media_type == "text/plain" and document.path.parent == running.paths.pasted_dir
    running.desk.preferences.update(undo_s=0)
    composer.add_recipient(FAX_SENT)
    composer.send()
    screen.wait(lambda: bool(running.desk.faxes.jobs) or composer.findChild(ReviewDialog) is not None)
    dialog = composer.findChild(ReviewDialog)
    if dialog is not None:
        dialog.confirmed.emit()
        dialog.close()
    screen.wait(lambda: bool(running.desk.faxes.jobs))
    screen.wait(lambda: not document.path.exists())


def test_a_fax_from_the_command_line_is_asked_about_until_its_number_is_known(
    signed_in: Opened, simulator: RunningSimulator, tmp_path: Path
) -> None:
    running, screen = signed_in.running, signed_in.screen
    running.desk.preferences.update(undo_s=0)
    letter = tmp_path / "letter.txt"
    letter.write_text(LETTER)
    draft = draft_asked(files=(letter,), to=("(212) 555-0134",))
    told: list[AskedOutcome] = []
    running.window.take_fax(AskedFax(draft=draft, is_yes=True), told.append)
    screen.wait(lambda: told == [AskedOutcome.SHOWN])
    screen.wait(lambda: running.window.composer.findChild(ReviewDialog) is not None)
    dialog = running.window.composer.findChild(ReviewDialog)
    assert dialog is not None and running.desk.faxes.jobs == ()
    dialog.confirmed.emit()
    dialog.close()
    jobs = running.desk.faxes
    screen.wait(lambda: len(jobs.jobs) == 1)
    screen.wait(lambda: jobs.jobs[0].state is FaxState.HANDED_OVER)
    simulator.advance(600)
    screen.wait(lambda: jobs.jobs[0].state is FaxState.SENT)
    letter.write_text("Another letter.\n")
    told.clear()
    draft = draft_asked(files=(letter,), to=("(212) 555-0134",))
    running.window.take_fax(AskedFax(draft=draft, is_yes=True), told.append)
    screen.wait(lambda: bool(told))
    assert told == [AskedOutcome.QUEUED]
    assert len(jobs.jobs) == 2
