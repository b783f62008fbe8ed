"""The composer: who, what, how, and what happens after Send."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QProgressBar, QPushButton, QWidget

from rcdesk.core.fax.fax import FaxDraft, FaxOptions, FaxState, Recipient, Resolution, SendBy
from rcdesk.ui.compose.chips import read_entry
from rcdesk.ui.compose.fax_page import FaxPage
from rcdesk.ui.shell.main_window import MainWindow
from tests.now import now
from tests.patient_bot import QtBot
from tests.unit.ui.stage import NOW, Check, Stage, checked, document, job, shoot


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> FaxPage:
    """A composer on the stage."""
    made = FaxPage(stage.desk)
    qtbot.addWidget(made)
    made.resize(1072, 760)
    made.show()
    return made


def _words(page: QWidget, name: str) -> str:
    found = page.findChild(QLabel, name)
    assert found is not None
    return found.text() if found.isVisible() else ""


def _button(page: QWidget, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("typed", "number", "name"),
    [
        ("(650) 555-0110", "+16505550110", ""),
        ("650.555.0110", "+16505550110", ""),
        ("Valley Imaging <650 555 0110>", "+16505550110", "Valley Imaging"),
        ("Valley Imaging: +1 650 555 0110", "+16505550110", "Valley Imaging"),
        ("+44 20 7946 0018", "+442079460018", ""),
    ],
)
def test_numbers_are_read(typed: str, number: str, name: str) -> None:
    assert read_entry(typed, "US").recipient == Recipient(number=number, name=name)


@pytest.mark.parametrize(
    "typed", ["555-01", "hello", "911", "12", "204", "650 555 0110 x9", "+1 650 555 0110 0000 000"]
)
def test_bad_numbers_say_why(typed: str) -> None:
    entry = read_entry(typed, "US")
    assert entry.recipient is None
    assert entry.problem.endswith(".")


def test_pasted_list_becomes_chips_and_backspace_removes(qtbot: QtBot, page: FaxPage) -> None:
    QGuiApplication.clipboard().setText("(650) 555-0110\nBob <415 555 0160>; 555-01\n650 555 0110")
    qtbot.keyClick(page.recipients.line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [r.number for r in page.recipients.recipients] == ["+16505550110", "+14155550160"]
    assert len(now(page.recipients.problems)) == 2
    assert "too short" in _words(page, "recipientProblem")
    for _ in range(3):
        qtbot.keyClick(page.recipients.line, Qt.Key.Key_Backspace)
    assert page.recipients.problems == ()
    assert [r.number for r in page.recipients.recipients] == ["+16505550110"]


def test_files_are_checked_and_refusals_stay(page: FaxPage, stage: Stage, tmp_path: Path) -> None:
    page.add_files([tmp_path])
    assert stage.faxes.checks == [(tmp_path,)]
    refused = Check(
        path=tmp_path, document=None, problem="Folders cannot be faxed. Drop the files inside it."
    )
    stage.faxes.checked.emit((*checked(document()), refused))
    assert [d.name for d in page.attachments.documents] == ["Referral letter.pdf"]
    assert now(page.attachments.refusals) == ("Folders cannot be faxed. Drop the files inside it.",)
    stage.faxes.checked.emit(checked(document("Second.pdf")))
    assert page.attachments.refusals == ()
    assert len(page.attachments.documents) == 2


def test_a_document_is_removed_by_delete(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    stage.faxes.checked.emit(checked(document(), document("b.pdf")))
    card = page.attachments.findChildren(QWidget, "attachmentCard")[0]
    qtbot.keyClick(card, Qt.Key.Key_Delete)
    assert [d.name for d in page.attachments.documents] == ["b.pdf"]


def test_sends_what_was_composed_and_clears_when_queued(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    page.recipients.line.setText("650 555 0110")
    stage.faxes.checked.emit(checked(document()))
    page.covers.choose(5)
    page.note.setPlainText("Hello")
    qtbot.mouseClick(_button(page, "resolutionStandard"), Qt.MouseButton.LeftButton)
    qtbot.keyClick(page.note, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (draft,) = stage.faxes.drafts
    assert draft.recipients == (Recipient(number="+16505550110"),)
    assert (draft.cover_index, draft.note, draft.resolution) == (5, "Hello", Resolution.STANDARD)
    assert not page.bar.send.isEnabled()
    page.send()
    assert len(stage.faxes.drafts) == 1
    stage.faxes.queued.emit((job(1, FaxState.QUEUED),))
    assert page.recipients.recipients == () and page.attachments.documents == ()
    assert page.note.toPlainText() == ""
    assert _words(page, "faxNews") == "Your fax is in the queue"
    assert stage.preferences.value.cover_index == 5


def test_upload_shows_progress_and_can_be_cancelled(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    page.recipients.add_text("650 555 0110")
    page.note.setPlainText("Only a note")
    page.send()
    stage.faxes.queued.emit((job(1, FaxState.QUEUED),))
    stage.faxes.job_changed.emit(job(1, FaxState.SENDING, bytes_sent=58, bytes_total=100))
    progress = page.findChild(QProgressBar, "faxProgress")
    assert progress is not None and progress.value() == 58
    qtbot.mouseClick(_button(page, "cancelFaxButton"), Qt.MouseButton.LeftButton)
    assert stage.faxes.steps == [("cancel", 1)]
    stage.faxes.job_changed.emit(job(1, FaxState.HANDED_OVER))
    assert not _button(page, "cancelFaxButton").isVisible()


def test_problem_while_queueing_keeps_everything(page: FaxPage, stage: Stage) -> None:
    page.recipients.add_text("650 555 0110")
    page.note.setPlainText("Hello")
    page.send()
    stage.faxes.problem.emit("The disk is full. Nothing was sent.")
    assert _words(page, "faxProblem") == "The disk is full. Nothing was sent."
    assert page.bar.send.isEnabled()
    assert page.note.toPlainText() == "Hello"


def test_a_problem_stays_until_something_is_changed(page: FaxPage, stage: Stage) -> None:
    _send_note(page, stage, "650 555 0110", 1)
    stage.faxes.problem.emit("The disk is full.")
    stage.faxes.job_changed.emit(job(1, FaxState.QUEUED))
    assert _words(page, "faxProblem") == "The disk is full."
    page.note.setPlainText("x")
    assert _words(page, "faxProblem") == ""


def test_what_is_missing_is_said_once(page: FaxPage, stage: Stage) -> None:
    page.recipients.add_text("650 555 0110")
    page.send()
    said = [part.text() for part in page.bar.findChildren(QLabel) if part.isVisible() and part.text()]
    assert [words for words in said if words.startswith("Add a document")] == [_words(page, "faxProblem")]
    page.note.setPlainText("Hello")
    assert page.bar._title.isVisible()


def test_why_a_fax_waits_is_said_once_and_not_on_the_next_one(page: FaxPage, stage: Stage) -> None:
    _send_note(page, stage, "650 555 0110", 1)
    waiting = replace(job(1, FaxState.WAITING), detail="Waiting until 11:25 (no connection, try 2).")
    stage.faxes.jobs = (waiting,)
    stage.faxes.problem.emit(waiting.detail)
    stage.faxes.job_changed.emit(waiting)
    assert _words(page, "faxProblem") == ""
    stage.faxes.problem.emit("The disk is full.")
    assert _words(page, "faxProblem") == "The disk is full."


@pytest.mark.parametrize(
    ("pages", "size_bytes", "reason"),
    [(300, 1000, "300 pages are too many"), (3, 60_000_000, "60.0 MB is too large")],
)
def test_too_much_is_refused_in_one_sentence(
    page: FaxPage, stage: Stage, pages: int, size_bytes: int, reason: str
) -> None:
    page.recipients.add_text("650 555 0110")
    stage.faxes.checked.emit(checked(document(pages=pages, size_bytes=size_bytes)))
    assert reason in _words(page, "faxProblem")
    assert not page.bar.send.isEnabled()
    page.send()
    assert stage.faxes.drafts == []


def test_note_over_the_limit_is_refused(page: FaxPage) -> None:
    note = page.findChild(QPlainTextEdit, "noteEdit")
    assert note is not None
    note.setPlainText("x" * 1024)
    assert _words(page, "faxProblem") == ""
    note.setPlainText("x" * 1025)
    assert _words(page, "noteCounter") == "1,025 / 1,024"
    assert "1,024" in _words(page, "faxProblem")


def test_nothing_entered_says_what_is_missing(page: FaxPage, stage: Stage) -> None:
    page.send()
    assert _words(page, "faxProblem") == "Add a recipient."
    page.recipients.add_text("650 555 0110")
    page.send()
    assert "Add a document" in _words(page, "faxProblem")
    page.recipients.add_text("555-01")
    page.send()
    assert "red number" in _words(page, "faxProblem")
    assert stage.faxes.drafts == []


def test_every_control_has_a_name(page: FaxPage, stage: Stage) -> None:
    stage.faxes.checked.emit(checked(document()))
    page.recipients.add_text("650 555 0110")
    focusable = [
        w
        for w in page.findChildren(QWidget)
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible() and not w.focusProxy()
    ]
    nameless = [w for w in focusable if not w.accessibleName() and w.objectName() != "qt_scrollarea_viewport"]
    assert [f"{type(w).__name__} {w.objectName()}" for w in nameless] == []


VALLEY = Recipient(number="+16505550110", name="Valley Imaging")


def _draft(**changes: Any) -> FaxDraft:
    made = FaxDraft(
        recipients=(VALLEY,),
        documents=(document(),),
        cover_index=5,
        note="Hello",
        resolution=Resolution.STANDARD,
        send_at=NOW + timedelta(days=1),
        send_by=SendBy.SERVICE,
        keep_trying_until=NOW + timedelta(days=2),
        original_message_id="m1",
    )
    return replace(made, **changes)


def _send_note(page: FaxPage, stage: Stage, number: str, *job_ids: int, note: str = "Hello") -> FaxDraft:
    page.recipients.add_text(number)
    page.note.setPlainText(note)
    page.send()
    stage.faxes.queued.emit(tuple(job(i, FaxState.HELD) for i in job_ids))
    return stage.faxes.drafts[-1]


def test_an_earlier_fax_fills_the_composer_and_goes_out_as_it_was(page: FaxPage, stage: Stage) -> None:
    page.load(_draft())
    assert page.recipients.recipients == (VALLEY,)
    page.send()
    assert stage.faxes.drafts == [_draft(undo_s=10)]


@pytest.mark.parametrize("change", ["note", "cover", "resolution", "file"])
def test_changed_pages_are_no_longer_the_original_ones(page: FaxPage, stage: Stage, change: str) -> None:
    page.load(_draft())
    match change:
        case "note":
            page.note.setPlainText("Other words")
        case "cover":
            page.covers.choose(6)
        case "resolution":
            page.resolution.choose(FaxOptions())
        case _:
            stage.faxes.checked.emit(checked(document("More.pdf")))
    page.send()
    assert stage.faxes.drafts[0].original_message_id == ""


def test_other_recipients_keep_the_original_pages(page: FaxPage, stage: Stage) -> None:
    page.load(_draft())
    page.recipients.add_text("415 555 0160")
    page.send()
    assert stage.faxes.drafts[0].original_message_id == "m1"


def test_pages_known_only_to_the_service_can_be_forwarded(page: FaxPage, stage: Stage) -> None:
    page.load(_draft(recipients=(), documents=(), note="", cover_index=None))
    page.send()
    assert _words(page, "faxProblem") == "Add a recipient."
    page.recipients.add_text("415 555 0160")
    page.send()
    assert stage.faxes.drafts[0].original_message_id == "m1"


@pytest.mark.parametrize("change", ["note", "file"])
def test_pages_known_only_to_the_service_are_never_left_behind(
    page: FaxPage, stage: Stage, change: str
) -> None:
    page.load(_draft(documents=(), note="", cover_index=None))
    if change == "note":
        page.note.setPlainText("For your information")
    else:
        stage.faxes.checked.emit(checked(document("More.pdf")))
    page.send()
    assert stage.faxes.drafts == []
    assert "with RingCentral only" in _words(page, "faxProblem")


def test_undo_takes_the_place_of_send_and_counts_down(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    _send_note(page, stage, "650 555 0110", 1, 2)
    undo = _button(page, "undoButton")
    assert undo.isVisible() and not page.bar.send.isVisible()
    assert undo.text() == "Undo (10)"
    stage.faxes.left_s = 3.2
    qtbot.waitUntil(lambda: undo.text() == "Undo (4)")
    page.recipients.add_text("415 555 0160")
    assert page.bar.send.isVisible() and undo.isVisible()
    stage.faxes.left_s = 0.0
    qtbot.waitUntil(lambda: not undo.isVisible())
    assert not page.sending.can_undo


def test_without_undo_time_there_is_no_undo(page: FaxPage, stage: Stage) -> None:
    stage.preferences.update(undo_s=0)
    page.recipients.add_text("650 555 0110")
    page.note.setPlainText("Hello")
    page.send()
    assert stage.faxes.drafts[0].undo_s == 0
    stage.faxes.queued.emit((job(1, FaxState.QUEUED),))
    assert page.bar.send.isVisible() and not _button(page, "undoButton").isVisible()


def test_an_undone_fax_comes_back_whole(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    sent = _send_note(page, stage, "Valley Imaging <650 555 0110>, 415 555 0160", 1, 2)
    qtbot.mouseClick(_button(page, "undoButton"), Qt.MouseButton.LeftButton)
    assert stage.faxes.steps == [("undo", 1), ("undo", 2)]
    assert not _button(page, "undoButton").isVisible()
    stage.faxes.undone.emit(sent)
    page.load(sent)
    assert page.current_draft() == sent
    assert _words(page, "faxNews") == "Taken back. Nothing was sent."


def test_undo_loses_nothing_of_what_was_begun_since(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    sent = _send_note(page, stage, "Valley Imaging <650 555 0110>", 1)
    page.recipients.add_text("415 555 0160, 555-01")
    page.recipients.line.setText("half typed")
    page.undo()
    stage.faxes.undone.emit(sent)
    assert [r.number for r in page.recipients.recipients] == ["+14155550160"]
    assert _words(page, "faxNews") == "Taken back. Nothing was sent. It is kept in Drafts."
    (taken_back,) = stage.drafts.all
    page.open_draft(taken_back.key)
    assert page.current_draft() == sent
    begun = next(draft for draft in stage.drafts.all if draft.key != taken_back.key)
    page.open_draft(begun.key)
    assert [r.number for r in page.recipients.recipients] == ["+14155550160"]
    assert len(page.recipients.problems) == 1 and page.recipients.line.text() == "half typed"


def test_each_of_two_faxes_can_be_undone_the_newest_first(page: FaxPage, stage: Stage) -> None:
    _send_note(page, stage, "650 555 0110", 1)
    _send_note(page, stage, "415 555 0160", 2)
    page.undo()
    page.undo()
    page.undo()
    assert stage.faxes.steps == [("undo", 2), ("undo", 1)]


def test_a_fax_held_before_a_restart_can_still_be_undone(page: FaxPage, stage: Stage) -> None:
    stage.faxes.have(job(3, FaxState.HELD, batch_id=2), job(4, FaxState.HELD, batch_id=2))
    stage.faxes.have(*stage.faxes.jobs)
    assert _button(page, "undoButton").isVisible()
    page.undo()
    page.undo()
    assert stage.faxes.steps == [("undo", 3), ("undo", 4)]


def test_a_fax_that_has_left_cannot_be_undone(page: FaxPage, stage: Stage) -> None:
    _send_note(page, stage, "650 555 0110", 1)
    stage.faxes.job_changed.emit(job(1, FaxState.QUEUED))
    assert not page.sending.can_undo
    page.undo()
    assert stage.faxes.steps == []


@pytest.mark.parametrize("name", ["recipientField", "noteEdit"])
def test_ctrl_z_undoes_the_send_from_an_empty_field(qtbot: QtBot, stage: Stage, name: str) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    window.show()
    window.show_page("fax")
    _send_note(window.desk_side.fax_page, stage, "650 555 0110", 1)
    field = window.findChild(QWidget, name)
    assert field is not None
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClicks(field, "x")
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stage.faxes.steps == []
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stage.faxes.steps == [("undo", 1)]


def test_cancelling_half_way_says_what_has_gone(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    page.recipients.add_text("\n".join(f"650 555 {i:04}" for i in range(300)))
    page.note.setPlainText("Hello")
    page.send()
    stage.faxes.queued.emit(tuple(job(i, FaxState.QUEUED) for i in range(1, 301)))
    for i in range(1, 89):
        stage.faxes.job_changed.emit(job(i, FaxState.HANDED_OVER))
    qtbot.waitUntil(lambda: _words(page, "faxNews") == "300 faxes: 212 waiting, 88 being sent")
    qtbot.mouseClick(_button(page, "cancelFaxButton"), Qt.MouseButton.LeftButton)
    assert [step for step, _ in stage.faxes.steps] == ["cancel"] * 212
    for i in range(89, 301):
        stage.faxes.job_changed.emit(job(i, FaxState.CANCELLED))
    said = "212 cancelled; 88 had already gone to RingCentral."
    qtbot.waitUntil(lambda: _words(page, "faxNews") == said)
    assert not _button(page, "cancelFaxButton").isVisible()


def test_news_of_other_pages_is_not_shown_here(page: FaxPage, stage: Stage) -> None:
    page.hide()
    stage.faxes.said.emit("Stopped: 2.")
    stage.faxes.problem.emit("This fax cannot be retried.")
    page.show()
    assert _words(page, "faxProblem") == "" and _words(page, "faxNews") == ""
    stage.faxes.said.emit("Stopped: 2.")
    assert _words(page, "faxNews") == "Stopped: 2."


def test_trouble_of_another_fax_while_queueing_leaves_no_copy_behind(page: FaxPage, stage: Stage) -> None:
    page.recipients.add_text("650 555 0110")
    page.note.setPlainText("Hello")
    page.send()
    stage.faxes.problem.emit("RingCentral asks us to wait 41 s. Nothing is lost.")
    stage.faxes.queued.emit((job(1, FaxState.QUEUED),))
    assert page.composed.is_blank
    assert len(stage.faxes.drafts) == 1


def test_what_was_changed_while_the_copy_was_made_stays(page: FaxPage, stage: Stage) -> None:
    page.recipients.add_text("650 555 0110")
    page.note.setPlainText("Hello")
    page.send()
    stage.faxes.checked.emit(checked(document("Late.pdf")))
    stage.faxes.queued.emit((job(1, FaxState.QUEUED),))
    assert [d.name for d in page.attachments.documents] == ["Late.pdf"]
    assert page.bar.send.isEnabled()


def test_pictures(qtbot: QtBot, scheme: str) -> None:
    stage = Stage()
    page = FaxPage(stage.desk)
    qtbot.addWidget(page)
    page.resize(1072, 760)
    page.show()
    shoot(page, f"fax-empty-{scheme}")
    stage.faxes.have(
        job(3, FaxState.SENDING, bytes_sent=58, bytes_total=100), job(2, FaxState.SENT, "Dr. Ortiz")
    )
    page.recipients.add_text("Valley Imaging Center <(650) 555-0110>, 415 555 0160")
    stage.faxes.checked.emit(checked(document(), document("Imaging request.pdf", 1, 96_000)))
    page.covers.choose(5)
    page.note.setPlainText("Referral and films, as discussed by phone.")
    shoot(page, f"fax-{scheme}")
    assert page.bar.send.isEnabled()
