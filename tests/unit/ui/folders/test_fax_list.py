"""Words, steps and rows of faxes: every state has its badge, sentence and the steps that can help."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtTest import QSignalSpy

from rcdesk.core.fax.fax import ARRIVAL_UNKNOWN, YOU_SAID_FAILED, FaxState, SendBy, WaitReason
from rcdesk.core.fax.folder import Folder
from rcdesk.core.fax.retry import HELPS
from rcdesk.ui.folders.fax_list import FaxListView
from rcdesk.ui.folders.fax_steps import FaxStep, main_step, shared_steps, step_words, steps
from rcdesk.ui.words.fax_words import (
    badge_of,
    folder_of,
    is_new,
    kind_words,
    second_line,
    sentence,
    spoken,
    state_badge,
)
from tests.patient_bot import QtBot
from tests.unit.ui.folder_stage import received_fax
from tests.unit.ui.stage import NOW, job

_HOUR = timedelta(hours=1)


@pytest.mark.parametrize("state", list(FaxState))
def test_every_state_has_words_and_none_promises_delivery(state: FaxState) -> None:
    made = job(1, state)
    words = f"{state_badge(state)[0]} {badge_of(made)[0]} {sentence(made)} {spoken(made)}"
    assert "delivered" not in words.lower()
    assert sentence(made)
    assert badge_of(made)[0]
    assert steps(made) or state is FaxState.PREPARING


@pytest.mark.parametrize("reason", list(WaitReason))
def test_every_reason_to_wait_says_what_comes_next(reason: WaitReason) -> None:
    made = job(1, FaxState.WAITING, wait_reason=reason, retry_at=NOW + _HOUR)
    assert badge_of(made)[0]
    assert sentence(made)
    assert FaxStep.CANCEL in steps(made)


def test_badges_name_times() -> None:
    held = job(1, FaxState.HELD, retry_at=NOW + timedelta(days=1))
    assert badge_of(held)[0] == "Ready in 60 s"
    again = job(1, FaxState.WAITING, wait_reason=WaitReason.RETRY, retry_at=NOW + _HOUR)
    assert badge_of(again)[0].startswith("Trying again at ")
    tomorrow = NOW + timedelta(days=1)
    for made in (
        job(1, FaxState.WAITING, wait_reason=WaitReason.SCHEDULED, send_at=tomorrow, retry_at=tomorrow),
        job(1, FaxState.HANDED_OVER, send_at=tomorrow, send_by=SendBy.SERVICE),
    ):
        assert badge_of(made)[0] == f"Tomorrow {tomorrow.astimezone():%H:%M}"


def test_a_deadline_is_part_of_the_sentence() -> None:
    until = NOW + _HOUR
    made = job(1, FaxState.WAITING, wait_reason=WaitReason.RETRY, detail="Busy.", keep_trying_until=until)
    assert sentence(made).startswith("Busy · until ")


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("LineBusy", FaxStep.RETRY),
        ("", FaxStep.RETRY),
        ("CallDeclined", FaxStep.CALL),
        ("NoFaxMachine", FaxStep.CALL),
        ("InvalidNumber", FaxStep.EDIT),
        ("RenderingFailed", FaxStep.EDIT),
        ("ThePhoneIsBlacklisted", FaxStep.FORWARD),
        ("NoFaxSendPermission", FaxStep.CALL),
    ],
)
def test_what_fits_the_cause_comes_first(code: str, first: FaxStep) -> None:
    assert steps(job(1, FaxState.FAILED, error_code=code))[0] is first


def test_retry_is_offered_whenever_it_can_help() -> None:
    for code in HELPS:
        assert FaxStep.RETRY in steps(job(1, FaxState.FAILED, error_code=code))
    assert FaxStep.RETRY not in steps(job(1, FaxState.FAILED, error_code="WrongNumber"))


def test_several_get_what_applies_to_all() -> None:
    waiting = job(1, FaxState.WAITING, wait_reason=WaitReason.RETRY)
    assert set(shared_steps([waiting, job(2, FaxState.QUEUED)])) == {FaxStep.PAUSE, FaxStep.CANCEL}
    assert shared_steps([waiting, job(2, FaxState.SENDING)]) == (FaxStep.CANCEL,)
    failed, wrong = job(3, FaxState.FAILED), job(4, FaxState.FAILED, error_code="WrongNumber")
    assert shared_steps([failed, job(5, FaxState.FAILED)]) == (FaxStep.RETRY,)
    assert shared_steps([failed, wrong, job(6, FaxState.CANCELLED)]) == (FaxStep.SEND_AGAIN,)
    assert shared_steps([job(7, FaxState.SENT), job(8, FaxState.SENT)]) == ()
    assert shared_steps([received_fax(1), received_fax(2, is_read=True)]) == (
        FaxStep.MARK_READ,
        FaxStep.MARK_UNREAD,
    )
    one, other = (job(n, FaxState.HELD, batch_id=n) for n in (1, 2))
    assert FaxStep.UNDO not in shared_steps([one, other])
    assert FaxStep.UNDO in shared_steps([one, job(3, FaxState.HELD, batch_id=1)])


def test_enter_never_does_what_cannot_be_undone() -> None:
    assert main_step(job(1, FaxState.QUEUED)) is None
    assert main_step(job(1, FaxState.NEEDS_YOU)) is None
    assert main_step(job(1, FaxState.CANCELLED)) is None
    assert main_step(job(1, FaxState.SENT)) is FaxStep.PROOF
    assert main_step(job(1, FaxState.FAILED)) is FaxStep.RETRY
    assert main_step(received_fax(1)) is FaxStep.OPEN


def test_every_step_has_words_of_its_own() -> None:
    words = [step_words(step) for step in FaxStep]
    assert len(set(words)) == len(words)
    assert step_words(FaxStep.CANCEL, 12) == "Cancel 12 faxes"
    assert step_words(FaxStep.CANCEL, 1, job(1, FaxState.HANDED_OVER)) == "Take it back"


def test_received_rows() -> None:
    unread, read = received_fax(1), received_fax(1, is_read=True)
    assert is_new(unread) and not is_new(read)
    assert badge_of(read) == ("", "")
    assert badge_of(received_fax(1, digest=""))[0] == "Fetching"
    assert "2 pages" in second_line(unread)
    assert spoken(unread).startswith("New. Pine Street Pharmacy")
    hidden = received_fax(1, name="", number="")
    assert FaxStep.CALL not in steps(hidden) and FaxStep.REPLY not in steps(hidden)
    assert FaxStep.OPEN not in steps(received_fax(1, digest=""))


def test_every_row_lies_in_one_folder() -> None:
    assert {folder_of(job(1, state)) for state in FaxState} == {Folder.QUEUE, Folder.SENT, Folder.FAILED}
    assert folder_of(received_fax(1)) is Folder.RECEIVED


def test_keys_of_the_list(qtbot: QtBot) -> None:
    view = FaxListView("Faxes")
    qtbot.addWidget(view)
    model = QStringListModel(["one", "two"], view)
    view.setModel(model)
    opened, removed, left = (QSignalSpy(s) for s in (view.opened, view.removed, view.left))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.count() == 0, "nothing is current yet"
    view.setCurrentIndex(model.index(1))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_Escape):
        qtbot.keyClick(view, key)
    assert [opened.count(), removed.count(), left.count()] == [1, 1, 1]


@pytest.mark.parametrize(
    ("are_read", "offered"),
    [
        ((True, True), (FaxStep.MARK_UNREAD,)),
        ((False, False), (FaxStep.MARK_READ,)),
        ((True, False), (FaxStep.MARK_READ, FaxStep.MARK_UNREAD)),
    ],
)
def test_several_received_faxes_offer_the_marks_that_change_something(
    are_read: tuple[bool, ...], offered: tuple[FaxStep, ...]
) -> None:
    rows = [received_fax(number, is_read=is_read) for number, is_read in enumerate(are_read, 1)]
    assert shared_steps(rows) == offered


def test_an_interrupted_fax_says_more_than_its_badge() -> None:
    made = job(1, FaxState.INTERRUPTED, detail="Interrupted: checking with RingCentral")
    assert badge_of(made)[0] not in sentence(made)
    assert "not sent again before we know" in sentence(made)
    assert sentence(job(1, FaxState.INTERRUPTED, detail="Looked twice.")) == "Looked twice."


def test_the_result_that_comes_by_e_mail_is_for_the_user_to_say() -> None:
    accepted = job(1, FaxState.HANDED_OVER, message_id="")
    assert badge_of(accepted) == ("Accepted", "accent")
    assert sentence(accepted).startswith("Accepted; the result comes by e-mail")
    assert steps(accepted)[:2] == (FaxStep.MARK_SENT, FaxStep.MARK_FAILED)
    assert not {FaxStep.CANCEL, FaxStep.CHANGE_TIME, FaxStep.PROOF} & set(steps(accepted))
    assert shared_steps((accepted, replace(accepted, id=2))) == (FaxStep.MARK_SENT, FaxStep.MARK_FAILED)
    assert main_step(accepted) is None
    sent = replace(accepted, state=FaxState.SENT)
    failed = replace(accepted, state=FaxState.FAILED, error_code=YOU_SAID_FAILED)
    assert FaxStep.MARK_FAILED in steps(sent) and FaxStep.MARK_SENT in steps(failed)
    assert steps(failed)[0] is FaxStep.RETRY
    unknown = replace(sent, error_code=ARRIVAL_UNKNOWN, detail="Accepted by RingCentral; who knows")
    assert badge_of(unknown) == ("Accepted", "plain") and kind_words(unknown) == "Accepted"
    assert sentence(unknown) == unknown.detail and FaxStep.MARK_FAILED in steps(unknown)
    assert FaxStep.MARK_SENT in steps(unknown), "the e-mail may say so later"
    reported = (job(3, FaxState.SENT), job(4, FaxState.FAILED, error_code="NoAnswer"))
    assert not {FaxStep.MARK_FAILED, FaxStep.MARK_SENT} & {step for row in reported for step in steps(row)}


def test_an_accepted_fax_with_a_time_says_when_until_then() -> None:
    later = datetime.now(UTC) + timedelta(hours=30)
    kept = job(1, FaxState.HANDED_OVER, message_id="", send_by=SendBy.SERVICE, send_at=later)
    assert badge_of(kept)[0] not in ("Accepted", "Being sent")
    assert sentence(kept) == "Scheduled at RingCentral · the result comes by e-mail"
    past = replace(kept, send_at=datetime.now(UTC) - timedelta(minutes=1))
    assert badge_of(past)[0] == "Accepted"
    assert FaxStep.CHANGE_TIME not in steps(kept)
