"""What a fax's state is called: a badge, one plain sentence, the steps a person may take.

Pure functions over FaxJob; no widgets, never a word that promises somebody read it. GUI thread (tr).
Read next: fax_list.py, fax_story.py.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import assert_never

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from rcdesk.core.fax import FaxJob, FaxState
from rcdesk.core.phone_number import pretty


class FaxStep(Enum):
    """What a person can do about a fax."""

    CANCEL = "cancel"
    TRY_AGAIN = "try again"
    IT_WAS_SENT = "it was sent"
    SEND_AGAIN = "send again"


def _tr(text: str) -> str:
    return QCoreApplication.translate("FaxWords", text)


def who(job: FaxJob) -> str:
    """The recipient's name, or the number as people write it."""
    return job.recipient.name or pretty(job.recipient.number)


def clock_time(at: datetime, *, has_seconds: bool = False) -> str:
    """Local time of day, with the date when it is not today."""
    local = QDateTime.fromSecsSinceEpoch(int(at.timestamp()))
    time = local.toString("HH:mm:ss" if has_seconds else "HH:mm")
    if local.date() == QDateTime.currentDateTime().date():
        return time
    return f"{QLocale().toString(local.date(), 'd MMM')} {time}"


def percent(job: FaxJob) -> int | None:
    """How much of the upload has left, None while nothing is known."""
    if job.state is not FaxState.SENDING or job.bytes_total <= 0:
        return None
    return min(100, int(100 * job.bytes_sent / job.bytes_total))


def state_badge(state: FaxState) -> tuple[str, str]:
    """The badge of a state: its words and its colour family (plain, accent, good, wait, bad)."""
    match state:
        case FaxState.PREPARING:
            return _tr("Getting ready"), "plain"
        case FaxState.QUEUED:
            return _tr("Waiting for its turn"), "plain"
        case FaxState.WAITING:
            return _tr("Waiting to try again"), "wait"
        case FaxState.SENDING:
            return _tr("Sending"), "accent"
        case FaxState.HANDED_OVER:
            return _tr("Being sent"), "accent"
        case FaxState.SENT:
            return _tr("Sent"), "good"
        case FaxState.FAILED:
            return _tr("Failed"), "bad"
        case FaxState.INTERRUPTED:
            return _tr("Checking with RingCentral"), "wait"
        case FaxState.NEEDS_YOU:
            return _tr("Needs you"), "wait"
        case FaxState.CANCELLED:
            return _tr("Cancelled"), "plain"
        case _:
            assert_never(state)


def sentence(job: FaxJob) -> str:
    """One plain sentence: what is known and what comes next."""
    match job.state:
        case FaxState.PREPARING:
            return job.detail or _tr("A safe copy is being made.")
        case FaxState.QUEUED:
            return job.detail or _tr("Safe on this computer; it goes out next.")
        case FaxState.WAITING:
            return job.detail or _tr("Nothing was sent yet. rcdesk tries again by itself.")
        case FaxState.SENDING:
            done = percent(job)
            return _tr("Sending to RingCentral…") if done is None else _tr("Sending, {0} %").format(done)
        case FaxState.HANDED_OVER:
            return job.detail or _tr("Handed to RingCentral, which is faxing it now.")
        case FaxState.SENT:
            return job.detail or _tr("Accepted by their machine at {0}.").format(clock_time(job.changed_at))
        case FaxState.FAILED:
            return job.detail or _tr("RingCentral could not send it.")
        case FaxState.INTERRUPTED:
            return job.detail or _tr("No answer came back. It is not sent again until we know.")
        case FaxState.NEEDS_YOU:
            return job.detail or _tr("It may have been sent. Look before sending again.")
        case FaxState.CANCELLED:
            return job.detail or _tr("Cancelled by you. Nothing more happens.")
        case _:
            assert_never(job.state)


def steps(job: FaxJob) -> tuple[FaxStep, ...]:
    """What a person can do now."""
    match job.state:
        case FaxState.PREPARING | FaxState.QUEUED | FaxState.WAITING | FaxState.SENDING:
            return (FaxStep.CANCEL,)
        case FaxState.FAILED:
            return (FaxStep.TRY_AGAIN,)
        case FaxState.CANCELLED:
            return (FaxStep.SEND_AGAIN,)
        case FaxState.NEEDS_YOU:
            return (FaxStep.IT_WAS_SENT, FaxStep.SEND_AGAIN)
        case FaxState.HANDED_OVER | FaxState.SENT | FaxState.INTERRUPTED:
            return ()
        case _:
            assert_never(job.state)


def step_words(step: FaxStep) -> str:
    """The words on the button of a step."""
    match step:
        case FaxStep.CANCEL:
            return _tr("Cancel this fax")
        case FaxStep.TRY_AGAIN:
            return _tr("Try again")
        case FaxStep.IT_WAS_SENT:
            return _tr("It was sent")
        case FaxStep.SEND_AGAIN:
            return _tr("Send again")
        case _:
            assert_never(step)


def is_in_queue(job: FaxJob) -> bool:
    """True for the Queue page: everything that is not over."""
    return not job.state.is_final


def is_failed(job: FaxJob) -> bool:
    """True for the Failed page: failed, and cancelled by the user (to send it again)."""
    return job.state in (FaxState.FAILED, FaxState.CANCELLED)


def is_sent(job: FaxJob) -> bool:
    """True for the Sent page."""
    return job.state is FaxState.SENT
