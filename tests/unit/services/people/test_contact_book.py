"""People made, changed and deleted: simulator and real archive, offline, and changed elsewhere meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from rcdesk.api.rest import contacts
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import ApiError, NetworkError, NotAllowed, OutcomeUnknown, Rejected, UserError
from rcdesk.core.people.people import BadField, Person, PersonForm, PersonNumber, PersonSource
from rcdesk.services.account.connection import Connection, session_of
from rcdesk.services.people.people import PeopleService
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.people.people import People

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

OWNER, REGION = "me", "US"
TOKEN = CancelToken()
MOBILE = PersonNumber(number="(650) 555-0145", label="Mobile")
FAX = PersonNumber(number="650 555 0146", label="Business fax", is_fax=True)


@dataclass
class Rig:
    """Signed in, with the address book fetched."""

    simulator: RunningSimulator
    connection: Connection
    service: PeopleService

    def person(self, name: str) -> Person:
        """The one person found under a name."""
        (found,) = self.service.people(OWNER, name, 9)
        return found

    def save(self, form: PersonForm, before: PersonForm | None = None) -> str:
        """Make or change somebody."""
        return self.service.book.save(OWNER, form, before, REGION, TOKEN)

    def edit(self, name: str) -> PersonForm:
        """Somebody as they are written down."""
        return self.service.book.form(OWNER, self.person(name).key)

    def record(self, key: str) -> dict[str, object]:
        """A contact as RingCentral has it."""
        return dict(contacts.record(session_of(self.connection), key.partition(":")[2], TOKEN))

    def change_elsewhere(self, key: str, **fields: str) -> None:
        """What another program does meanwhile."""
        contacts.change(session_of(self.connection), key.partition(":")[2], fields, TOKEN)


@pytest.fixture
def rig(simulator: RunningSimulator, tmp_path: Path) -> Iterator[Rig]:
    profile = ServerProfile(name="test", base_url=simulator.base_url, client_id=simulator.client_id)
    connection = Connection(profile, Secrets(use_keyring=False))
    credentials = Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt
    )
    connection.sign_in_jwt(credentials, TOKEN)
    people = People(tmp_path / "a.sqlite3")
    made = Rig(simulator, connection, PeopleService(lambda: connection, people))
    made.service.refresh(OWNER, TOKEN)
    yield made
    people.close()
    connection.close()


@pytest.mark.parametrize("source", [PersonSource.CONTACT, PersonSource.IMPORT])
def test_somebody_is_made_changed_and_deleted(rig: Rig, source: PersonSource) -> None:
    form = PersonForm(source=source, name=" Zoë   Quist ", company="Quist Dental", numbers=(MOBILE, FAX))
    key = rig.save(form)
    zoe = rig.person("Zoë")
    assert (zoe.key, zoe.name, zoe.company) == (key, "Zoë Quist", "Quist Dental")
    assert {(n.number, n.label, n.is_fax) for n in zoe.numbers} == {
        ("+16505550145", "Mobile", False),
        ("+16505550146", "Business fax", True),
    }
    before = rig.edit("Zoë")
    other = PersonNumber(number="650 555 0147", label="Home")
    again = rig.save(
        replace(before, name="Zoë Q. Graf", company="", numbers=(before.numbers[0], other)), before
    )
    assert again == key
    zoe = rig.person("Graf")
    assert (zoe.name, zoe.company, len(zoe.numbers)) == ("Zoë Q. Graf", "", 2)
    assert rig.service.people(OWNER, "Quist", 9) == ()
    deleted = rig.service.book.delete(OWNER, key, TOKEN)
    assert rig.service.people(OWNER, "Zoë", 9) == ()
    rig.service.book.restore(OWNER, deleted, REGION, TOKEN)
    back = rig.person("Zoë")
    assert (back.name, back.numbers) == (zoe.name, zoe.numbers)


@pytest.mark.parametrize("source", [PersonSource.CONTACT, PersonSource.IMPORT])
def test_who_is_imported_too_is_deleted_and_brought_back_with_the_copy(
    rig: Rig, source: PersonSource
) -> None:
    key = rig.save(PersonForm(source=source, name="Zoë Quist", numbers=(MOBILE,)))
    rig.save(PersonForm(source=PersonSource.IMPORT, name="zoe quist", company="Oak", numbers=(MOBILE, FAX)))
    rig.save(PersonForm(source=PersonSource.IMPORT, name="Ann Quist", numbers=(MOBILE,)))
    before = rig.person("Zoë")
    assert len(before.numbers) == 2
    deleted = rig.service.book.delete(OWNER, before.key, TOKEN)
    assert rig.service.people(OWNER, "Zoë", 9) == ()
    assert rig.person("Ann").numbers, "another person at the same number stays"
    rig.service.book.restore(OWNER, deleted, REGION, TOKEN)
    back = rig.person("Zoë")
    assert (back.name, back.numbers) == (before.name, before.numbers)
    assert source is PersonSource.CONTACT or key in (before.key, deleted.copies[0].key)


def test_what_is_changed_is_at_ringcentral_after_the_next_look_too(rig: Rig) -> None:
    before = rig.edit("Priya Raman")
    rig.save(replace(before, name="Priya Raman-Lee"), before)
    rig.service._people.replace(OWNER, PersonSource.CONTACT, (), datetime(2020, 1, 1, tzinfo=UTC))
    rig.service.refresh(OWNER, TOKEN)
    assert rig.person("Raman-Lee").company == "Raman Family Practice"


def test_what_the_desk_does_not_show_is_kept(rig: Rig) -> None:
    before = rig.edit("Alex Doe")
    rig.change_elsewhere(before.key, middleName="J", notes="First customer", webPage="https://example.org")
    rig.save(replace(before, company="Other Imaging"), before)
    record = rig.record(before.key)
    assert (record["company"], record["jobTitle"], record["notes"]) == (
        "Other Imaging",
        "Records",
        "First customer",
    )
    assert (record["middleName"], record["email"]) == ("J", "records@bayviewimaging.example")
    deleted = rig.service.book.delete(OWNER, before.key, TOKEN)
    rig.service.book.restore(OWNER, deleted, REGION, TOKEN)
    again = rig.record(rig.person("Alex").key)
    assert {**again, "id": 0, "uri": ""} == {**record, "id": 0, "uri": ""}


def test_what_was_changed_elsewhere_is_not_written_over(rig: Rig) -> None:
    before = rig.edit("Alex Doe")
    rig.change_elsewhere(before.key, company="Elsewhere Imaging", businessFax="+16505550188")
    with pytest.raises(UserError, match="changed somewhere else"):
        rig.save(replace(before, company="Mine"), before)
    assert rig.record(before.key)["company"] == "Elsewhere Imaging"
    now = rig.edit("Alex Doe")
    assert now.company == "Elsewhere Imaging"
    rig.save(replace(now, company="Mine"), now)
    assert rig.record(before.key)["businessFax"] == "+16505550188"


def test_who_is_gone_is_said_to_be(rig: Rig) -> None:
    before = rig.edit("Alex Doe")
    contacts.delete(session_of(rig.connection), before.key.partition(":")[2], TOKEN)
    with pytest.raises(UserError, match="no longer in your RingCentral address book"):
        rig.save(replace(before, name="Other"), before)
    rig.service.book.delete(OWNER, before.key, TOKEN)
    assert rig.service.people(OWNER, "Alex Doe", 9) == ()


def test_a_company_without_a_name_keeps_none(rig: Rig) -> None:
    key = rig.save(PersonForm(source=PersonSource.CONTACT, name="", company="Elm Clinic", numbers=(FAX,)))
    record = rig.record(key)
    assert (record.get("firstName"), record.get("lastName"), record["company"]) == (None, None, "Elm Clinic")
    before = rig.edit("Elm")
    rig.save(replace(before, name="", company="Oak Clinic"), before)
    record = rig.record(key)
    assert (record.get("firstName"), record.get("lastName"), record["company"]) == (None, None, "Oak Clinic")


@pytest.mark.parametrize(
    ("numbers", "field", "words"),
    [
        ((), 0, "Type a number"),
        ((MOBILE, PersonNumber(number="12345678901234567", label="Home")), 1, "too long"),
        ((MOBILE, PersonNumber(number="650 555 0147", label="Mobile")), 1, "one number of this kind"),
        ((MOBILE, PersonNumber(number="+1 650 555 0145", label="Home")), 1, "there already"),
        ((PersonNumber(number="102", label="Mobile"),), 0, "no extensions"),
        ((PersonNumber(number="650 555 0147 ext. 3", label="Mobile"),), 0, "no extensions"),
    ],
)
def test_what_cannot_be_kept_is_said_where_it_stands(
    rig: Rig, numbers: tuple[PersonNumber, ...], field: int, words: str
) -> None:
    form = PersonForm(source=PersonSource.CONTACT, name="Zoë", numbers=numbers)
    with pytest.raises(BadField, match=words) as refused:
        rig.save(form)
    assert refused.value.field == field
    with pytest.raises(BadField, match="name") as refused:
        rig.save(replace(form, name=" "))
    assert refused.value.field == "name"


def test_people_of_ones_own_may_have_extensions(rig: Rig) -> None:
    numbers = (PersonNumber(number="102"), PersonNumber(number="650 555 0147 ext. 3", label="Desk"))
    rig.save(PersonForm(source=PersonSource.IMPORT, name="Zoë", numbers=numbers))
    zoe = rig.person("Zoë")
    assert [n.number for n in zoe.numbers] == ["102", "+16505550147;ext=3"]
    assert zoe.to_fax is None


def test_without_a_connection_or_permission_nothing_is_lost(rig: Rig) -> None:
    form = PersonForm(source=PersonSource.CONTACT, name="Zoë", numbers=(MOBILE,))
    before = rig.edit("Alex Doe")
    rig.simulator.fault("answer-lost", path="/address-book", method="POST", times=1)
    rig.simulator.fault("status", path="/address-book", method="GET", status=503, times=20)
    with pytest.raises(OutcomeUnknown, match="may be saved or not"):
        rig.save(form)
    rig.simulator.clear_faults()
    rig.simulator.fault("status", path="/address-book", status=403, times=2)
    with pytest.raises(NotAllowed):
        rig.save(form)
    with pytest.raises(NotAllowed):
        rig.service.book.delete(OWNER, before.key, TOKEN)
    rig.simulator.clear_faults()
    rig.simulator.stop()
    with pytest.raises((NetworkError, ApiError)):
        rig.save(replace(before, name="Other"), before)
    with pytest.raises((NetworkError, ApiError)):
        rig.service.book.delete(OWNER, before.key, TOKEN)
    assert rig.edit("Alex Doe") == before


def test_a_contact_whose_answer_was_lost_is_not_made_twice(rig: Rig) -> None:
    rig.simulator.fault("answer-lost", path="/address-book", method="POST", times=1)
    key = rig.save(PersonForm(source=PersonSource.CONTACT, name="Zoë Quist", numbers=(MOBILE, FAX)))
    assert rig.person("Zoë").key == key
    found = contacts.contacts(session_of(rig.connection), TOKEN)
    assert [one.name for one in found].count("Zoë Quist") == 1


@pytest.mark.parametrize("key", ["directory:400131427101", "recent:", "number:+16505550100", "contact:", "x"])
def test_others_are_not_changed_here(rig: Rig, key: str) -> None:
    with pytest.raises(UserError):
        rig.service.book.form(OWNER, key)
    with pytest.raises(UserError):
        rig.service.book.delete(OWNER, key, TOKEN)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mobilePhone", "letters"),
        ("email", "no address"),
        ("webPage", "no address"),
        ("birthday", "soon"),
        ("appInfo", "x" * 65),
        ("homeAddress", "Belmont"),
        ("company", 17),
    ],
)
def test_a_field_that_is_not_as_the_contract_has_it_is_refused(rig: Rig, field: str, value: object) -> None:
    session = session_of(rig.connection)
    made = contacts.create(session, {"firstName": "Nora"}, TOKEN)
    changes: Any = {field: value}
    for ask in (
        partial(contacts.create, session, changes, TOKEN),
        partial(contacts.change, session, made.id, changes, TOKEN),
    ):
        with pytest.raises(Rejected) as refused:
            ask()
        assert refused.value.parameter == field
    assert contacts.record(session, made.id, TOKEN)["firstName"] == "Nora"
