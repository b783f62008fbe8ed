"""People and groups on a real file: who is suggested, in which order, and who never is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rcdesk.core.errors import StoreError
from rcdesk.core.fax.fax import FaxDraft, FaxState, Recipient
from rcdesk.core.people.people import PersonSource
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.transitions import Transition
from rcdesk.store.people.people import People, PersonRecord

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ANN, BOB = Recipient(number="+16505550142", name="Ann Lee"), Recipient(number="+442079460000", name="Bob")


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    """Nobody yet."""
    found = People(tmp_path / "a.sqlite3")
    yield found
    found.close()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """The outbox of the same file."""
    box = Outbox(tmp_path / "a.sqlite3")
    yield box
    box.close()


def record(number: str, name: str, *, company: str = "", is_fax: bool = False) -> PersonRecord:
    """A number of somebody."""
    label = "Business fax" if is_fax else "Mobile"
    return PersonRecord(source_id="1", name=name, company=company, number=number, label=label, is_fax=is_fax)


def fax(box: Outbox, *recipients: Recipient, now: datetime = NOW) -> list[int]:
    """Queue a fax."""
    return [j.id for j in box.add(FaxDraft(recipients=recipients, documents=()), (), "me", "", now)]


def names(people: People, text: str, limit: int = 9) -> list[str]:
    """Who is suggested."""
    return [s.name for s in people.suggest("me", text, limit)]


def test_sources_are_replaced_as_a_whole(people: People) -> None:
    contacts = [record("+1650", "Ann Lee", company="Clinic"), record("+1651", "Ann Lee", is_fax=True)]
    assert people.fetched_at("me", PersonSource.CONTACT) is None
    people.replace("me", PersonSource.CONTACT, contacts, NOW)
    people.replace("me", PersonSource.DIRECTORY, [record("+1652", "Annette")], NOW)
    people.replace("other", PersonSource.CONTACT, [record("+1653", "Ann Other")], NOW)
    assert people.fetched_at("me", PersonSource.CONTACT) == NOW
    assert [(s.number, s.is_fax) for s in people.suggest("me", "ann", 9)] == [
        ("+1651", True),
        ("+1650", False),
        ("+1652", False),
    ]
    assert names(people, "lee clin") == ["Ann Lee"]
    assert names(people, "1652") == ["Annette"]
    assert len(names(people, "ann", 2)) == 2
    people.replace("me", PersonSource.CONTACT, [], NOW + timedelta(hours=1))
    assert names(people, "ann") == ["Annette"]


def test_who_was_faxed_comes_first_the_last_one_before_the_others(people: People, outbox: Outbox) -> None:
    people.replace(
        "me", PersonSource.CONTACT, [record(ANN.number, "Ann Lee of the clinic", is_fax=True)], NOW
    )
    fax(outbox, ANN)
    fax(outbox, BOB, now=NOW + timedelta(minutes=1))
    assert names(people, "") == ["Bob", "Ann Lee"]
    fax(outbox, Recipient(number=ANN.number), now=NOW + timedelta(minutes=2))
    assert names(people, "") == ["Ann Lee", "Bob"]
    (ann,) = people.suggest("me", "0142", 9)
    assert (ann.source, ann.name, ann.label, ann.is_fax) == (
        PersonSource.RECENT,
        "Ann Lee",
        "Business fax",
        True,
    )
    assert ann.recipients == (ANN,)


def test_a_number_that_never_worked_is_not_suggested(people: People, outbox: Outbox) -> None:
    (job_id,) = fax(outbox, Recipient(number="+16505550199", name="Slip"))
    assert names(people, "slip") == ["Slip"]
    outbox.move([job_id], Transition(FaxState.CANCELLED), NOW)
    assert names(people, "slip") == names(people, "") == []


def test_groups_are_kept_found_renamed_and_forgotten(people: People) -> None:
    group = people.save_group("me", "Lab partners", [ANN, BOB])
    assert people.groups("me") == (group,) and people.groups("other") == ()
    assert group.members == (ANN, BOB)
    assert people.suggest("me", "", 9) == ()
    again = people.save_group("me", "Lab partners", [BOB])
    assert (again.id, again.members) == (group.id, (BOB,))
    people.save_group("me", "Zoo", [])
    with pytest.raises(StoreError, match="of this name"):
        people.rename_group(group.id, "Zoo")
    assert people.rename_group(group.id, "Lab").name == "Lab"
    people.delete_group(group.id)
    assert [g.name for g in people.groups("me")] == ["Zoo"]
    with pytest.raises(StoreError, match="not there any more"):
        people.rename_group(group.id, "X")
