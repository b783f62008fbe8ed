"""People against the simulator and a real archive: fetched hourly, merged, each number once, fax first.

What they are as people to call (favourites, callers, timelines) is in test_persons.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import NetworkError, SignInNeeded, UserError
from rcdesk.core.fax.fax import FaxDraft, Recipient
from rcdesk.core.people.people import PersonSource
from rcdesk.services.account.connection import Connection
from rcdesk.services.people.people import PeopleService
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.people.people import People

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

OWNER = "me"
ANN = Recipient(number="+16505550142", name="Ann")
BOB = Recipient(number="+16505550143", name="Bob")


class MovableClock(SystemClock):
    """The machine's clock, moved as a test wants."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The moved moment."""
        return datetime.now(UTC) + self.ahead


@dataclass
class Rig:
    """A people service that is signed in to a simulator, unless signed_out."""

    simulator: RunningSimulator
    outbox: Outbox
    clock: MovableClock
    people: PeopleService
    folder: Path
    out: list[bool] = field(default_factory=list)

    def refresh(self) -> bool:
        """Ask for address book and directory."""
        return self.people.refresh(OWNER, CancelToken())

    def asked(self) -> int:
        """How often the service was asked for people."""
        paths = [request.path for request in self.simulator.requests]
        return sum("/address-book/" in path or "/directory/" in path for path in paths)

    def names(self, text: str, limit: int = 8) -> list[str]:
        """The names suggested."""
        return [s.name for s in self.people.suggest(OWNER, text, limit)]

    def fax(self, recipient: Recipient, at: datetime | None = None) -> None:
        """One fax to somebody, recorded."""
        draft = FaxDraft(recipients=(recipient,), documents=(), note="Hi")
        self.outbox.add(draft, (), OWNER, "None", at or datetime.now(UTC))


@pytest.fixture
def rig(simulator: RunningSimulator, tmp_path: Path) -> Iterator[Rig]:
    """Signed in, with an empty archive."""
    profile = ServerProfile(name="test", base_url=simulator.base_url, client_id=simulator.client_id)
    connection = Connection(profile, Secrets(use_keyring=False))
    credentials = Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt
    )
    connection.sign_in_jwt(credentials, CancelToken())
    database = tmp_path / "a.sqlite3"
    outbox, people, clock = Outbox(database), People(database), MovableClock()
    service = PeopleService(lambda: None if made.out else connection, people, clock)
    made = Rig(simulator, outbox, clock, service, tmp_path)
    yield made
    outbox.close()
    people.close()
    connection.close()


def test_address_book_and_directory_are_fetched_at_most_hourly(rig: Rig) -> None:
    assert rig.names("raman") == []
    assert rig.refresh()
    first = rig.asked()
    assert first >= 2
    assert not rig.refresh()
    rig.clock.ahead = timedelta(minutes=59)
    assert not rig.refresh()
    assert rig.asked() == first
    rig.clock.ahead = timedelta(minutes=61)
    assert rig.refresh()
    assert rig.asked() == 2 * first
    rig.clock.ahead = timedelta(days=-3)
    assert rig.refresh()
    assert rig.asked() == 3 * first


def test_fax_numbers_come_first_and_no_number_twice(rig: Rig) -> None:
    rig.refresh()
    raman = rig.people.suggest(OWNER, "raman", 8)
    assert [(s.is_fax, s.source) for s in raman] == [
        (True, PersonSource.CONTACT),
        (False, PersonSource.CONTACT),
    ]
    assert raman[0].recipients == (Recipient(number=raman[0].number, name="Priya Raman"),)
    assert raman[0].label
    for text in ("", "6505550142", "650", "a", "Harbour", "5554", "duarte"):
        numbers = [s.number for s in rig.people.suggest(OWNER, text, 50) if s.number]
        assert len(numbers) == len(set(numbers)), text
        ranks = [
            s.is_fax or s.source is PersonSource.RECENT
            for s in rig.people.suggest(OWNER, text, 50)
            if s.number
        ]
        assert ranks == sorted(ranks, reverse=True), text
    duarte = rig.people.suggest(OWNER, "duarte", 8)
    assert [(s.is_fax, s.source) for s in duarte] == [
        (True, PersonSource.DIRECTORY),
        (False, PersonSource.DIRECTORY),
    ]


def test_who_was_faxed_is_suggested_with_what_the_address_book_knows(rig: Rig) -> None:
    rig.refresh()
    raman = rig.people.suggest(OWNER, "raman", 8)[0].number
    rig.fax(Recipient(number=raman))
    rig.fax(Recipient(number="+16505550777", name="Nobody's contact"))
    assert "Nobody's contact" in rig.names("nobody")
    (found,) = [s for s in rig.people.suggest(OWNER, raman[-4:], 8) if s.number == raman]
    assert found.recipients[0].name == "Priya Raman"
    assert found.is_fax
    assert {s.number for s in rig.people.suggest(OWNER, "", 8)} >= {raman, "+16505550777"}
    assert rig.people.suggest("somebody else", "nobody", 8) == ()


def test_groups_are_saved_suggested_renamed_and_forgotten(rig: Rig) -> None:
    group = rig.people.save_group(OWNER, "  Referral   clinics ", (ANN, BOB, ANN))
    assert (group.name, group.members) == ("Referral clinics", (ANN, BOB))
    (found,) = rig.people.suggest(OWNER, "clin", 8)
    assert (found.source, found.name, found.recipients) == (PersonSource.GROUP, group.name, (ANN, BOB))
    again = rig.people.save_group(OWNER, "Referral clinics", (BOB,))
    assert [g.members for g in rig.people.groups(OWNER)] == [(BOB,)]
    rig.people.rename_group(again.id, "Labs")
    assert [g.name for g in rig.people.groups(OWNER)] == ["Labs"]
    assert rig.people.groups("somebody else") == ()
    rig.people.delete_group(again.id)
    assert rig.people.groups(OWNER) == ()
    with pytest.raises(UserError, match="needs a name"):
        rig.people.save_group(OWNER, " ", (ANN,))
    with pytest.raises(UserError, match="at least one recipient"):
        rig.people.save_group(OWNER, "Empty", ())
    with pytest.raises(UserError, match="too long"):
        rig.people.save_group(OWNER, "x" * 81, (ANN,))


def test_a_failure_leaves_what_was_known_and_what_is_not_allowed_is_empty(rig: Rig) -> None:
    rig.out.append(True)
    with pytest.raises(SignInNeeded):
        rig.refresh()
    rig.out.clear()
    rig.refresh()
    rig.clock.ahead = timedelta(hours=2)
    rig.simulator.fault("status", path="/address-book", status=403)
    assert rig.refresh()
    assert rig.people.suggest(OWNER, "raman", 8) == ()
    assert rig.names("duarte")
    rig.clock.ahead = timedelta(hours=4)
    rig.simulator.stop()
    with pytest.raises(NetworkError):
        rig.refresh()
    assert rig.names("duarte")


def test_an_import_from_file_to_recipients(rig: Rig) -> None:
    path = rig.folder / "list.csv"
    path.write_text("Name;Fax\nJudith;020 7946 0103\nAgain;+44 20 7946 0103\n", encoding="utf-8")
    table = rig.people.read_import(path, CancelToken())
    assert table.number_column is not None
    lines = rig.people.recipients_of(table, table.name_column, table.number_column, "GB")
    assert [line.recipient for line in lines] == [Recipient(number="+442079460103", name="Judith"), None]


def test_suggesting_keeps_to_its_limit(rig: Rig) -> None:
    rig.refresh()
    for n in range(30):
        rig.fax(Recipient(number=f"+1650555{n:04}", name=f"Ann {n}"))
    assert len(rig.people.suggest(OWNER, "ann", 8)) == 8
    assert rig.people.suggest(OWNER, "ann", 0) == ()
