"""The next steps a person may take for a fax, or for several at once.

steps() answers for one row by its state and, for a failure, by its cause: what can help comes first. What a
retry cannot cure offers the cure instead. shared_steps() answers for a selection: what applies to all of it.
Pure; no widgets. GUI thread (tr). Read next: actions.py, which does them.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import partial

from PySide6.QtCore import QCoreApplication

from rcdesk.core.fax.causes import NextStep, api_cause, cause_of
from rcdesk.core.fax.fax import FaxJob, FaxState, WaitReason
from rcdesk.core.fax.folder import FaxRow, Folder, ReceivedFax
from rcdesk.core.fax.retry import Help, help_for

_tr = partial(QCoreApplication.translate, "FaxSteps")


class FaxStep(Enum):
    """What a person can do about a fax; the value is its icon."""

    UNDO = "undo"
    SEND_NOW = "send"
    RESUME = "play"
    RETRY = "retry"
    COMPARE = "files"
    IT_WAS_SENT = "check"
    MARK_SENT = "check-circle"
    MARK_FAILED = "failed"
    SEND_AGAIN = "again"
    EDIT = "compose"
    CHANGE_TIME = "calendar"
    KEEP_TRYING = "clock"
    PAUSE = "pause"
    PROOF = "receipt"
    OPEN = "zoom"
    SAVE = "download"
    PRINT = "print"
    FORWARD = "forward"
    REPLY = "reply"
    CALL = "phone"
    MARK_READ = "mail-open"
    MARK_UNREAD = "mail"
    CANCEL = "x"


FOR_MANY = frozenset(
    {
        FaxStep.UNDO,
        FaxStep.SEND_NOW,
        FaxStep.RESUME,
        FaxStep.RETRY,
        FaxStep.MARK_SENT,
        FaxStep.MARK_FAILED,
        FaxStep.SEND_AGAIN,
        FaxStep.CHANGE_TIME,
        FaxStep.KEEP_TRYING,
        FaxStep.PAUSE,
        FaxStep.MARK_READ,
        FaxStep.MARK_UNREAD,
        FaxStep.CANCEL,
    }
)
"""Steps that make sense for several faxes at once."""

_CURES = {
    NextStep.EDIT: FaxStep.EDIT,
    NextStep.CALL: FaxStep.CALL,
    NextStep.FORWARD: FaxStep.FORWARD,
}
"""What helps for a cause that the same again does not cure."""

FOR_ALL = {
    Folder.QUEUE: (FaxStep.CANCEL,),
    Folder.SENT: (),
    Folder.FAILED: (FaxStep.RETRY,),
    Folder.RECEIVED: (FaxStep.MARK_READ, FaxStep.MARK_UNREAD),
}
"""What can be done with a whole folder at once, however large."""

_OVER_BADLY = frozenset({FaxState.FAILED, FaxState.CANCELLED})
_CALLED_INSTEAD = frozenset({FaxState.FAILED, FaxState.WAITING, FaxState.NEEDS_YOU, FaxState.INTERRUPTED})
_OF_THAT_ONE = (FaxStep.IT_WAS_SENT, FaxStep.SEND_AGAIN)
_SOON = frozenset({WaitReason.SCHEDULED, WaitReason.RETRY, WaitReason.TROUBLE, WaitReason.NO_CONNECTION})


_STEPS = {
    FaxState.PREPARING: (FaxStep.CANCEL,),
    FaxState.HELD: (FaxStep.UNDO, FaxStep.CANCEL),
    FaxState.QUEUED: (FaxStep.PAUSE, FaxStep.CHANGE_TIME, FaxStep.CANCEL),
    FaxState.SENDING: (FaxStep.CANCEL,),
    FaxState.HANDED_OVER: (FaxStep.CANCEL,),
    FaxState.SENT: (FaxStep.PROOF, FaxStep.FORWARD, FaxStep.EDIT, FaxStep.CALL),
    FaxState.INTERRUPTED: (FaxStep.CALL, FaxStep.CANCEL),
    FaxState.NEEDS_YOU: (FaxStep.IT_WAS_SENT, FaxStep.SEND_AGAIN, FaxStep.CALL, FaxStep.CANCEL),
    FaxState.CANCELLED: (FaxStep.SEND_AGAIN, FaxStep.EDIT, FaxStep.CALL),
}


def steps(row: FaxRow) -> tuple[FaxStep, ...]:
    """What a person can do now, the most helpful first."""
    if isinstance(row, ReceivedFax):
        return _received_steps(row)
    match row.state:
        case FaxState.HANDED_OVER if row.is_accepted:
            return (FaxStep.MARK_SENT, FaxStep.MARK_FAILED, FaxStep.CALL)
        case FaxState.SENT if row.is_arrival_unknown:
            marks = (FaxStep.MARK_SENT, FaxStep.MARK_FAILED)
            return (*marks, FaxStep.FORWARD, FaxStep.EDIT, FaxStep.PROOF, FaxStep.CALL)
        case FaxState.SENT if row.is_marked:
            return (FaxStep.FORWARD, FaxStep.EDIT, FaxStep.PROOF, FaxStep.MARK_FAILED, FaxStep.CALL)
        case FaxState.NEEDS_YOU if row.is_late:
            return (FaxStep.SEND_NOW, FaxStep.CHANGE_TIME, FaxStep.CALL, FaxStep.CANCEL)
        case FaxState.NEEDS_YOU if row.maybe_message_id:
            answers = (FaxStep.COMPARE, FaxStep.IT_WAS_SENT, FaxStep.SEND_AGAIN)
            return (*answers, FaxStep.CALL, FaxStep.CANCEL)
        case FaxState.HANDED_OVER if row.is_scheduled:
            return (FaxStep.CHANGE_TIME, FaxStep.CANCEL)
        case FaxState.WAITING:
            return _waiting_steps(row)
        case FaxState.FAILED:
            return _failed_steps(row)
        case _:
            return _STEPS[row.state]


def _waiting_steps(job: FaxJob) -> tuple[FaxStep, ...]:
    if job.wait_reason is WaitReason.PAUSED:
        return (FaxStep.RESUME, FaxStep.CHANGE_TIME, FaxStep.CANCEL)
    first = (FaxStep.SEND_NOW,) if job.wait_reason in _SOON else ()
    if job.wait_reason is WaitReason.SCHEDULED:
        return (*first, FaxStep.CHANGE_TIME, FaxStep.PAUSE, FaxStep.CANCEL)
    call = (FaxStep.CALL,) if job.wait_reason is WaitReason.RETRY else ()
    return (*first, FaxStep.KEEP_TRYING, FaxStep.PAUSE, *call, FaxStep.CANCEL)


def _failed_steps(job: FaxJob) -> tuple[FaxStep, ...]:
    """What fits the cause first; Retry only where the same again may give another result."""
    can_retry = help_for(job.error_code) is not Help.NO
    cause = api_cause(job.error_code) if "-" in job.error_code else cause_of(job.error_code)
    cure = _CURES.get(cause.step)
    rest = [FaxStep.EDIT, FaxStep.CALL, FaxStep.FORWARD, FaxStep.PROOF]
    if can_retry:
        rest = [FaxStep.RETRY, FaxStep.EDIT, FaxStep.KEEP_TRYING, FaxStep.CALL, *rest[2:]]
    elif cause.step is NextStep.ADMIN:
        # Editing does not help; once somebody has allowed it, the same again does.
        rest = [FaxStep.CALL, FaxStep.RETRY, FaxStep.EDIT, FaxStep.FORWARD, FaxStep.PROOF]
    elif cure is None:
        rest.insert(2, FaxStep.RETRY)
    if cure is not None:
        rest.remove(cure)
        rest.insert(0, cure)
    if job.is_marked:
        rest.insert(2, FaxStep.MARK_SENT)
    return tuple(rest)


def _received_steps(fax: ReceivedFax) -> tuple[FaxStep, ...]:
    pages = (FaxStep.OPEN, FaxStep.SAVE, FaxStep.PRINT, FaxStep.FORWARD) if fax.is_here else ()
    answer = (FaxStep.REPLY, FaxStep.CALL) if fax.number else ()
    mark = FaxStep.MARK_UNREAD if fax.is_read else FaxStep.MARK_READ
    return (*pages, *answer, mark)


def shared_steps(rows: Sequence[FaxRow]) -> tuple[FaxStep, ...]:
    """What applies to every one of these rows; for one row the same as steps()."""
    if len(rows) == 1:
        return steps(rows[0])
    if not rows:
        return ()
    if all(isinstance(row, ReceivedFax) for row in rows):
        are_read = {row.is_read for row in rows if isinstance(row, ReceivedFax)}
        marks = ((FaxStep.MARK_READ, False), (FaxStep.MARK_UNREAD, True))
        return tuple(mark for mark, was in marks if was in are_read)
    if all(isinstance(row, FaxJob) and row.state in _OVER_BADLY for row in rows):
        can_retry = all(FaxStep.RETRY in steps(row) for row in rows)
        return (FaxStep.RETRY if can_retry else FaxStep.SEND_AGAIN,)
    shared = set(FOR_MANY)
    for row in rows:
        shared &= set(steps(row))
    if FaxStep.UNDO in shared and len({row.batch_id for row in rows if isinstance(row, FaxJob)}) > 1:
        shared.discard(FaxStep.UNDO)
    return tuple(step for step in FaxStep if step in shared)


def main_step(row: FaxRow) -> FaxStep | None:
    """What Enter does: look at it, or the first help for a failed fax. Nothing that cannot be undone."""
    offered = steps(row)
    for step in (FaxStep.OPEN, FaxStep.PROOF, FaxStep.UNDO):
        if offered[:1] == (step,):
            return step
    is_over = isinstance(row, FaxJob) and row.state is FaxState.FAILED
    return offered[0] if is_over and offered[0] in (FaxStep.RETRY, FaxStep.EDIT) else None


def step_words(step: FaxStep, count: int = 1, row: FaxRow | None = None) -> str:
    """The words on the button of a step, for one fax or for count of them."""
    if step is FaxStep.CANCEL:
        if isinstance(row, FaxJob) and row.state is FaxState.HANDED_OVER:
            return _tr("Take it back")
        return _tr("Cancel this fax") if count == 1 else _tr("Cancel {0} faxes").format(count)
    if step is FaxStep.CALL and not (isinstance(row, FaxJob) and row.state in _CALLED_INSTEAD):
        return _tr("Call them")
    if isinstance(row, FaxJob) and row.maybe_message_id and step in _OF_THAT_ONE:
        return _tr("Yes, it was that one") if step is FaxStep.IT_WAS_SENT else _tr("No, send again")
    if step is FaxStep.EDIT and isinstance(row, FaxJob) and row.state is FaxState.SENT:
        return _tr("Send once more")
    return _words()[step]


def _words() -> dict[FaxStep, str]:
    return {
        FaxStep.UNDO: _tr("Undo"),
        FaxStep.SEND_NOW: _tr("Send now"),
        FaxStep.RESUME: _tr("Resume"),
        FaxStep.RETRY: _tr("Retry"),
        FaxStep.COMPARE: _tr("Compare the pages"),
        FaxStep.IT_WAS_SENT: _tr("It was sent"),
        FaxStep.MARK_SENT: _tr("Mark as sent"),
        FaxStep.MARK_FAILED: _tr("Mark as failed"),
        FaxStep.SEND_AGAIN: _tr("Send again"),
        FaxStep.EDIT: _tr("Edit and resend"),
        FaxStep.CHANGE_TIME: _tr("Change time…"),
        FaxStep.KEEP_TRYING: _tr("Keep trying until…"),
        FaxStep.PAUSE: _tr("Pause"),
        FaxStep.PROOF: _tr("Open proof"),
        FaxStep.OPEN: _tr("Open"),
        FaxStep.SAVE: _tr("Save as…"),
        FaxStep.PRINT: _tr("Print…"),
        FaxStep.FORWARD: _tr("Forward"),
        FaxStep.REPLY: _tr("Reply by fax"),
        FaxStep.CALL: _tr("Call instead"),
        FaxStep.MARK_READ: _tr("Mark as read"),
        FaxStep.MARK_UNREAD: _tr("Mark as unread"),
    }


def step_icon(step: FaxStep) -> str:
    """The name of a step's icon."""
    return "retry" if step is FaxStep.SEND_AGAIN else step.value
