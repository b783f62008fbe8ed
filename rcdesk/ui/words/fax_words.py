"""What a fax is called in the folders: a badge, one plain sentence, who, when.

Pure functions over the rows of a folder (sent and received faxes); no widgets, never a word that promises
somebody read it. GUI thread (tr). Read next: fax_steps.py, fax_list.py, fax_story.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import assert_never

from PySide6.QtCore import QCoreApplication

from rcdesk.core.fax.fax import FaxJob, FaxState, SendBy, WaitReason
from rcdesk.core.fax.folder import FaxRow, Folder, ReceivedFax
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.ui.kit.moments import clock_time, coming

_tr = partial(QCoreApplication.translate, "FaxWords")

LONGEST_UNDO_S = 60


def number_of(row: FaxRow) -> str:
    """The other side's number in E.164, "" when it is hidden."""
    return row.recipient.number if isinstance(row, FaxJob) else row.number


def who(row: FaxRow) -> str:
    """The other side's name, or the number as people write it."""
    name = row.recipient.name if isinstance(row, FaxJob) else row.name
    number = number_of(row)
    return name or (pretty(number) if number else _tr("Unknown number"))


def percent(job: FaxJob) -> int | None:
    """How much of the upload has left, None while nothing is known."""
    if job.state is not FaxState.SENDING or job.bytes_total <= 0:
        return None
    return min(100, int(100 * job.bytes_sent / job.bytes_total))


def undo_left_s(job: FaxJob) -> int:
    """Seconds a held fax can still be taken back, as its record says."""
    if job.state is not FaxState.HELD or job.retry_at is None:
        return 0
    left_s = (job.retry_at - datetime.now(UTC)).total_seconds()
    return int(min(max(0.0, left_s), LONGEST_UNDO_S) + 0.999)


def pages_words(count: int | None) -> str:
    """1 page, 3 pages, or nothing when they were not counted."""
    if not count:
        return ""
    return _tr("1 page") if count == 1 else _tr("{0} pages").format(count)


def joined(*parts: str) -> str:
    """The parts that say something, with dots between; a line breaks only at the dots."""
    return " · ".join(part.replace(" ", "\u00a0") for part in parts if part)


def state_badge(state: FaxState) -> tuple[str, str]:
    """The badge of a bare state: its words and its colour family (plain, accent, good, wait, bad)."""
    return {
        FaxState.PREPARING: (_tr("Getting ready"), "plain"),
        FaxState.HELD: (_tr("Can be undone"), "accent"),
        FaxState.QUEUED: (_tr("Waiting for its turn"), "plain"),
        FaxState.WAITING: (_tr("Waiting"), "wait"),
        FaxState.SENDING: (_tr("Sending"), "accent"),
        FaxState.HANDED_OVER: (_tr("Being sent"), "accent"),
        FaxState.SENT: (_tr("Sent"), "good"),
        FaxState.FAILED: (_tr("Failed"), "bad"),
        FaxState.INTERRUPTED: (_tr("Checking with RingCentral"), "wait"),
        FaxState.NEEDS_YOU: (_tr("Needs you"), "wait"),
        FaxState.CANCELLED: (_tr("Cancelled"), "plain"),
    }[state]


def kind_words(row: FaxRow) -> str:
    """What kind of row it is, to count those alike."""
    if isinstance(row, ReceivedFax):
        return _received_badge(row)[0]
    is_accepted_only = row.is_accepted or row.is_arrival_unknown
    return _tr("Accepted") if is_accepted_only else state_badge(row.state)[0]


def badge_of(row: FaxRow) -> tuple[str, str]:
    """The badge of a row; ("", "") for none."""
    if isinstance(row, ReceivedFax):
        return _received_badge(row)
    if row.state is FaxState.HELD:
        return _tr("Ready in {0} s").format(undo_left_s(row)), "accent"
    if row.is_scheduled and row.send_at is not None and not _is_past(row):
        return coming(row.send_at), "plain"
    if row.is_accepted:
        return _tr("Accepted"), "accent"
    if row.is_arrival_unknown:
        return _tr("Accepted"), "plain"
    if row.state is FaxState.WAITING:
        return _waiting_badge(row)
    return state_badge(row.state)


def _is_past(job: FaxJob) -> bool:
    """True for one whose time has come, though nobody tells whether it went out."""
    return job.is_accepted and job.send_at is not None and job.send_at <= datetime.now(UTC)


def _received_badge(fax: ReceivedFax) -> tuple[str, str]:
    if not fax.is_here:
        return (_tr("Gone"), "wait") if fax.is_gone else (_tr("Fetching"), "plain")
    return ("", "") if fax.is_read else (_tr("New"), "accent")


def _waiting_badge(job: FaxJob) -> tuple[str, str]:
    at = clock_time(job.retry_at) if job.retry_at is not None else ""
    return {
        WaitReason.SCHEDULED: (
            (coming(job.retry_at) if job.retry_at is not None else _tr("Scheduled")),
            "plain",
        ),
        WaitReason.RATE_LIMIT: ((_tr("Waiting until {0}").format(at) if at else _tr("Waiting")), "wait"),
        WaitReason.RETRY: (
            (_tr("Trying again at {0}").format(at) if at else _tr("Waiting to try again")),
            "wait",
        ),
        WaitReason.TROUBLE: (
            (_tr("Trying again at {0}").format(at) if at else _tr("Waiting to try again")),
            "wait",
        ),
        WaitReason.NO_CONNECTION: (_tr("No connection"), "wait"),
        WaitReason.SIGN_IN: (_tr("Sign in first"), "wait"),
        WaitReason.SAME_NUMBER: (_tr("Waiting for its turn"), "plain"),
        WaitReason.PAUSED: (_tr("Paused"), "plain"),
        WaitReason.NONE: state_badge(FaxState.WAITING),
        WaitReason.LATE: state_badge(FaxState.WAITING),
    }[job.wait_reason]


def sentence(row: FaxRow) -> str:
    """One plain sentence: what is known and what comes next."""
    if isinstance(row, ReceivedFax):
        return _received_sentence(row)
    words = _job_sentence(row)
    if row.state is FaxState.WAITING and row.keep_trying_until is not None:
        return _tr("{0} · until {1}").format(words.rstrip("."), clock_time(row.keep_trying_until))
    return words


def _received_sentence(fax: ReceivedFax) -> str:
    if fax.is_gone and not fax.is_here:
        return _tr("It was deleted at RingCentral before it could be fetched.")
    if not fax.is_here:
        return _tr("On its way to this computer.")
    if fax.is_gone:
        return _tr("Deleted at RingCentral; your copy stays here.")
    return _tr("Safe in the archive of this computer.")


def _job_sentence(job: FaxJob) -> str:
    done = percent(job)
    sending = _tr("Sending to RingCentral…") if done is None else _tr("Sending, {0} %").format(done)
    taken = _tr("Accepted by their machine at {0}.")
    unsure = _tr("No answer came back, so it may have arrived. It is not sent again before we know.")
    is_told = bool(job.detail) and not job.detail.startswith("Interrupted")
    return {
        FaxState.PREPARING: job.detail or _tr("A safe copy is being made."),
        FaxState.HELD: _tr("Nothing has left yet: it can be taken back."),
        FaxState.QUEUED: job.detail or _tr("Safe on this computer; it goes out next."),
        FaxState.WAITING: _waiting_sentence(job),
        FaxState.SENDING: sending,
        FaxState.HANDED_OVER: _handed_sentence(job),
        FaxState.SENT: job.detail or taken.format(clock_time(job.changed_at)),
        FaxState.FAILED: _without_failed(job.detail) or _tr("RingCentral could not send it."),
        FaxState.INTERRUPTED: job.detail if is_told else unsure,
        FaxState.NEEDS_YOU: job.detail or _tr("It may have been sent. Look before sending again."),
        FaxState.CANCELLED: job.detail or _tr("Cancelled by you. Nothing more happens."),
    }[job.state]


def _handed_sentence(job: FaxJob) -> str:
    """Nothing more is heard here of one that is only accepted: the user learns it elsewhere, and says so."""
    if not job.is_accepted:
        if job.is_scheduled:
            return _tr("Scheduled at RingCentral · goes out even when this computer is off")
        return job.detail or _tr("Handed to RingCentral, which is faxing it now.")
    if job.is_scheduled and not _is_past(job):
        return _tr("Scheduled at RingCentral · the result comes by e-mail")
    return _tr("Accepted; the result comes by e-mail. Then mark it as sent or as failed.")


def _without_failed(detail: str) -> str:
    """The cause alone: that it failed stands in the badge beside it."""
    words = detail.removeprefix("Failed: ")
    return words[:1].upper() + words[1:]


def _waiting_sentence(job: FaxJob) -> str:
    return {
        WaitReason.SCHEDULED: _tr("Scheduled · can be changed until it is handed over"),
        WaitReason.SAME_NUMBER: job.detail or _tr("Another fax to this number is going out"),
        WaitReason.PAUSED: job.detail or _tr("Paused by you. It stays here until you resume it."),
        WaitReason.NO_CONNECTION: job.detail or _tr("Safe here; it goes out when the connection is back."),
        WaitReason.SIGN_IN: job.detail or _tr("Safe here; it goes out when you have signed in again."),
        WaitReason.RATE_LIMIT: job.detail or _tr("RingCentral asks us to wait. Nothing is lost."),
        WaitReason.RETRY: job.detail or _tr("Nothing was sent yet. rcdesk tries again by itself."),
        WaitReason.TROUBLE: job.detail or _tr("Nothing was sent yet. rcdesk tries again by itself."),
        WaitReason.NONE: job.detail or _tr("Nothing was sent yet. rcdesk tries again by itself."),
        WaitReason.LATE: job.detail or _tr("Nothing was sent yet. rcdesk tries again by itself."),
    }[job.wait_reason]


def second_line(row: FaxRow) -> str:
    """Number · title; the number only when a name stands above it."""
    if isinstance(row, ReceivedFax):
        number = pretty(row.number) if row.name and row.number else ""
        to = _tr("to {0}").format(pretty(row.to_number)) if row.to_number else ""
        return " · ".join(filter(None, [number, pages_words(row.pages), to]))
    number = pretty(row.recipient.number) if row.recipient.name else ""
    return " · ".join(filter(None, [number, row.title]))


def row_time(row: FaxRow) -> str:
    """When it came or ended; "" for what is still going out, whose badge says when."""
    if isinstance(row, ReceivedFax):
        return clock_time(row.created_at)
    return clock_time(row.changed_at) if row.state.is_final else ""


def is_new(row: FaxRow) -> bool:
    """True for what the user has not looked at: unread, or failed and not seen."""
    if isinstance(row, ReceivedFax):
        return not row.is_read
    return not row.is_seen and row.state in (FaxState.FAILED, FaxState.NEEDS_YOU)


def spoken(row: FaxRow) -> str:
    """The whole row for screen readers."""
    start = _tr("New. ") if is_new(row) else ""
    badge = badge_of(row)[0]
    about = second_line(row)
    return f"{start}{who(row)}, {about}: {badge + '. ' if badge else ''}{sentence(row)}"


def folder_of(row: FaxRow) -> Folder:
    if isinstance(row, ReceivedFax):
        return Folder.RECEIVED
    return next(folder for folder in Folder if row.state in folder.states)


def kept_by_words(send_by: SendBy) -> str:
    """Who keeps a scheduled fax until its time."""
    match send_by:
        case SendBy.DESK:
            return _tr("Kept on this computer, which must be on then")
        case SendBy.SERVICE:
            return _tr("Kept by RingCentral; this computer may be off")
        case _:
            assert_never(send_by)
