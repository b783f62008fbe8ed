"""The fax's state machine and the small rules beside it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled
from rcdesk.core.fax.fax import (
    ALLOWED,
    ARRIVAL_UNKNOWN,
    CANCELLABLE,
    YOU_SAID_FAILED,
    FaxJob,
    FaxReport,
    FaxState,
    Recipient,
    Resolution,
    SendBy,
    SpooledFile,
    WaitReason,
    can_move,
    state_for,
)


def test_every_state_has_its_row_and_can_be_reached() -> None:
    assert set(ALLOWED) == set(FaxState)
    reached = {FaxState.PREPARING}
    while grown := {new for old in reached for new in ALLOWED[old]} - reached:
        reached |= grown
    assert reached == set(FaxState)


def test_nothing_is_sent_again_without_being_queued_first() -> None:
    before_sending = {old for old in FaxState if can_move(old, FaxState.SENDING)}
    assert before_sending == {FaxState.QUEUED, FaxState.WAITING}
    for other in set(FaxState) - before_sending:
        assert not can_move(other, FaxState.SENDING)
    assert not can_move(FaxState.SENT, FaxState.QUEUED)


def test_what_is_accepted_is_never_sent_again_by_itself() -> None:
    assert ALLOWED[FaxState.SENT] == {FaxState.FAILED, FaxState.SENT}


def test_a_fax_without_an_id_is_accepted_and_its_end_is_the_users_word() -> None:
    accepted = replace(job(), state=FaxState.HANDED_OVER)
    assert accepted.is_accepted and not accepted.is_marked
    assert not replace(accepted, message_id="m1").is_accepted
    assert replace(accepted, state=FaxState.SENT).is_marked
    unknown = replace(accepted, state=FaxState.SENT, error_code=ARRIVAL_UNKNOWN)
    assert unknown.is_arrival_unknown and unknown.is_marked and unknown.leaves_queue_at is None
    assert not accepted.is_arrival_unknown and accepted.leaves_queue_at is not None
    assert not replace(accepted, state=FaxState.SENT, message_id="m1").is_marked
    assert replace(accepted, state=FaxState.FAILED, error_code=YOU_SAID_FAILED).is_marked
    assert not replace(accepted, state=FaxState.FAILED, error_code="NoAnswer").is_marked


def test_only_the_user_or_the_service_ends_a_doubt() -> None:
    assert ALLOWED[FaxState.NEEDS_YOU] == {
        FaxState.SENT,
        FaxState.QUEUED,
        FaxState.CANCELLED,
        FaxState.HANDED_OVER,
        FaxState.NEEDS_YOU,
        FaxState.WAITING,
    }
    assert FaxState.SENT not in ALLOWED[FaxState.INTERRUPTED]
    assert FaxState.SENT not in ALLOWED[FaxState.SENDING]


def test_everything_that_has_not_ended_can_be_cancelled() -> None:
    open_states = {state for state in FaxState if not state.is_final}
    assert {s for s in open_states if can_move(s, FaxState.CANCELLED)} == open_states
    assert open_states - CANCELLABLE == {FaxState.SENDING, FaxState.HANDED_OVER}


def test_the_held_have_their_undo_time_before_anything_else() -> None:
    assert {old for old in FaxState if can_move(old, FaxState.HELD)} == {FaxState.PREPARING}
    assert not can_move(FaxState.HELD, FaxState.SENDING)


FILE = SpooledFile(digest="a" * 64, name="a.pdf", media_type="application/pdf", size_bytes=7, pages=2)
MORE = replace(FILE, digest="b" * 64, name="b.doc", pages=None)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def job(*files: SpooledFile, state: FaxState = FaxState.QUEUED) -> FaxJob:
    """A job with these files."""
    return FaxJob(
        id=1,
        owner_id="me",
        recipient=Recipient(number="+16505550142"),
        files=files,
        cover_index=0,
        cover_name="None",
        note="Hi",
        resolution=Resolution.FINE,
        state=state,
        created_at=NOW,
        changed_at=NOW,
    )


def test_pages_and_title() -> None:
    assert (job(FILE, FILE).pages, job(FILE, FILE).title) == (4, "a.pdf + 1")
    assert (job(FILE, MORE).pages, job(MORE).title) == (None, "b.doc")
    assert (job().pages, job().title) == (0, "Cover page only")


def test_scheduled_here_or_there() -> None:
    waiting = replace(job(state=FaxState.WAITING), send_at=NOW, wait_reason=WaitReason.SCHEDULED)
    assert waiting.is_scheduled
    assert not replace(waiting, wait_reason=WaitReason.RETRY).is_scheduled
    there = replace(job(state=FaxState.HANDED_OVER), send_at=NOW, send_by=SendBy.SERVICE)
    assert there.is_scheduled
    assert not replace(there, send_by=SendBy.DESK).is_scheduled
    assert not replace(there, state=FaxState.SENT).is_scheduled


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Queued", None),
        ("Sent", FaxState.SENT),
        ("Delivered", FaxState.SENT),
        ("SendingFailed", FaxState.FAILED),
        ("DeliveryFailed", FaxState.FAILED),
        ("Received", None),
        ("Zebra", None),
        ("", None),
    ],
)
def test_the_services_words(word: str, state: FaxState | None) -> None:
    assert state_for(FaxReport(message_id="1", status=word)) is state


def test_a_token_stops_work_and_waiting() -> None:
    token = CancelToken()
    token.check()
    token.sleep(0)
    token.cancel()
    token.cancel()
    assert token.is_cancelled
    with pytest.raises(Cancelled):
        token.check()
    with pytest.raises(Cancelled):
        token.sleep(60)
