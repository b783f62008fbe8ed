"""The folders: search, filter, choosing one and several, steps that reach the desk, what counts as seen."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtWidgets import QApplication, QDateTimeEdit, QFileDialog, QLabel, QMenu, QPushButton

from rcdesk.core.fax.fax import FaxDraft, FaxEvent, FaxJob, FaxState, Recipient, SendBy, WaitReason
from rcdesk.core.fax.folder import Folder, Only, Shelf
from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.ui.folders.fax_pages import FaxFolderPage
from rcdesk.ui.folders.folder_search import DEBOUNCE_MS, Span, days_of
from rcdesk.ui.folders.time_dialog import TimeDialog
from tests.now import now
from tests.patient_bot import QtBot
from tests.unit.ui.folder_stage import received_fax
from tests.unit.ui.stage import ACCOUNT, NOW, Stage, job, shoot

_TODAY = date(2026, 11, 22)


class _Pages(dict[Folder, FaxFolderPage]):
    """The folders a test looks at, each made and shown when it is first looked at."""

    def __init__(self, qtbot: QtBot, stage: Stage) -> None:
        super().__init__()
        self._qtbot, self._stage = qtbot, stage

    def __missing__(self, folder: Folder) -> FaxFolderPage:
        page = self[folder] = FaxFolderPage(self._stage.desk, folder)
        self._qtbot.addWidget(page)
        page.resize(1072, 760)
        page.show()
        return page


@pytest.fixture
def pages(qtbot: QtBot, stage: Stage) -> dict[Folder, FaxFolderPage]:
    return _Pages(qtbot, stage)


def _press(qtbot: QtBot, page: FaxFolderPage, name: str) -> None:
    button = page.findChild(QPushButton, name)
    assert button is not None, name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def _choose_all(page: FaxFolderPage) -> None:
    page.list.selectAll()


@pytest.mark.parametrize(
    ("folder", "made", "name", "asked"),
    [
        (Folder.QUEUE, job(7, FaxState.QUEUED), "faxStep_cancel", "cancel"),
        (Folder.QUEUE, job(7, FaxState.QUEUED), "faxStep_pause", "pause"),
        (Folder.QUEUE, job(7, FaxState.HELD, retry_at=NOW), "undoFaxButton", "undo"),
        (
            Folder.QUEUE,
            job(7, FaxState.WAITING, wait_reason=WaitReason.PAUSED),
            "faxStep_resume",
            "resume",
        ),
        (Folder.QUEUE, job(7, FaxState.WAITING, wait_reason=WaitReason.RETRY), "faxStep_send_now", "retry"),
        (
            Folder.QUEUE,
            job(7, FaxState.WAITING, wait_reason=WaitReason.SCHEDULED, send_at=NOW),
            "faxStep_send_now",
            "reschedule by desk",
        ),
        (Folder.FAILED, job(7, FaxState.FAILED), "faxStep_retry", "retry"),
        (Folder.FAILED, job(7, FaxState.FAILED), "faxStep_edit", "edit"),
        (Folder.FAILED, job(7, FaxState.CANCELLED), "faxStep_send_again", "send again"),
        (Folder.QUEUE, job(7, FaxState.NEEDS_YOU), "faxStep_it_was_sent", "sent"),
        (Folder.QUEUE, job(7, FaxState.NEEDS_YOU), "faxStep_send_again", "again"),
        (Folder.SENT, job(7, FaxState.SENT), "forwardButton", "forward"),
    ],
)
def test_steps_reach_the_desk(
    qtbot: QtBot,
    stage: Stage,
    pages: dict[Folder, FaxFolderPage],
    folder: Folder,
    made: FaxJob,
    name: str,
    asked: str,
) -> None:
    stage.faxes.have(made)
    _press(qtbot, pages[folder], name)
    assert stage.faxes.steps == [(asked, 7)]


def test_edit_forward_and_call_lead_elsewhere(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page = pages[Folder.FAILED]
    stage.faxes.draft_again = FaxDraft(recipients=(Recipient(number="+16505550007"),), documents=())
    stage.faxes.have(job(7, FaxState.FAILED))
    for name in ("faxStep_edit", "forwardButton"):
        with qtbot.waitSignal(page.edit_asked) as edit:
            _press(qtbot, page, name)
        assert edit.args == [stage.faxes.draft_again]
    with qtbot.waitSignal(page.call_asked) as call:
        _press(qtbot, page, "faxStep_call")
    assert call.args == ["+16505550007"]


def test_story_follows_the_chosen_fax(qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    page = pages[Folder.QUEUE]
    stage.faxes.events = (FaxEvent(at=NOW, state=FaxState.QUEUED, detail="Written to disk"),)
    stage.faxes.have(job(1, FaxState.SENDING), job(2, FaxState.QUEUED))
    assert page.story.job_id == 1
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert page.story.job_id == 2
    assert "Written to disk" in page.story.timeline.accessibleName()
    stage.faxes.have(job(1, FaxState.SENDING), job(2, FaxState.SENT))
    assert page.story.job_id == 1, "the chosen fax has left this folder"
    stage.faxes.have()
    assert page.story.job_id is None


def test_long_events_are_told_in_full(stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    story = pages[Folder.QUEUE].story
    short = FaxEvent(at=NOW, state=FaxState.QUEUED, detail="Sending")
    stage.faxes.events = (short,)
    stage.faxes.have(job(1, FaxState.SENDING))
    one_line = story.timeline.heightForWidth(240)
    stage.faxes.events = (replace(short, detail="Waiting until 10:23 (their line was busy). " * 3), short)
    stage.faxes.have(job(1, FaxState.QUEUED))
    assert story.timeline.heightForWidth(240) > 3 * one_line
    assert story.timeline.heightForWidth(240) > story.timeline.heightForWidth(900)


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "last good fax "), (3, "last good fax "), (None, "no good fax to this number yet")],
)
def test_the_story_says_when_a_fax_last_arrived_there(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage], days: int | None, words: str
) -> None:
    page, made = pages[Folder.FAILED], job(7, FaxState.FAILED)
    good_at = NOW - timedelta(days=days) if days is not None else None
    stage.faxes.facts[made.recipient.number] = RecipientFacts(
        recipient=made.recipient, is_known=True, last_good_at=good_at
    )
    stage.faxes.have(made)
    what = page.story.findChild(QLabel, "faxStoryWhat")
    assert what is not None
    qtbot.waitUntil(lambda: words.replace(" ", "\u00a0") in what.text())
    if days:
        assert f"{good_at:%-d}\u00a0{good_at:%b}" in what.text()


def test_a_failed_fax_can_be_tried_until_a_time(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page = pages[Folder.FAILED]
    stage.faxes.have(job(7, FaxState.FAILED, error_code="LineBusy", detail="Failed: their line was busy."))
    words = page.story.findChild(QLabel, "faxStorySentence")
    assert words is not None
    assert words.text() == "Their line was busy."
    _press(qtbot, page, "faxStep_keep_trying")
    dialog = page.findChild(TimeDialog, "timeDialog")
    assert dialog is not None
    confirm = dialog.findChild(QPushButton, "timeConfirm")
    assert confirm is not None
    qtbot.mouseClick(confirm, Qt.MouseButton.LeftButton)
    assert stage.faxes.steps == [("deadline", 7), ("retry", 7)]


def test_what_was_cancelled_can_be_taken_back(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page, later = pages[Folder.QUEUE], NOW + timedelta(days=1)
    scheduled = job(1, FaxState.WAITING, wait_reason=WaitReason.SCHEDULED, send_at=later, send_by=SendBy.DESK)
    stage.faxes.have(scheduled, job(2, FaxState.QUEUED), job(3, FaxState.SENDING))
    _choose_all(page)
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    with qtbot.waitSignal(page.acts.cancelled) as said:
        for number in (1, 2):
            stage.faxes.job_changed.emit(job(number, FaxState.CANCELLED))
    assert said.args == ["2 faxes were cancelled.", True]
    assert page.foot.words == said.args[0]
    shoot(page, "queue-cancelled")
    stage.faxes.steps.clear()
    _press(qtbot, page, "footUndo")
    assert stage.faxes.steps == [("reschedule by desk", 1), ("retry", 2)]
    assert stage.faxes.times[-1] == ((1,), later)
    assert "Everything here is on disk" in page.foot.words


def test_the_keyboard_is_in_the_list_again_after_undo(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page = pages[Folder.QUEUE]
    stage.faxes.have(job(1, FaxState.QUEUED))
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    with qtbot.waitSignal(page.acts.cancelled):
        stage.faxes.job_changed.emit(job(1, FaxState.CANCELLED))
    stage.faxes.have(job(1, FaxState.CANCELLED))
    assert not page.list.isVisible()
    _press(qtbot, page, "footUndo")
    stage.faxes.have(job(1, FaxState.QUEUED))
    assert page.window().focusWidget() is page.list


@pytest.mark.parametrize(
    ("state", "reason"),
    [(FaxState.WAITING, WaitReason.PAUSED), (FaxState.NEEDS_YOU, WaitReason.LATE)],
)
def test_a_fax_that_waits_for_a_word_waits_for_it_again_when_its_cancelling_is_undone(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage], state: FaxState, reason: WaitReason
) -> None:
    page = pages[Folder.QUEUE]
    stage.faxes.have(job(1, state, wait_reason=reason))
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    with qtbot.waitSignal(page.acts.cancelled):
        stage.faxes.job_changed.emit(job(1, FaxState.CANCELLED))
    assert page.foot.words == "The fax to Valley Imaging Center was cancelled."
    stage.faxes.steps.clear()
    _press(qtbot, page, "footUndo")
    assert stage.faxes.steps == [("hold again", 1)]


def test_a_fax_that_is_over_is_archived_deleted_and_put_back(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page = pages[Folder.SENT]
    stage.faxes.have(job(1, FaxState.SENT), job(2, FaxState.SENT, is_archived=True))
    _choose_all(page)
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    put = stage.shelves.put_there
    assert put == [(Shelf.DELETED, (1,), (), False), (Shelf.DELETED, (2,), (), False)]
    assert page.foot.words == "2 faxes were deleted here. RingCentral keeps its copy."
    put.clear()
    _press(qtbot, page, "footUndo")
    assert put == [(Shelf.NONE, (1,), (), False), (Shelf.ARCHIVED, (2,), (), False)]
    put.clear()
    page.list.selectRow(0)
    page._archive.click()
    assert put == [(Shelf.ARCHIVED, (1,), (), False)] and page.undo() and not page.undo()
    put.clear()
    page.list.customContextMenuRequested.emit(QPoint(30, 30))
    menu = page.findChild(QMenu, "faxMenu")
    assert menu is not None
    (there,) = [action for action in menu.actions() if action.text() == "Delete here and at RingCentral"]
    there.trigger()
    assert put == [(Shelf.DELETED, (1,), (), True)]
    assert page.foot.words.endswith("RingCentral deletes it too, unless you undo.")


def test_a_fax_that_waits_is_not_deleted(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page = pages[Folder.QUEUE]
    stage.faxes.have(job(1, FaxState.QUEUED))
    assert page._trash.isHidden() and page._archive.isHidden()
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    assert stage.shelves.put_there == [] and stage.faxes.steps == [("cancel", 1)]


def test_why_a_fax_waits_is_not_said_twice(stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    page = pages[Folder.QUEUE]
    why = "Waiting until 10:33 (no connection, try 2). Nothing is lost."
    stage.faxes.have(job(1, FaxState.WAITING, wait_reason=WaitReason.NO_CONNECTION, detail=why))
    stage.faxes.problem.emit(why)
    assert page.foot.words != why
    stage.faxes.problem.emit("The disk is full.")
    assert page.foot.words == "The disk is full."


def test_a_narrow_window_shows_the_list_or_the_story(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page = pages[Folder.FAILED]
    stage.faxes.have(job(7, FaxState.FAILED))
    assert page.list.isVisible()
    assert page.story.isVisible()
    page.resize(640, 520)
    assert page.list.isVisible()
    assert not page.story.isVisible()
    _press(qtbot, page, "storyDetails")
    assert page.story.isVisible()
    assert not page.list.isVisible()
    shoot(page, "failed-narrow-story")
    qtbot.keyClick(page.story, Qt.Key.Key_Escape)
    assert page.list.isVisible()
    qtbot.keyClick(page.list, Qt.Key.Key_Right)
    assert page.story.isVisible()
    page.resize(1072, 760)
    assert page.list.isVisible()
    assert page.story.isVisible()


def test_the_next_one_is_chosen_when_a_fax_leaves(stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    page = pages[Folder.FAILED]
    made = [job(n, FaxState.FAILED) for n in range(1, 6)]
    stage.faxes.have(*made)
    page.select(3)
    made[2] = job(3, FaxState.QUEUED)
    stage.faxes.have(*made)
    assert page.story.job_id == 4


def test_progress_is_shown_in_place(stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    page = pages[Folder.QUEUE]
    stage.faxes.have(job(1, FaxState.SENDING, bytes_sent=1, bytes_total=100))
    stage.faxes.job_changed.emit(job(1, FaxState.SENDING, bytes_sent=58, bytes_total=100))
    words = page.story.findChild(QLabel, "faxStorySentence")
    assert words is not None
    assert words.text() == "Sending, 58 %"


def test_several_chosen_are_summed_up(qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    page = pages[Folder.FAILED]
    stage.faxes.have(*(job(n, FaxState.FAILED) for n in range(1, 13)))
    _choose_all(page)
    assert page.story.heading == "12 faxes chosen"
    _press(qtbot, page, "faxStep_retry")
    assert sorted(stage.faxes.steps) == [("retry", n) for n in range(1, 13)]


def test_a_whole_large_folder_is_done_by_its_ids(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page = pages[Folder.QUEUE]
    stage.faxes.have(*(job(n, FaxState.QUEUED) for n in range(1, 901)))
    _choose_all(page)
    assert page.story.heading == "900 faxes chosen"
    assert page.story.findChild(QPushButton, "faxStep_pause") is None
    _press(qtbot, page, "faxStep_cancel")
    assert len(stage.faxes.steps) == 900
    stage.faxes.steps.clear()
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    assert len(stage.faxes.steps) == 900


def test_a_large_part_is_only_counted(stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    page = pages[Folder.QUEUE]
    stage.faxes.have(*(job(n, FaxState.QUEUED) for n in range(1, 901)))
    _choose_all(page)
    page.list.selectionModel().select(page.model.index(5), QItemSelectionModel.SelectionFlag.Deselect)
    assert page.story.heading == "899 faxes chosen"
    assert page.story.findChildren(QPushButton) == []


def test_delete_cancels_what_can_be_cancelled(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    stage.faxes.have(job(1, FaxState.QUEUED), job(2, FaxState.HANDED_OVER), job(3, FaxState.SENT))
    _choose_all(pages[Folder.QUEUE])
    qtbot.keyClick(pages[Folder.QUEUE].list, Qt.Key.Key_Delete)
    assert stage.faxes.steps == [("cancel", 1), ("cancel", 2)]
    _choose_all(pages[Folder.SENT])
    qtbot.keyClick(pages[Folder.SENT].list, Qt.Key.Key_Delete)
    assert len(stage.faxes.steps) == 2


def test_enter_retries_but_a_double_click_does_not(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page = pages[Folder.FAILED]
    stage.faxes.have(job(7, FaxState.FAILED))
    place = page.list.visualRect(page.model.index(0)).center()
    qtbot.mouseDClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert ("retry", 7) not in stage.faxes.steps
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert ("retry", 7) in stage.faxes.steps


def test_the_menu_offers_the_same_steps(stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    page = pages[Folder.FAILED]
    stage.faxes.have(job(7, FaxState.FAILED))
    page.list.customContextMenuRequested.emit(QPoint(30, 30))
    menu = page.findChild(QMenu, "faxMenu")
    assert menu is not None
    words = [action.text() for action in menu.actions()]
    assert words == [
        "Retry",
        "Edit and resend",
        "Keep trying until…",
        "Call instead",
        "Forward",
        "Open proof",
        "",
        "Archive",
        "Delete here",
    ]
    menu.actions()[0].trigger()
    assert stage.faxes.steps == [("retry", 7)]
    menu.close()


def test_searching_waits_for_the_last_key(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page = pages[Folder.SENT]
    stage.faxes.have(job(1, FaxState.SENT, "Anna"), job(2, FaxState.SENT, "Berta"))
    stage.archive.queries.clear()
    page.focus_search()
    with qtbot.waitSignal(page.search.changed, timeout=DEBOUNCE_MS * 20):
        qtbot.keyClicks(page.search.field, "ber")
    asked = [query.text for query in stage.archive.queries if query.folder is Folder.SENT]
    assert asked == ["ber"]
    assert page.model.rowCount() == 1
    qtbot.keyClick(page.search.field, Qt.Key.Key_Escape)
    assert page.model.rowCount() == 2


def test_nothing_found_offers_everything(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page = pages[Folder.SENT]
    stage.faxes.have(job(1, FaxState.SENT))
    page.search.field.setText("zzz")
    qtbot.keyClick(page.search.field, Qt.Key.Key_Return)
    words = page.findChild(QLabel, "emptyWords")
    assert words is not None
    assert words.text() == "Nothing here matches “zzz”."
    _press(qtbot, page, "showEverything")
    assert page.model.rowCount() == 1


def test_filters(stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    page = pages[Folder.FAILED]
    old = NOW - timedelta(days=9)
    stage.faxes.have(
        job(1, FaxState.FAILED), job(2, FaxState.CANCELLED), job(3, FaxState.FAILED, created_at=old)
    )
    page.search.choose(Only.CANCELLED)
    assert page.model.rowCount() == 1
    page.search.choose(Only.ALL)
    week = next(a for a in page.search.menu.actions() if a.data() is Span.WEEK)
    week.trigger()
    assert page.model.rowCount() == 2
    assert page.search.button.accessibleName() == "Filter: Last 7 days"
    page.search.clear()
    assert page.model.rowCount() == 3


@pytest.mark.parametrize(
    ("text", "first", "days"),
    [
        ("2026-11-03", date(2026, 11, 3), 1),
        ("2026-11", date(2026, 11, 1), 30),
        ("3 Nov", date(2026, 11, 3), 1),
        ("3 Nov 2025", date(2025, 11, 3), 1),
        ("24 Dec", date(2025, 12, 24), 1),
        ("today", _TODAY, 1),
        ("Yesterday", date(2026, 11, 21), 1),
    ],
)
def test_a_date_is_a_search(text: str, first: date, days: int) -> None:
    assert days_of(text, _TODAY) == (first, first + timedelta(days=days))


@pytest.mark.parametrize("text", ["", "May", "5 May Street", "650", "2026-13-01", "555 0119", "0119-1"])
def test_other_words_are_no_date(text: str) -> None:
    assert days_of(text, _TODAY) is None


def test_pausing_the_queue_is_said(qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    page = pages[Folder.QUEUE]
    assert page.foot.words == "Everything here is on disk. Closing the window loses nothing."
    _press(qtbot, page, "pauseAllButton")
    assert stage.faxes.is_paused
    assert page.foot.words.startswith("The queue is paused.")
    button = page.findChild(QPushButton, "pauseAllButton")
    assert button is not None
    assert button.text() == "Resume all"
    _press(qtbot, page, "pauseAllButton")
    assert not stage.faxes.is_paused


def test_what_the_desk_says_appears_where_one_looks(stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    queue = pages[Folder.QUEUE]
    pages[Folder.SENT].hide()
    stage.faxes.said.emit("Two faxes were cancelled.")
    assert queue.foot.words == "Two faxes were cancelled."
    assert pages[Folder.SENT].foot.words == ""


def test_failures_are_seen_when_they_were_looked_at(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page = pages[Folder.FAILED]
    stage.faxes.have(
        job(1, FaxState.FAILED, is_seen=False), *(job(n, FaxState.FAILED, is_seen=True) for n in (2, 3))
    )
    page.hide()
    page._seen.timeout.emit()
    assert stage.faxes.steps == [], "nobody looks"
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page._seen.timeout.emit()
    assert stage.faxes.steps == [("seen", 1)]


def test_a_fax_is_found_though_a_search_hides_it(stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    page = pages[Folder.SENT]
    stage.faxes.have(*(job(n, FaxState.SENT) for n in range(1, 301)))
    page.search.choose(Only.UNSEEN)
    page.search.field.setText("zzz")
    stage.lane.is_slow = True
    page.select(250)
    stage.lane.run()
    assert page.story.job_id == 250
    assert not page.search.is_narrowed


def test_time_is_asked_and_passed_on(qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    page = pages[Folder.QUEUE]
    at = NOW + timedelta(days=1)
    stage.faxes.have(job(7, FaxState.WAITING, wait_reason=WaitReason.SCHEDULED, send_at=at, retry_at=at))
    _press(qtbot, page, "faxStep_change_time")
    dialog = page.findChild(TimeDialog)
    assert dialog is not None
    later = dialog.edit.dateTime().addSecs(3600)
    dialog.edit.setDateTime(later)
    confirm = dialog.findChild(QPushButton, "timeConfirm")
    assert confirm is not None
    qtbot.mouseClick(confirm, Qt.MouseButton.LeftButton)
    (asked,) = stage.faxes.times
    assert asked[1] is not None
    assert asked[1].tzinfo is not None
    assert int(asked[1].timestamp()) == later.toSecsSinceEpoch()


def test_a_deadline_can_be_given_and_taken_away(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage]
) -> None:
    page = pages[Folder.QUEUE]
    stage.faxes.have(job(7, FaxState.WAITING, wait_reason=WaitReason.RETRY, retry_at=NOW))
    _press(qtbot, page, "faxStep_keep_trying")
    dialog = page.findChild(TimeDialog)
    assert dialog is not None
    assert dialog.findChild(QDateTimeEdit, "timeEdit") is dialog.edit
    without = dialog.findChild(QPushButton, "timeWithout")
    assert without is not None
    qtbot.mouseClick(without, Qt.MouseButton.LeftButton)
    assert stage.faxes.times == [((7,), None)]


def test_the_log_is_saved_where_one_says(
    qtbot: QtBot, stage: Stage, pages: dict[Folder, FaxFolderPage], tmp_path: Path
) -> None:
    _press(qtbot, pages[Folder.SENT], "logButton")
    dialog = pages[Folder.SENT].findChild(QFileDialog, "saveDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "log.csv"))
    dialog.close()
    assert stage.proofs.logs == [tmp_path / "log.csv"]


def test_rows_that_are_not_there_yet_do_not_disturb(stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    page = pages[Folder.SENT]
    stage.faxes.have(*(job(n, FaxState.SENT) for n in range(1, 1001)))
    stage.lane.is_slow = True
    page.list.scrollToBottom()
    page.grab()
    delegate = page.list.fax_delegate
    assert delegate._patience.isActive()
    assert not now(delegate._has_skeletons)
    delegate._patience.timeout.emit()
    page.grab()
    assert now(delegate._has_skeletons)
    stage.lane.run()
    assert not now(delegate._has_skeletons)
    shoot(page, "sent-scrolled")


def test_signing_out_empties_the_folders(stage: Stage, pages: dict[Folder, FaxFolderPage]) -> None:
    stage.faxes.have(job(1, FaxState.SENT))
    assert pages[Folder.SENT].model.rowCount() == 1
    stage.session.account = None
    stage.session.account_changed.emit(None)
    assert pages[Folder.SENT].model.rowCount() == 0
    stage.session.account = ACCOUNT
    stage.session.account_changed.emit(ACCOUNT)
    assert pages[Folder.SENT].model.rowCount() == 1


def test_pictures(qtbot: QtBot, qapp: QApplication, scheme: str) -> None:
    stage = Stage()
    stage.proofs.has_pages = True
    stage.faxes.events = tuple(
        FaxEvent(at=NOW, state=s, detail="")
        for s in (FaxState.PREPARING, FaxState.QUEUED, FaxState.NEEDS_YOU)
    )
    for folder in Folder:
        page = FaxFolderPage(stage.desk, folder)
        qtbot.addWidget(page)
        page.resize(1072, 760)
        page.show()
        stage.faxes.have()
        shoot(page, f"{folder.value}-empty-{scheme}")
        stage.faxes.have(*(job(11 - n, state, "ABCDEFGHIJK"[n]) for n, state in enumerate(FaxState)))
        stage.receive(received_fax(51), received_fax(52, is_read=True))
        shoot(page, f"{folder.value}-{scheme}")
        assert page.model.rowCount() > 0
