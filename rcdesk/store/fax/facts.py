"""What the archive knows about recipients before a fax goes: for the checks before it.

Four queries for any number of recipients, and one more for those it has never heard of: all their
neighbours, one digit off, are looked up by index. Functions over an open connection of outbox.py; any thread.
Read next: core/fax/send_checks.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rcdesk.core.fax.fax import ARRIVAL_UNKNOWN, FaxState, Recipient
from rcdesk.core.fax.folder import FolderCounts
from rcdesk.core.fax.send_checks import RecipientFacts, digits_differ
from rcdesk.core.numbers.labels import is_voice_label
from rcdesk.core.numbers.phone_number import is_given_out
from rcdesk.store.rows import IN_LIST, from_text, json_list, to_text, value_of

SAME_PAGES_WITHIN = timedelta(hours=24)
FAILED_WITHIN = timedelta(days=7)


def facts(
    connection: sqlite3.Connection, owner_id: str, numbers: Sequence[str], pages_key: str, now: datetime
) -> tuple[RecipientFacts, ...]:
    """One for each number, in their order. sqlite3 errors leave as they are."""
    wanted = json_list(dict.fromkeys(numbers))
    names = _known_names(connection, owner_id, wanted)
    voices = _voice_labels(connection, owner_id, wanted)
    good = _latest(connection, owner_id, wanted, FaxState.SENT)
    bad = _latest(connection, owner_id, wanted, FaxState.FAILED)
    twice = {
        row["number"]: from_text(row["at"])
        for row in connection.execute(
            f"""SELECT number, max(created_at) AS at FROM fax
                WHERE owner_id = ? AND number {IN_LIST} AND pages_key = ? AND pages_key <> ''
                AND state NOT IN ('failed', 'cancelled') AND created_at > ? GROUP BY number""",
            (owner_id, wanted, pages_key, to_text(now - SAME_PAGES_WITHIN)),
        )
    }
    near = _neighbours(connection, owner_id, [n for n in dict.fromkeys(numbers) if n not in names])
    found: list[RecipientFacts] = []
    for number in numbers:
        good_at = good[number][0] if number in good else None
        failed_at, why = bad.get(number, (None, ""))
        if failed_at is not None and (
            failed_at < now - FAILED_WITHIN or (good_at is not None and good_at > failed_at)
        ):
            failed_at, why = None, ""
        found.append(
            RecipientFacts(
                recipient=Recipient(number=number, name=names.get(number, "")),
                is_known=number in names,
                last_good_at=good_at,
                duplicate_at=twice.get(number),
                near=near.get(number),
                voice_label=voices.get(number, ""),
                may_not_exist=not is_given_out(number),
                failed_at=failed_at,
                failed_why=why,
            )
        )
    return tuple(found)


def counts(connection: sqlite3.Connection, owner_id: str) -> FolderCounts:
    """How many faxes the side bar counts."""
    row = connection.execute(
        """SELECT
            (SELECT count(*) FROM fax WHERE owner_id = :owner_id AND folder = 'queue') AS queue,
            (SELECT count(*) FROM fax WHERE owner_id = :owner_id AND folder = 'queue'
                AND state = 'needs you') AS needs_you,
            (SELECT count(*) FROM fax WHERE owner_id = :owner_id AND folder = 'failed' AND is_seen = 0
                AND state = 'failed') AS failed_unseen,
            (SELECT count(*) FROM received_fax WHERE owner_id = :owner_id AND folder = 'received'
                AND is_read = 0) AS received_unread""",
        {"owner_id": owner_id},
    ).fetchone()
    return value_of(FolderCounts, row)


def _known_names(connection: sqlite3.Connection, owner_id: str, numbers: str) -> dict[str, str]:
    """Those of the numbers (a JSON list) a fax arrived at or a person has, with the name if there is one."""
    rows = connection.execute(
        f"""SELECT number, max(name) AS name FROM fax
            WHERE owner_id = ? AND number {IN_LIST} AND state = 'sent' AND error_code <> ? GROUP BY number
            UNION ALL
            SELECT number, max(name) FROM person
            WHERE owner_id = ? AND number {IN_LIST} AND source <> 'recent' GROUP BY number""",
        (owner_id, numbers, ARRIVAL_UNKNOWN, owner_id, numbers),
    )
    return {row["number"]: row["name"] for row in rows}


def _voice_labels(connection: sqlite3.Connection, owner_id: str, numbers: str) -> dict[str, str]:
    """Those of the numbers (a JSON list) that are somebody's telephone and nobody's fax, with its word."""
    rows = connection.execute(
        f"""SELECT number, label, is_fax FROM person
            WHERE owner_id = ? AND number {IN_LIST} AND source <> 'recent'""",
        (owner_id, numbers),
    ).fetchall()
    faxes = {row["number"] for row in rows if row["is_fax"]}
    return {
        row["number"]: row["label"]
        for row in rows
        if row["number"] not in faxes and is_voice_label(row["label"])
    }


def _latest(
    connection: sqlite3.Connection, owner_id: str, numbers: str, state: FaxState
) -> dict[str, tuple[datetime, str]]:
    """When a fax to each number last came to this state, and its detail (the row the maximum is in).

    One of which nobody knows whether it arrived is no good fax.
    """
    rows = connection.execute(
        f"""SELECT number, max(changed_at) AS at, detail FROM fax
            WHERE owner_id = ? AND number {IN_LIST} AND state = ? AND error_code <> ? GROUP BY number""",
        (owner_id, numbers, state.value, ARRIVAL_UNKNOWN),
    )
    return {row["number"]: (from_text(row["at"]), row["detail"]) for row in rows}


def _neighbours(
    connection: sqlite3.Connection, owner_id: str, strangers: Sequence[str]
) -> dict[str, Recipient]:
    """For each number that is not known the known one that differs in one digit, if there is one."""
    candidates = {near for number in strangers for near in _one_digit_off(number)}
    if not candidates:
        return {}
    known = _known_names(connection, owner_id, json_list(sorted(candidates)))
    return {
        number: Recipient(number=other, name=known[other])
        for number in strangers
        for other in _one_digit_off(number)
        if other in known and digits_differ(number, other) == 1
    }


def _one_digit_off(number: str) -> Iterable[str]:
    for at, digit in enumerate(number):
        if digit.isdigit():
            for other in "0123456789":
                if other != digit:
                    yield number[:at] + other + number[at + 1 :]
