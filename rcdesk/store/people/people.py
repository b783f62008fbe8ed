"""Who can be called and faxed: numbers faxed before, address book, directory, own imports, saved groups.

One table of people, one row per number, found by the beginning of any word of name or company and by any
run of digits; a number is E.164 or, to be called only, a short extension. Rows of the source "recent" are
written by the outbox when a fax is added. Any thread; one connection per thread. Read next:
core/people/people.py, favourites.py, timeline.py, services/people/people.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from rcdesk.core.calls.past_call import PastCall, PastCallQuery
from rcdesk.core.errors import StoreError
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.people.people import Group, PersonSource, Suggestion, TimelineItem
from rcdesk.store.calls.past_calls import calls_with, last_calls, page_of
from rcdesk.store.database import Store, ThreadConnections, transaction
from rcdesk.store.fax.rows import received_fax, select_jobs
from rcdesk.store.people.favourites import Favourites
from rcdesk.store.rows import columns_of, insert, json_list, moment_or_none, to_text, value_of
from rcdesk.store.search_words import indexed_words, match_text, place_of

_ROWS_PER_LINE = 4
"""How many numbers are read for one that is shown: the same number may be known from several sources."""

_CALLS_PER_LINE = 8
"""How many calls are read for one number that is shown: the same number is often called again."""

_KNOWN = "source, source_id, name, company, number, label, is_fax"
_RANKS = {"contact": 0, "import": 1, "directory": 2, "recent": 3}
"""Whose word on a name counts first."""

_BEST_FIRST = "CASE source WHEN 'contact' THEN 0 WHEN 'import' THEN 1 WHEN 'directory' THEN 2 ELSE 3 END"


class PersonRecord(Struct, frozen=True, kw_only=True):
    """One number of one person.

    source_id is the service's id of the person, for people of one's own the name in lower case; number E.164
    or a short extension.
    """

    source_id: str
    name: str
    company: str
    number: str
    label: str
    is_fax: bool


class KnownNumber(PersonRecord, frozen=True, kw_only=True):
    """A number as one source knows it."""

    source: PersonSource


class People(Store):
    """The people and groups of everybody who used this archive; callers ask by owner_id."""

    def __init__(self, database: Path | ThreadConnections) -> None:
        super().__init__(database)
        self.favourites = Favourites(self._db)

    def replace(
        self, owner_id: str, source: PersonSource, records: Sequence[PersonRecord], now: datetime
    ) -> None:
        """What this source says now, instead of what it said before; fetched_at becomes now."""
        with transaction(self._db.get()) as connection:
            connection.execute(
                "DELETE FROM person WHERE owner_id = ? AND source = ?", (owner_id, source.value)
            )
            _insert(connection, owner_id, source, records)
            connection.execute(
                "INSERT OR REPLACE INTO person_source VALUES (?, ?, ?)",
                (owner_id, source.value, to_text(now)),
            )

    def add(self, owner_id: str, source: PersonSource, records: Sequence[PersonRecord]) -> None:
        """Add to what a source says; of somebody's number that it has already, the new word counts."""
        with transaction(self._db.get()) as connection:
            connection.execute(
                """DELETE FROM person WHERE owner_id = ? AND source = ?
                   AND source_id || char(9) || number IN (SELECT value FROM json_each(?))""",
                (owner_id, source.value, json_list(f"{r.source_id}\t{r.number}" for r in records)),
            )
            _insert(connection, owner_id, source, records)

    def put(
        self, owner_id: str, source: PersonSource, source_id: str, records: Sequence[PersonRecord]
    ) -> None:
        """What is known of one person of a source now, instead of what was; nothing forgets them."""
        with transaction(self._db.get()) as connection:
            connection.execute(
                "DELETE FROM person WHERE owner_id = ? AND source = ? AND source_id = ?",
                (owner_id, source.value, source_id),
            )
            _insert(connection, owner_id, source, records)

    def records(self, owner_id: str, source: PersonSource, source_id: str) -> tuple[KnownNumber, ...]:
        rows = self._db.rows(
            f"""SELECT {_KNOWN} FROM person WHERE owner_id = ? AND source = ? AND source_id = ?
                ORDER BY id""",
            owner_id,
            source.value,
            source_id,
        )
        return tuple(map(_known, rows))

    def fetched_at(self, owner_id: str, source: PersonSource) -> datetime | None:
        """When replace() was last called for this source, None for never."""
        rows = self._db.rows(
            "SELECT fetched_at FROM person_source WHERE owner_id = ? AND source = ?", owner_id, source.value
        )
        return moment_or_none(rows[0]["fetched_at"]) if rows else None

    def suggest(self, owner_id: str, text: str, limit: int) -> tuple[Suggestion, ...]:
        """Recipients for what was typed, each number once: faxed before (last first), then fax numbers.

        Without any word: the last recipients. A number to which no fax ever got through, nor is on its way,
        is not suggested as recent, and no short extension ever is.
        """
        match = match_text(place_of(owner_id), text)
        found = "person_fts MATCH ?" if match else "owner_id = ? AND source = 'recent'"
        source = "person_fts CROSS JOIN person ON person.id = person_fts.rowid" if match else "person"
        rows = self._db.rows(
            f"""SELECT name, number, label, source, is_fax FROM {source} WHERE {found}
                AND number LIKE '+%' AND number NOT LIKE '%;%'
                AND (source <> 'recent' OR EXISTS (
                    SELECT 1 FROM fax WHERE fax.owner_id = person.owner_id AND fax.number = person.number
                    AND fax.state NOT IN ('failed', 'cancelled')))
                ORDER BY used_at IS NULL, used_at DESC, is_fax DESC, name, person.id LIMIT ?""",
            match or owner_id,
            limit * _ROWS_PER_LINE,
        )
        return tuple(_each_number_once(rows)[:limit])

    def known(self, owner_id: str, numbers: Sequence[str]) -> tuple[KnownNumber, ...]:
        """What each source knows of these numbers, the user's own words first."""
        rows = self._db.rows(
            f"""SELECT {_KNOWN} FROM person WHERE owner_id = ?
                AND number IN (SELECT value FROM json_each(?)) ORDER BY {_BEST_FIRST}, id""",
            owner_id,
            json_list(filter(None, numbers)),
        )
        return tuple(map(_known, rows))

    def names(self, owner_id: str, numbers: Sequence[str]) -> dict[str, str]:
        names: dict[str, str] = {}
        for one in self.known(owner_id, numbers):
            if one.name:
                names.setdefault(one.number, one.name)
        for favourite in self.favourites.list(owner_id):
            if favourite.name and favourite.number in numbers:
                names.setdefault(favourite.number, favourite.name)
        return names

    def persons(self, owner_id: str, text: str, limit: int) -> tuple[KnownNumber, ...]:
        """All numbers of about limit people whom the text finds, by name; "" finds everybody.

        Numbers that were only faxed are among them when they have a name.
        """
        match = match_text(place_of(owner_id), text)
        if not match:
            sql = f"""SELECT {_KNOWN} FROM person WHERE owner_id = ? AND (source <> 'recent' OR name <> '')
                      ORDER BY name COLLATE NOCASE, {_BEST_FIRST}, id LIMIT ?"""
            return tuple(map(_known, self._db.rows(sql, owner_id, limit * _ROWS_PER_LINE)))
        columns = ", ".join(f"p.{column}" for column in _KNOWN.split(", "))
        rows = self._db.rows(
            f"""WITH found AS MATERIALIZED (
                    SELECT id, source, source_id FROM person_fts CROSS JOIN person
                    ON person.id = person_fts.rowid WHERE person_fts MATCH :match LIMIT :most),
                who AS (SELECT DISTINCT source, source_id FROM found WHERE source <> 'recent')
                SELECT {columns}, p.id FROM who JOIN person p ON p.owner_id = :owner_id
                    AND p.source = who.source AND p.source_id = who.source_id
                UNION ALL
                SELECT {columns}, p.id FROM found JOIN person p ON p.id = found.id
                    WHERE found.source = 'recent' AND p.name <> ''""",
            match=match,
            owner_id=owner_id,
            most=limit * _ROWS_PER_LINE,
        )
        ordered = sorted(rows, key=lambda row: (row["name"].casefold(), _RANKS[row["source"]], row["id"]))
        return tuple(map(_known, ordered))

    def of_numbers(self, owner_id: str, numbers: Sequence[str]) -> tuple[KnownNumber, ...]:
        """All numbers of the people who have any of these, the user's own words first."""
        rows = self._db.rows(
            f"""WITH found AS MATERIALIZED (
                    SELECT id, source, source_id FROM person WHERE owner_id = :owner_id
                    AND number IN (SELECT value FROM json_each(:numbers))),
                who AS (SELECT DISTINCT source, source_id FROM found WHERE source <> 'recent')
                SELECT {_KNOWN} FROM person WHERE owner_id = :owner_id AND (id IN (SELECT id FROM found)
                    OR id IN (SELECT p.id FROM who JOIN person p ON p.owner_id = :owner_id
                        AND p.source = who.source AND p.source_id = who.source_id))
                ORDER BY {_BEST_FIRST}, id""",
            owner_id=owner_id,
            numbers=json_list(filter(None, numbers)),
        )
        return tuple(map(_known, rows))

    def numbers_like(self, owner_id: str, text: str) -> tuple[str, ...]:
        """Numbers of people whose name, company or number fits, in no order."""
        match = match_text(place_of(owner_id), text)
        if not match:
            return ()
        rows = self._db.rows(
            """SELECT number FROM person_fts CROSS JOIN person ON person.id = person_fts.rowid
               WHERE person_fts MATCH ? LIMIT 100""",
            match,
        )
        return tuple(dict.fromkeys(row["number"] for row in rows))

    def called(self, owner_id: str, text: str, limit: int) -> tuple[PastCall, ...]:
        """The last call with each number, newest first, of those that the text finds."""
        query = PastCallQuery(owner_id=owner_id, text=text)
        numbers = self.numbers_like(owner_id, text)
        with self._db.reading() as connection:
            calls = page_of(connection, query, None, limit * _CALLS_PER_LINE, numbers)
        last: dict[str, PastCall] = {}
        for call in calls:
            if call.number:
                last.setdefault(call.number, call)
        return tuple(last.values())[:limit]

    def last_calls(self, owner_id: str, numbers: Sequence[str]) -> dict[str, PastCall]:
        """The newest call with each of these numbers, of those there is one with."""
        with self._db.reading() as connection:
            return last_calls(connection, owner_id, numbers)

    def timeline(self, owner_id: str, numbers: Sequence[str], limit: int) -> tuple[TimelineItem, ...]:
        """The newest calls and faxes with any of these numbers, newest first."""
        with self._db.reading() as connection:
            return timeline(connection, owner_id, numbers, limit)

    def save_group(self, owner_id: str, name: str, recipients: Sequence[Recipient]) -> Group:
        """Keep a group under this name; a group of that name gets these members instead."""
        with transaction(self._db.get()) as connection:
            (row,) = connection.execute(
                """INSERT INTO recipient_group (owner_id, name) VALUES (?, ?)
                   ON CONFLICT (owner_id, name) DO UPDATE SET name = excluded.name RETURNING id""",
                (owner_id, name),
            ).fetchall()
            connection.execute("DELETE FROM group_member WHERE group_id = ?", (row["id"],))
            connection.executemany(
                "INSERT INTO group_member VALUES (?, ?, ?, ?)",
                [(row["id"], n, r.number, r.name) for n, r in enumerate(recipients)],
            )
            return _groups(connection, "id = ?", row["id"])[0]

    def groups(self, owner_id: str) -> tuple[Group, ...]:
        with self._db.reading() as connection:
            return _groups(connection, "owner_id = ?", owner_id)

    def rename_group(self, group_id: int, name: str) -> Group:
        """Give a group another name. Raises StoreError when another one has it, or there is no such group."""
        with transaction(self._db.get()) as connection:
            taken = connection.execute(
                """SELECT 1 FROM recipient_group WHERE name = :name AND id <> :id
                   AND owner_id = (SELECT owner_id FROM recipient_group WHERE id = :id)""",
                {"name": name, "id": group_id},
            ).fetchone()
            if taken:
                raise StoreError("There is a group of this name already. Choose another name.")
            connection.execute("UPDATE recipient_group SET name = ? WHERE id = ?", (name, group_id))
            groups = _groups(connection, "id = ?", group_id)
            if not groups:
                raise StoreError("This group is not there any more.")
            return groups[0]

    def delete_group(self, group_id: int) -> None:
        """Forget a group; its members stay where else they are known from."""
        self._db.change("DELETE FROM recipient_group WHERE id = ?", group_id)


def _insert(
    connection: sqlite3.Connection, owner_id: str, source: PersonSource, records: Sequence[PersonRecord]
) -> None:
    for r in records:
        words = indexed_words(r.number, (r.name, r.company))
        values = {"owner_id": owner_id, "source": source.value, **columns_of(r), "words": words}
        insert(connection, "person", values)


def _known(row: sqlite3.Row) -> KnownNumber:
    return value_of(KnownNumber, row)


def _each_number_once(rows: Sequence[sqlite3.Row]) -> list[Suggestion]:
    """The first row of each number, completed by the other rows of the same number."""
    by_number: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        by_number.setdefault(row["number"], []).append(row)
    lines: list[Suggestion] = []
    for number, same in by_number.items():
        name = next((row["name"] for row in same if row["name"]), "")
        lines.append(
            Suggestion(
                name=name,
                number=number,
                label=next((row["label"] for row in same if row["label"]), ""),
                source=PersonSource(same[0]["source"]),
                recipients=(Recipient(number=number, name=name),),
                is_fax=any(row["is_fax"] for row in same),
            )
        )
    return lines


def _groups(connection: sqlite3.Connection, where: str, value: object) -> tuple[Group, ...]:
    members: dict[int, list[Recipient]] = {}
    sql = f"SELECT id, name FROM recipient_group WHERE {where} ORDER BY name COLLATE NOCASE, id"
    groups = connection.execute(sql, (value,)).fetchall()
    for group in groups:
        rows = connection.execute(
            "SELECT number, name FROM group_member WHERE group_id = ? ORDER BY position", (group["id"],)
        )
        members[group["id"]] = [value_of(Recipient, row) for row in rows]
    return tuple(Group(id=g["id"], name=g["name"], members=tuple(members[g["id"]])) for g in groups)


def timeline(
    connection: sqlite3.Connection, owner_id: str, numbers: Sequence[str], limit: int
) -> tuple[TimelineItem, ...]:
    """The newest things that happened with any of these numbers, newest first."""
    wanted = json_list(filter(None, numbers))
    jobs = select_jobs(
        connection,
        """WHERE owner_id = ? AND number IN (SELECT value FROM json_each(?)) AND shelf <> 'deleted'
           ORDER BY id DESC LIMIT ?""",
        owner_id,
        wanted,
        limit,
    )
    rows = connection.execute(
        """SELECT * FROM received_fax WHERE owner_id = ? AND number IN (SELECT value FROM json_each(?))
           AND shelf <> 'deleted' ORDER BY moment_key DESC LIMIT ?""",
        (owner_id, wanted, limit),
    )
    items = [
        *(TimelineItem(at=call.at, what=call) for call in calls_with(connection, owner_id, numbers, limit)),
        *(TimelineItem(at=job.created_at, what=job) for job in jobs),
        *(TimelineItem(at=fax.created_at, what=fax) for fax in map(received_fax, rows)),
    ]
    items.sort(key=lambda item: item.at, reverse=True)
    return tuple(items[:limit])
