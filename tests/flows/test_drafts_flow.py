"""Faxes that are begun and not sent: kept as one types, through quitting and a kill, never two on one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView

from rcdesk.core.fax.fax import FaxOptions, FaxState, Resolution
from rcdesk.core.fax.paper import Fix
from rcdesk.simulator import RunningSimulator
from rcdesk.store.fax.drafts import Drafts
from rcdesk.store.paths import Paths
from tests.flows.conftest import OpenDesk, Opened, press_send, sign_in
from tests.now import now

FIRST, SECOND = "650 555 0110", "415 555 0160"


def _letter(folder: Path, pages: int = 3) -> Path:
    path = folder / "letter.txt"
    path.write_text("\f".join(f"Page {number}" for number in range(1, pages + 1)))
    return path


def _begun(desk: Opened, letter: Path) -> None:
    """A fax with everything a clerk may enter, its file gone as soon as it is safe."""
    screen, page = desk.screen, desk.running.window.composer
    desk.running.window.show_page("fax")
    screen.type("recipientField", FIRST, enter=True)
    page.add_files((letter,))
    screen.wait(lambda: len(page.preview.plans) == 3)
    pages = page.preview.pages
    page.preview.arranger.arrange(
        pages.removed([1], True).turned([0], 90).fixed(2, Fix.ENLARGE).moved([2], 0)
    )
    page.resolution.choose(FaxOptions(resolution=Resolution.STANDARD))
    page.note.setPlainText("As discussed")
    page.recipients.line.setText("555-01")
    page.preview.set_exact(True)
    screen.wait(lambda: any(draft.digests for draft in desk.running.desk.drafts.all))


def _stands_again(desk: Opened) -> None:
    page = desk.running.window.composer
    desk.screen.wait(lambda: len(page.preview.pages.rows) == 3)
    assert [r.number for r in page.recipients.recipients] == ["+16505550110"]
    assert page.recipients.line.text() == "555-01"
    assert page.note.toPlainText() == "As discussed" and page.resolution.value is Resolution.STANDARD
    plans = page.preview.pages.plans
    assert [plan.source.page for plan in plans] == [2, 0, 1]
    assert [plan.is_sent for plan in plans] == [True, True, False]
    assert plans[1].rotate == 90 and plans[0].fixes == {Fix.ENLARGE} and page.preview.wants_exact
    assert [document.name for document in page.attachments.documents] == ["letter.txt"]


def test_a_draft_survives_quitting_and_the_loss_of_its_file(
    open_desk: OpenDesk, simulator: RunningSimulator, tmp_path: Path
) -> None:
    first = sign_in(open_desk, simulator, home="same")
    letter = _letter(tmp_path)
    _begun(first, letter)
    first.running.window.new_fax()
    assert first.running.window.composer.composed.is_blank
    first.screen.type("recipientField", SECOND, enter=True)
    first.running.stop()
    letter.unlink()
    second = sign_in(open_desk, simulator, home="same")
    screen, window = second.screen, second.running.window
    window.show_page("fax")
    screen.wait(lambda: screen.shows("Drafts (2)"))
    screen.press("draftsButton")
    rows = window.findChild(QListView, "draftsList")
    assert rows is not None
    assert [rows.model().index(row, 0).data() for row in range(2)] == ["(415) 555-0160", "(650) 555-0110"]
    rows.setCurrentIndex(rows.model().index(1, 0))
    QTest.keyClick(rows, Qt.Key.Key_Return)
    _stands_again(second)
    window.composer.recipients.line.clear()
    press_send(second)
    screen.wait(lambda: any(job.state is FaxState.HANDED_OVER for job in second.running.desk.faxes.jobs))
    assert [draft.entries for draft in second.running.desk.drafts.all if draft.documents] == []


def test_a_file_that_is_lost_while_one_writes_is_faxed_from_its_copy(
    signed_in: Opened, tmp_path: Path
) -> None:
    running, screen = signed_in.running, signed_in.screen
    letter = _letter(tmp_path)
    running.window.fax_files((letter,))
    screen.wait(lambda: any(draft.digests for draft in running.desk.drafts.all))
    letter.unlink()
    running.desk.preferences.update(undo_s=0)
    screen.type("recipientField", "650 555 4000", enter=True)
    press_send(signed_in)
    screen.wait(lambda: any(job.state is FaxState.HANDED_OVER for job in running.desk.faxes.jobs))
    screen.wait(lambda: running.desk.drafts.all == ())


def test_what_is_learnt_about_the_account_leaves_the_open_fax_alone(signed_in: Opened) -> None:
    running, screen = signed_in.running, signed_in.screen
    running.window.show_page("fax")
    screen.type("recipientField", FIRST, enter=True)
    account = running.desk.session.account
    running.desk.session.account_changed.emit(account)
    assert len(running.window.composer.recipients.entries) == 1


def test_new_faxes_never_mix_and_discard_and_delete_can_be_undone(signed_in: Opened, tmp_path: Path) -> None:
    running, screen = signed_in.running, signed_in.screen
    window, drafts = running.window, running.desk.drafts
    window.show_page("fax")
    screen.type("recipientField", FIRST, enter=True)
    window.desk_side.write_fax(SECOND)
    page = window.composer
    assert [r.number for r in page.recipients.recipients] == ["+14155550160"]
    window.fax_files((_letter(tmp_path),))
    screen.wait(lambda: len(page.attachments.documents) == 1)
    screen.wait(lambda: len(drafts.all) == 3)
    assert page.recipients.entries == ()
    screen.press("discardButton")
    assert page.composed.is_blank and len(now(drafts.all)) == 2
    assert screen.shows("The draft was discarded.")
    window.undo()
    assert len(page.attachments.documents) == 1
    screen.press("draftsButton")
    rows = window.findChild(QListView, "draftsList")
    assert rows is not None
    rows.selectAll()
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert drafts.all == () and screen.shows("3 drafts were deleted.")
    window.undo()
    assert len(drafts.all) == 3


def test_drafts_of_one_person_are_not_shown_to_another(
    open_desk: OpenDesk, simulator: RunningSimulator
) -> None:
    desk = sign_in(open_desk, simulator, home="shared")
    running, screen = desk.running, desk.screen
    running.window.show_page("fax")
    screen.type("recipientField", FIRST, enter=True)
    running.desk.session.sign_out()
    screen.wait(lambda: running.desk.session.account is None)
    assert running.desk.drafts.all == () and running.window.composer.composed.is_blank
    running.stop()
    kept = Drafts(running.paths.database)
    try:
        assert kept.all("") == () and kept.all("somebody else") == ()
    finally:
        kept.close()


TYPING = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from rcdesk.app import build
from rcdesk.core.account.account import ServerProfile
from rcdesk.store.paths import Paths

application = QApplication([])
running = build(paths=Paths.under(Path(sys.argv[1])), profile=ServerProfile(name="RingCentral"))
running.start()
page = running.window.composer
page.recipients.add_text("650 555 0110")
page.note.setPlainText("A few words ")
typing = QTimer(interval=20)
typing.timeout.connect(lambda: page.note.insertPlainText("and more "))
typing.start()
saves = []

def kept(*_):
    saves.append(1)
    running.lanes["disk"].submit(
        lambda token, report: None, done=lambda _: print("kept", flush=True), failed=print
    )

running.desk.drafts.changed.connect(kept)
application.exec()
"""


def test_a_kill_while_one_types_keeps_what_was_typed(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", TYPING, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    with child:
        assert child.stdout is not None
        said = [child.stdout.readline().strip() for _ in range(3)]
        child.kill()
    assert said == ["kept"] * 3
    drafts = Drafts(Paths.under(tmp_path).database)
    try:
        (draft,) = drafts.all("")
    finally:
        drafts.close()
    assert "A few words" in draft.note and "and more" in draft.note
    assert [getattr(entry, "number", entry) for entry in draft.entries] == ["+16505550110"]
