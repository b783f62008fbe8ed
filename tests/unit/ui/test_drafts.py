"""The composer and its drafts, and windows that fit the screen they open on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QPushButton

from rcdesk.core.fax.fax import FaxDraft, FaxState, Recipient
from rcdesk.ui.folders.drafts_page import DraftsPage
from rcdesk.ui.kit.fit import fitting
from rcdesk.ui.shell.main_window import MainWindow
from rcdesk.ui.shell.nav_button import NavButton
from tests.now import now
from tests.patient_bot import QtBot
from tests.unit.ui.stage import Stage, checked, document, job


@pytest.fixture
def window(qtbot: QtBot, stage: Stage) -> MainWindow:
    made = MainWindow(stage.desk)
    qtbot.addWidget(made)
    made.show()
    made.show_page("fax")
    return made


def test_files_that_are_still_looked_at_stay_with_their_fax(window: MainWindow, stage: Stage) -> None:
    page = window.composer
    page.add_recipient("650 555 0110")
    page.add_files((Path("/nowhere/first.pdf"),))
    window.new_fax("415 555 0160")
    assert stage.faxes.checks == [] and page.attachments.documents == ()
    (first,) = [d for d in stage.drafts.all if d.unseen]
    page.open_draft(first.key)
    assert stage.faxes.checks == [(Path("/nowhere/first.pdf"),)]
    assert [r.number for r in page.recipients.recipients] == ["+16505550110"]
    stage.faxes.checked.emit(checked(document("first.pdf")))
    page.draft.keep()
    kept = stage.drafts.get(first.key)
    assert kept is not None and kept.unseen == () and [d.name for d in kept.documents] == ["first.pdf"]


def test_what_was_sent_is_no_draft_any_more_and_undone_it_is_one_again(
    window: MainWindow, stage: Stage
) -> None:
    page = window.composer
    page.add_recipient("650 555 0110")
    page.note.setPlainText("Hello")
    page.draft.keep()
    assert len(now(stage.drafts.all)) == 1
    page.send()
    stage.faxes.queued.emit((job(1, FaxState.HELD),))
    assert now(stage.drafts.all) == ()
    stage.faxes.undone.emit(stage.faxes.drafts[0])
    page.draft.keep()
    assert [draft.note for draft in now(stage.drafts.all)] == ["Hello"]


@pytest.mark.parametrize("by_button", [False, True])
def test_the_keyboard_has_a_place_after_the_last_draft_is_deleted_and_after_undo(
    window: MainWindow, stage: Stage, qtbot: QtBot, by_button: bool
) -> None:
    for number in ("650 555 0110", "415 555 0160"):
        window.new_fax(number)
    window.composer.draft.keep()
    window.show_page("drafts")
    window.activateWindow()
    page = window.findChild(DraftsPage)
    assert page is not None and page.model.rowCount() == 2

    def delete() -> None:
        if by_button:
            button = page.findChild(QPushButton, "deleteDrafts")
            assert button is not None
            button.setFocus()
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        else:
            qtbot.keyClick(page.list, Qt.Key.Key_Delete)

    delete()
    assert window.focusWidget() is page.list and len(page.list.chosen()) == 1
    delete()
    assert page.model.rowCount() == 0
    begin = window.focusWidget()
    assert isinstance(begin, QPushButton) and begin.objectName() == "newFaxHere" and begin.isVisible()
    assert window.undo() is None and page.model.rowCount() == 1
    assert window.focusWidget() is page.list and len(page.list.chosen()) == 1


def test_a_fax_put_away_while_it_was_queued_is_no_draft(window: MainWindow, stage: Stage) -> None:
    page = window.composer
    page.add_recipient("650 555 0110")
    page.note.setPlainText("Hello")
    page.send()
    window.new_fax("415 555 0160")
    stage.faxes.queued.emit((job(1, FaxState.HELD),))
    page.draft.keep()
    assert [draft.note for draft in stage.drafts.all] == [""]
    assert [r.number for r in page.recipients.recipients] == ["+14155550160"]


def test_a_fax_that_is_emptied_is_no_draft(window: MainWindow, stage: Stage) -> None:
    page = window.composer
    page.note.setPlainText("Hello")
    page.draft.keep()
    page.note.clear()
    page.draft.keep()
    assert stage.drafts.all == ()


def test_each_way_to_a_new_fax_is_clean(window: MainWindow, stage: Stage) -> None:
    page = window.composer
    reply = FaxDraft(recipients=(Recipient(number="+14155550160"),), documents=())
    ways: tuple[Callable[[], object], ...] = (
        window.new_fax,
        lambda: window.fax_files((Path("/nowhere/a.pdf"),)),
        lambda: window.desk_side.write_fax("415 555 0160"),
        lambda: window.desk_side.edit(reply),
        lambda: window.desk_side.phone_page.fax_asked.emit("415 555 0160"),
    )
    for number, begin in enumerate(ways):
        page.begin()
        page.note.setPlainText(f"Note {number}")
        page.add_recipient("650 555 0110")
        begin()
        assert page.note.toPlainText() == ""
        assert "+16505550110" not in [r.number for r in page.recipients.recipients]
    notes = {draft.note for draft in stage.drafts.all}
    assert {f"Note {number}" for number in range(len(ways))} <= notes


def test_the_side_bar_says_that_its_entry_leads_to_the_open_fax(window: MainWindow) -> None:
    entry = window.findChild(NavButton, "nav_fax")
    assert entry is not None and entry.text() == "New fax"
    window.composer.note.setPlainText("Hello")
    assert entry.text() == entry.accessibleName() == "Open fax"
    discard = window.findChild(QPushButton, "discardButton")
    assert discard is not None and discard.isEnabled()
    discard.click()
    assert entry.text() == "New fax" and not discard.isEnabled()


def test_an_account_that_leaves_takes_its_fax_along(window: MainWindow, stage: Stage) -> None:
    page = window.composer
    page.note.setPlainText("Hello")
    stage.drafts.leaving.emit()
    assert page.composed.is_blank and [draft.note for draft in stage.drafts.all] == ["Hello"]


@pytest.mark.parametrize(
    ("wanted", "room"),
    [
        (QRect(0, 0, 1280, 800), QRect(0, 36, 1366, 692)),
        (QRect(200, 100, 1280, 800), QRect(0, 36, 683, 348)),
        (QRect(-900, 5000, 640, 480), QRect(1920, 0, 800, 600)),
    ],
)
def test_a_window_is_put_into_the_room_there_is(wanted: QRect, room: QRect) -> None:
    fit = fitting(wanted, room)
    assert room.contains(fit)
    assert fit.width() == min(wanted.width(), room.width())
    assert fit.height() == min(wanted.height(), room.height())


ON_A_SCREEN = """
from PySide6.QtWidgets import QApplication

application = QApplication([])
from rcdesk.ui.shell.main_window import MainWindow
from rcdesk.ui.kit.theme import theme
from tests.unit.ui.stage import Stage

theme().apply(application, "light")
stage = Stage()
window = MainWindow(stage.desk)
window.show()
window.desk_side
application.processEvents()
room = window.screen().availableGeometry()
print(room.contains(window.frameGeometry()), window.width(), window.height())
"""


@pytest.mark.parametrize(
    ("screen", "size"),
    [({"width": 1366, "height": 768}, (1280, 728)), ({"width": 683, "height": 384, "dpr": 2}, (675, 344))],
)
def test_the_first_window_lies_on_the_screen(
    tmp_path: Path, screen: dict[str, int], size: tuple[int, int]
) -> None:
    whole = {"name": "small", "x": 0, "y": 0, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1, **screen}
    config = tmp_path / "screen.json"
    config.write_text(json.dumps({"screens": [whole]}))
    done = subprocess.run(
        [sys.executable, "-c", ON_A_SCREEN],
        env={**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={config}"},
        capture_output=True,
        text=True,
        check=True,
    )
    is_inside, width, height = done.stdout.split()
    assert (is_inside, int(width), int(height)) == ("True", *size)
