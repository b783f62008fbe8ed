"""The log of all faxes as CSV: one line a fax, newest first, made for clerks and their spreadsheets.

Rows are read from the folders page by page, so that a long history costs no memory. A cell that a spreadsheet
would run as a formula is made plain text. Blocking, archive lane. Read next: store/fax/folders.py.
"""

from __future__ import annotations

import csv
import heapq
import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.fax.causes import fax_cause
from rcdesk.core.fax.fax import FaxJob, FaxState
from rcdesk.core.fax.folder import FaxRow, Folder, FolderQuery, Only, ReceivedFax
from rcdesk.documents.fresh_file import fresh_file, make_folder_of

if TYPE_CHECKING:
    from rcdesk.store.fax.folders import Folders

COLUMNS = (
    *("Time", "Direction", "Name", "Number", "Documents", "Pages here", "Pages by RingCentral"),
    *("Tries", "State", "Cause", "Ended or changed", "Message ID"),
)
PAGE_ROWS = 500
_OVERLAP_ROWS = 50
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"\+?\d{1,20}")


def write_log(
    folders: Folders, clock: Clock, owner_id: str, target: Path, token: CancelToken | None = None
) -> int:
    """Write all faxes of an owner to target as CSV, see write_csv(); makes the folder if need be."""
    make_folder_of(target)
    return write_csv(folders, owner_id, target, now=clock.now(), token=token)


def write_csv(
    folders: Folders,
    owner_id: str,
    target: Path,
    *,
    now: datetime,
    zone: tzinfo | None = None,
    token: CancelToken | None = None,
) -> int:
    """Write every fax of the owner created before now to target; returns how many lines.

    Times are ISO 8601 with their offset from UTC, in zone or this machine's own. UTF-8 with a mark, so that
    Excel reads it. Raises StoreUnavailable when target cannot be written and Cancelled; target is then
    untouched.
    """
    token = token or CancelToken()
    streams = [
        _rows(folders, FolderQuery(folder=folder, owner_id=owner_id, until=now, only=only), token)
        for folder in Folder
        for only in (Only.ALL, Only.ARCHIVED)
    ]
    written = 0
    with fresh_file(target) as unfinished:
        with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(COLUMNS)
            seen: set[int] = set()
            for row in heapq.merge(*streams, key=lambda row: row.created_at, reverse=True):
                if isinstance(row, FaxJob):
                    if row.id in seen:
                        continue
                    seen.add(row.id)
                lines.writerow(map(plain_cell, _cells(row, zone)))
                written += 1
    return written


def plain_cell(text: str) -> str:
    """The text as a spreadsheet shows it: what would start a formula gets an apostrophe in front."""
    text = text.replace("\x00", "")
    if _PLAIN_NUMBER.fullmatch(text):
        return text
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA_STARTS) else text


def _rows(folders: Folders, query: FolderQuery, token: CancelToken) -> Iterator[FaxRow]:
    """The rows of one folder, each once. Pages overlap, for rows may move away while the log is written."""
    offset = 0
    last_ids: frozenset[int] = frozenset()
    while True:
        token.check()
        page = folders.page(query, offset, PAGE_ROWS)
        yield from (row for row in page if row.id not in last_ids)
        if len(page) < PAGE_ROWS:
            return
        last_ids = frozenset(row.id for row in page)
        offset += PAGE_ROWS - _OVERLAP_ROWS


def _cells(row: FaxRow, zone: tzinfo | None) -> tuple[str, ...]:
    if isinstance(row, ReceivedFax):
        return (
            *(_moment(row.created_at, zone), "Incoming", row.name, row.number, ""),
            *("", _count(row.pages), "", "Received", "", "", row.message_id),
        )
    return (
        *(_moment(row.created_at, zone), "Outgoing", row.recipient.name, row.recipient.number),
        *("; ".join(file.name for file in row.files) or "Cover page only", _count(row.pages)),
        *(_count(row.server_pages), str(row.tries), _state(row), _cause(row)),
        *(_moment(row.changed_at, zone), row.message_id),
    )


def _cause(job: FaxJob) -> str:
    if job.state is FaxState.SENT:
        return ""
    if job.state is FaxState.FAILED and job.error_code:
        return fax_cause(job.error_code)
    return job.detail


def _state(job: FaxJob) -> str:
    if job.is_accepted:
        return "Accepted by RingCentral, result by e-mail"
    if job.is_arrival_unknown:
        return "Accepted by RingCentral, arrival not known"
    if job.is_marked:
        return "Sent, as the user said" if job.state is FaxState.SENT else "Failed, as the user said"
    return {
        FaxState.PREPARING: "Getting ready",
        FaxState.HELD: "Can be undone",
        FaxState.QUEUED: "Waiting for its turn",
        FaxState.WAITING: "Waiting",
        FaxState.SENDING: "Sending",
        FaxState.HANDED_OVER: "Handed to RingCentral",
        FaxState.SENT: "Accepted by their machine",
        FaxState.FAILED: "Failed",
        FaxState.INTERRUPTED: "Interrupted, being checked",
        FaxState.NEEDS_YOU: "Needs a decision",
        FaxState.CANCELLED: "Cancelled",
    }[job.state]


def _moment(at: datetime, zone: tzinfo | None) -> str:
    return at.astimezone(zone).isoformat(sep=" ", timespec="seconds")


def _count(pages: int | None) -> str:
    return "" if pages is None else str(pages)
