"""A fax as the command line tells it: an object with documented keys, calm sentences, an exit status.

The program that sends the fax makes the object, the command that was typed prints it or its sentences: so
both say the same with and without a window. A fax is the jobs of one Send, one for each recipient. The
sentences are English, as the command line is. Pure; any thread. Read next: order.py, call_report.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, assert_never

from rcdesk.core.fax.fax import ARRIVAL_UNKNOWN, FaxJob, FaxState, Resolution, WaitReason
from rcdesk.core.orders.order import ExitStatus

MIXED = "mixed"
"""The state of a fax whose recipients are not all in the same one."""

SHOWN = "It needs your answer in the window. Nothing is queued until then."
WORDS_AT_ONCE = 3
"""So many recipients are told one by one; more of them with the same news share a line."""

_GONE = frozenset({FaxState.HANDED_OVER, FaxState.SENT})


def fax_json(jobs: Sequence[FaxJob]) -> dict[str, Any]:
    """The fax with the keys of the README. jobs: at least one, all of one batch."""
    first = jobs[0]
    states = {job.state.value for job in jobs}
    return {
        "id": first.batch_id or first.id,
        "state": first.state.value if len(states) == 1 else MIXED,
        "files": [file.name for file in first.files],
        "pages": first.pages,
        "cover": first.cover_index,
        "cover_name": first.cover_name,
        "resolution": "fine" if first.resolution is Resolution.FINE else "standard",
        "send_at": None if first.send_at is None else first.send_at.isoformat(),
        "recipients": [_recipient_json(job) for job in jobs],
    }


def progress_json(job_ids: Sequence[int], bytes_sent: int, bytes_total: int) -> dict[str, Any]:
    """How much of a request has left."""
    return {"ids": list(job_ids), "bytes_sent": bytes_sent, "bytes_total": bytes_total}


def _recipient_json(job: FaxJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "number": job.recipient.number,
        "name": job.recipient.name,
        "state": job.state.value,
        "detail": job.detail,
        "wait_reason": job.wait_reason.value,
        "error_code": job.error_code,
        "message_id": job.message_id,
        "pages": job.server_pages,
        "tries": job.tries,
        "retry_at": None if job.retry_at is None else job.retry_at.isoformat(),
    }


def is_settled(job: FaxJob, *, is_wait: bool) -> bool:
    """True when a command has nothing more to wait for.

    is_wait: until it is known what became of it, or only an e-mail tells; else until the service has it or
    has refused it.
    """
    if job.state.is_final or job.state is FaxState.NEEDS_YOU:
        return True
    if job.state is FaxState.WAITING and job.wait_reason in (WaitReason.PAUSED, WaitReason.SIGN_IN):
        return True
    return job.is_accepted or (not is_wait and job.state is FaxState.HANDED_OVER)


def exit_status(jobs: Iterable[FaxJob]) -> ExitStatus:
    """How a command about this fax ends as it stands: the worst of its recipients."""
    jobs = tuple(jobs)
    states = {job.state for job in jobs}
    if any(job.is_in_doubt for job in jobs):
        return ExitStatus.UNKNOWN
    if FaxState.FAILED in states:
        return ExitStatus.FAILED
    if FaxState.CANCELLED in states:
        return ExitStatus.CANCELLED
    if any(job.wait_reason is WaitReason.SIGN_IN for job in jobs):
        return ExitStatus.SIGNED_OUT
    return ExitStatus.DONE if states <= _GONE else ExitStatus.KEPT


def sentence(output: Mapping[str, Any]) -> str:
    """What is told of one recipient, without the number, in one line."""
    state, detail = FaxState(output["state"]), str(output["detail"]).rstrip(".")
    match state:
        case FaxState.PREPARING | FaxState.HELD | FaxState.QUEUED:
            return "Queued"
        case FaxState.SENDING:
            return "Sending"
        case FaxState.SENT if output["error_code"] == ARRIVAL_UNKNOWN:
            return detail
        case FaxState.SENT if not output["message_id"]:
            return f"Sent: {detail}" if detail else "Sent"
        case FaxState.SENT:
            pages = output["pages"]
            count = "" if pages is None else f", {pages} page" if pages == 1 else f", {pages} pages"
            return f"Sent: accepted by their machine{count}"
        case (
            FaxState.WAITING
            | FaxState.HANDED_OVER
            | FaxState.FAILED
            | FaxState.INTERRUPTED
            | FaxState.NEEDS_YOU
            | FaxState.CANCELLED
        ):
            return detail or state.value.capitalize()
        case _:
            assert_never(state)


def news(before: Mapping[str, Any] | None, output: Mapping[str, Any]) -> list[str]:
    """The lines that say what is new about a fax: one a recipient, or one for many with the same news.

    That it is being sent is left to whoever shows how much of it has left.
    """
    old = {one["id"]: sentence(one) for one in before["recipients"]} if before is not None else {}
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for one in output["recipients"]:
        words = sentence(one)
        if old.get(one["id"]) != words and one["state"] != FaxState.SENDING.value:
            groups.setdefault(words, []).append(one)
    lines: list[str] = []
    for words, people in groups.items():
        if len(people) > WORDS_AT_ONCE:
            lines.append(f"{len(people)} recipients: {words}")
        else:
            lines += [f"{one['name']} {one['number']}: {words}".lstrip() for one in people]
    return lines
