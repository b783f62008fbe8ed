"""People to call: each once with all numbers, favourites, who a number is, suggestions, timeline, imports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.core.calls.past_call import CallOutcome, Direction, PastCall
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import FaxDraft, FaxJob, Recipient
from rcdesk.core.fax.folder import ReceivedFax
from rcdesk.core.people.people import DialChoice, Favourite, ImportTable, PersonNumber, PersonSource
from rcdesk.services.people.people import PeopleService
from rcdesk.services.people.persons import is_found
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.received import InboundMessage, ReceivedFaxes
from rcdesk.store.people.people import People, PersonRecord

if TYPE_CHECKING:
    pass

OWNER = "me"
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
MOBILE, FAX, MAIN = "+16505550142", "+16505550143", "+442079460000"


@dataclass
class Rig:
    """The stores of one archive and the service on them; nobody is signed in."""

    people: People
    calls: PastCalls
    outbox: Outbox
    received: ReceivedFaxes
    service: PeopleService

    def know(self, source: PersonSource, *records: PersonRecord) -> None:
        """What a source says."""
        self.people.replace(OWNER, source, records, NOW)

    def call(self, number: str, minutes: int = 0, name: str = "") -> PastCall:
        """A past call to a number."""
        call = PastCall(
            id=f"{number}-{minutes}",
            direction=Direction.OUT,
            number=number,
            name=name,
            at=NOW + timedelta(minutes=minutes),
            outcome=CallOutcome.TALKED,
        )
        self.calls.remember(OWNER, call)
        return call

    def fax(self, number: str, minutes: int = 0, name: str = "") -> None:
        """A fax on its way to a number."""
        draft = FaxDraft(recipients=(Recipient(number=number, name=name),), documents=(), note="Hi")
        self.outbox.add(draft, (), OWNER, "None", NOW + timedelta(minutes=minutes))

    def names(self, text: str = "") -> list[str]:
        """The people listed."""
        return [person.name for person in self.service.people(OWNER, text, 50)]

    def take(self, table: ImportTable, name_column: int | None, number_column: int | None) -> int:
        """Import a list as people; how many."""
        return self.service.import_people(
            OWNER, self.service.contacts_of(table, name_column, number_column, "GB")
        )

    def suggested(self, text: str) -> list[str]:
        """The numbers suggested for a call."""
        return [s.number for s in self.service.suggest(OWNER, text, 8, for_calls=True)]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """An empty archive."""
    file = tmp_path / "a.sqlite3"
    people, calls, outbox = People(file), PastCalls(file), Outbox(file)
    received = ReceivedFaxes(file, tmp_path / "archive")
    yield Rig(people, calls, outbox, received, PeopleService(lambda: None, people))
    for store in (people, calls, outbox, received):
        store.close()


def record(
    name: str, number: str, label: str = "Mobile", *, source_id: str = "", company: str = ""
) -> PersonRecord:
    """A number of somebody."""
    return PersonRecord(
        source_id=source_id or name,
        name=name,
        company=company,
        number=number,
        label=label,
        is_fax="fax" in label.lower(),
    )


def test_a_person_is_listed_once_with_all_numbers(rig: Rig) -> None:
    rig.know(
        PersonSource.CONTACT,
        record("Ann Lee", MOBILE, company="Clinic"),
        record("Ann Lee", FAX, "Business fax", company="Clinic"),
        record("Bob", MAIN, "Business"),
    )
    rig.know(
        PersonSource.DIRECTORY, record("ANN LEE", MOBILE, "", source_id="d1"), record("Cid", MAIN, "Main")
    )
    rig.know(
        PersonSource.DIRECTORY,
        record("Ann Lee", MOBILE, source_id="d1"),
        record("Ann Lee", "101", "Extension", source_id="d1"),
    )
    rig.fax(FAX, name="Somebody's fax")
    rig.fax("+16505559999", name="Only faxed")
    rig.fax("+16505559998")
    assert rig.names() == ["Ann Lee", "Bob", "Only faxed"]
    ann = rig.service.people(OWNER, "", 50)[0]
    assert ann.numbers == (
        PersonNumber(number=MOBILE, label="Mobile"),
        PersonNumber(number="101", label="Extension"),
        PersonNumber(number=FAX, label="Business fax", is_fax=True),
    )
    assert (ann.to_call.number, ann.to_fax and ann.to_fax.number) == (MOBILE, FAX)
    assert (ann.company, ann.source, ann.is_favourite) == ("Clinic", PersonSource.CONTACT, False)
    assert [n.number for n in rig.service.people(OWNER, "lee cli", 50)[0].numbers] == [MOBILE, FAX]
    assert rig.names("(650) 555-0142") == ["Ann Lee"]
    assert rig.names("only") == ["Only faxed"]
    assert rig.names("nobody") == rig.names("b a") == []
    assert len(rig.service.people(OWNER, "", 2)) == 2
    assert ann.key == rig.service.people(OWNER, "ann", 50)[0].key


def test_who_only_has_faxes_or_extensions_is_called_and_faxed_as_far_as_that_goes(rig: Rig) -> None:
    rig.know(PersonSource.CONTACT, record("Fax only", FAX, "Business fax"))
    rig.know(PersonSource.DIRECTORY, record("Inside", "101", "Extension"))
    fax_only, inside = rig.service.people(OWNER, "", 9)
    assert (fax_only.to_call.number, fax_only.to_fax) == (FAX, fax_only.numbers[0])
    assert (inside.to_call.number, inside.to_fax) == ("101", None)


def test_a_number_tells_the_whole_person(rig: Rig) -> None:
    rig.know(
        PersonSource.CONTACT,
        record("Ann Lee", MOBILE, company="Clinic"),
        record("Ann Lee", FAX, "Business fax", company="Clinic"),
        record("Bob", MAIN, "Business"),
    )
    rig.know(PersonSource.DIRECTORY, record("Zoë", MAIN, "Main", source_id="d1"))
    rig.fax("+16505559999", name="Only faxed")
    ann = rig.service.person(OWNER, FAX)
    assert (ann.name, ann.company, [n.number for n in ann.numbers]) == ("Ann Lee", "Clinic", [MOBILE, FAX])
    assert rig.service.person(OWNER, MAIN).name == "Bob", "the address book counts before the directory"
    assert rig.service.person(OWNER, "+16505559999").name == "Only faxed"
    rig.call("+16505550001", name="SAN MATEO CA")
    stranger = rig.service.person(OWNER, "+16505550001")
    assert (stranger.name, stranger.numbers) == ("SAN MATEO CA", (PersonNumber(number="+16505550001"),))
    assert rig.service.person(OWNER, "109").name == ""
    rig.service.set_favourites(OWNER, (Favourite(number="109", name="Reception"),))
    assert (rig.service.person(OWNER, "109").name, rig.service.person(OWNER, "109").is_favourite) == (
        "Reception",
        True,
    )


def test_favourites_that_are_still_being_written_count(rig: Rig) -> None:
    rig.know(PersonSource.CONTACT, record("Ann", MOBILE), record("Zoë", MAIN), record("Zoë", FAX))
    now = (Favourite(number=MAIN, name="Zoë"),)
    assert [(p.name, p.is_favourite) for p in rig.service.people(OWNER, "", 9, now)] == [
        ("Zoë", True),
        ("Ann", False),
    ]
    assert rig.names() == ["Ann", "Zoë"]
    (zoe,) = rig.service.people(OWNER, "", 1, now)
    assert len(zoe.numbers) == 2, "a favourite beyond the limit is the whole person"


def test_colleagues_who_share_a_number_stay_two_people(rig: Rig) -> None:
    rig.know(PersonSource.DIRECTORY, record("Ann", MAIN), record("Bob", MAIN))
    assert rig.names() == ["Ann", "Bob"]


def test_favourites_come_first_in_their_order_and_stay_without_a_contact(rig: Rig) -> None:
    rig.know(PersonSource.CONTACT, record("Ann", MOBILE), record("Zoë", MAIN))
    liked = (
        Favourite(number=MAIN, name="Zoë"),
        Favourite(number="102", name="Reception"),
        Favourite(number=FAX, name="The lab", is_fax=True),
    )
    rig.service.set_favourites(OWNER, (*liked, Favourite(number=MAIN, name="Again")))
    assert rig.service.favourites(OWNER) == liked
    assert rig.service.favourites("other") == ()
    assert rig.names() == ["Zoë", "Reception", "The lab", "Ann"]
    assert rig.names("re") == ["Reception"]
    assert [p.is_favourite for p in rig.service.people(OWNER, "", 50)] == [True, True, True, False]
    rig.service.set_favourites(OWNER, liked[::-1])
    assert rig.names() == ["The lab", "Reception", "Zoë", "Ann"]


def test_how_a_number_is_called_is_remembered_and_forgotten(rig: Rig) -> None:
    choice = DialChoice(ring_me_on="7", show_as=MAIN, ask_to_press_1=False)
    rig.service.set_choice(OWNER, MOBILE, choice)
    rig.service.set_choice(OWNER, MAIN, DialChoice(ring_me_on="8"))
    assert rig.service.choices(OWNER) == {MOBILE: choice, MAIN: DialChoice(ring_me_on="8")}
    rig.service.set_choice(OWNER, MOBILE, DialChoice())
    assert list(rig.service.choices(OWNER)) == [MAIN]
    assert rig.service.choices("other") == {}


def test_who_a_number_is(rig: Rig) -> None:
    rig.know(PersonSource.DIRECTORY, record("A. Lee", MOBILE, "Direct", company="Acme"))
    rig.know(PersonSource.CONTACT, record("Ann Lee", MOBILE, ""))
    rig.service.set_favourites(
        OWNER, (Favourite(number=MOBILE, name="Annie"), Favourite(number="101", name="Me"))
    )
    last = rig.call(MOBILE, 5, "LEE")
    rig.call(MOBILE, 1)
    rig.call(MAIN, 2, "London")
    ann = rig.service.caller(OWNER, MOBILE)
    assert (ann.name, ann.label, ann.company, ann.is_favourite) == ("Ann Lee", "Direct", "Acme", True)
    assert ann.last_call == last
    found = rig.service.callers(OWNER, [MAIN, "101", "+1999"])
    assert [(found[n].name, found[n].is_favourite) for n in (MAIN, "101", "+1999")] == [
        ("London", False),
        ("Me", True),
        ("", False),
    ]
    assert rig.service.caller("other", MOBILE).name == ""


def test_who_is_suggested_for_a_call(rig: Rig) -> None:
    rig.know(
        PersonSource.CONTACT,
        record("Ann Lee", FAX, "Business fax"),
        record("Ann Lee", MOBILE),
        record("Anton", "101", "Extension"),
    )
    assert rig.suggested("") == []
    rig.call(MAIN, 1, "Anna of London")
    rig.call("+16505550007", 2)
    rig.call(MAIN, 3)
    rig.service.set_favourites(
        OWNER, (Favourite(number="103", name="Andy"), Favourite(number=FAX, name="Lab", is_fax=True))
    )
    assert rig.suggested("") == ["103", MAIN, "+16505550007"]
    assert rig.suggested("an") == ["103", MAIN, MOBILE, "101", FAX]
    assert rig.suggested("ann lee") == [MOBILE, FAX]
    assert rig.suggested("0142") == [MOBILE]
    assert rig.suggested("10") == ["103", "101"]
    assert [s.label for s in rig.service.suggest(OWNER, "ann lee", 1, for_calls=True)] == ["Mobile"]
    assert "101" not in [s.number for s in rig.service.suggest(OWNER, "an", 8)]
    rig.call(MOBILE, 4)
    (line,) = [s for s in rig.service.suggest(OWNER, "", 8, for_calls=True) if s.number == MOBILE]
    assert (line.name, line.label, line.recipients) == (
        "Ann Lee",
        "Mobile",
        (Recipient(number=MOBILE, name="Ann Lee"),),
    )


def test_a_timeline_joins_calls_and_faxes_of_all_numbers(rig: Rig) -> None:
    rig.call(MOBILE, 1)
    rig.fax(FAX, 2)
    rig.call(MAIN, 3)
    incoming = InboundMessage(
        message_id="m1",
        number=FAX,
        name="",
        to_number="",
        created_at=NOW + timedelta(minutes=4),
        pages=1,
        is_read=False,
    )
    rig.received.upsert(OWNER, (incoming,), NOW)
    items = rig.service.timeline(OWNER, [MOBILE, FAX], 50)
    assert [type(item.what) for item in items] == [ReceivedFax, FaxJob, PastCall]
    assert [item.at for item in items] == sorted((item.at for item in items), reverse=True)
    assert len(rig.service.timeline(OWNER, [MOBILE, FAX, MAIN], 2)) == 2
    assert rig.service.timeline("other", [MOBILE, FAX], 50) == rig.service.timeline(OWNER, [], 50) == ()


def test_an_imported_list_becomes_people_of_ones_own(rig: Rig) -> None:
    table = ImportTable(
        columns=("Name", "Mobile"),
        rows=(("Judith", "020 7946 0103"), ("Judith", "020 7946 0104"), ("Bad", "12x"), ("Ann", "")),
        name_column=0,
        number_column=1,
    )
    assert rig.take(table, 0, 1) == 1
    (judith,) = rig.service.people(OWNER, "", 9)
    assert judith.numbers == (
        PersonNumber(number="+442079460103", label="Mobile"),
        PersonNumber(number="+442079460104", label="Mobile"),
    )
    again = ImportTable(
        columns=("Who", "Fax number"), rows=(("Judy", "+44 20 7946 0104"),), name_column=0, number_column=1
    )
    assert rig.take(again, 0, 1) == 1
    assert [(p.name, [n.is_fax for n in p.numbers]) for p in rig.service.people(OWNER, "", 9)] == [
        ("Judith", [False, False]),
        ("Judy", [True]),
    ]
    assert rig.service.caller(OWNER, "+442079460103").name == "Judith"
    with pytest.raises(UserError, match="no number in this list"):
        rig.take(table, 1, 0)


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("", True),
        ("an", True),
        ("le an", True),
        ("nn", False),
        ("0142", True),
        ("(650) 555", True),
        ("ann 142", True),
    ],
)
def test_what_a_text_finds(text: str, is_so: bool) -> None:
    assert is_found(text, "Ann Lee", MOBILE) is is_so


def test_a_vcard_brings_every_number_with_what_it_is(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "a.vcf"
    path.write_text(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Judith Bell\nTEL;TYPE=WORK,FAX:+442079460103\n"
        "TEL;TYPE=CELL,PREF:+44 20 7946 0104\nTEL;TYPE=HOME:020 7946 0105\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:4.0\nFN:No number\nEND:VCARD\n",
        encoding="utf-8",
    )
    table = rig.service.read_import(path, CancelToken())
    assert len(table.rows) == 2
    assert rig.take(table, table.name_column, None) == 1
    (judith,) = rig.service.people(OWNER, "", 9)
    assert judith.numbers == (
        PersonNumber(number="+442079460104", label="Mobile"),
        PersonNumber(number="+442079460105", label="Home"),
        PersonNumber(number="+442079460103", label="Business fax", is_fax=True),
    )
