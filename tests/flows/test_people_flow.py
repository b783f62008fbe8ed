"""People and Calls with the real desk: contacts, favourites, timelines, missed calls, ways kept, imports.

What a clerk does at these pages, read back from the window and from what a screen reader finds. Read next:
test_call_flows.py, screen.py.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from rcdesk.core.calls.call import CallState
from rcdesk.core.fax.fax import Document, FaxDraft, Recipient
from rcdesk.core.people.people import DialChoice, PersonSource
from rcdesk.store.paths import Paths
from rcdesk.store.people.people import People, PersonRecord
from rcdesk.ui.compose.import_dialog import ImportDialog
from rcdesk.ui.people.calls_page import CallsPage
from rcdesk.ui.people.people_page import PeoplePage
from rcdesk.ui.phone.choices import PhoneRow
from tests.flows.conftest import OpenDesk, Opened, sign_in
from tests.flows.reader import press, spoken, tab_to, write

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
STRANGER = "+16505550208"
LAB, LAB_FAX = "+16505550143", "+16505550142"
BEN = "+16505550119"


def people_page(desk: Opened) -> PeoplePage:
    """Open People with its key, and wait for the address book."""
    _activate(desk)
    press(Qt.Key.Key_5, CONTROL)
    desk.screen.wait(lambda: desk.screen.has("peopleList"))
    page = desk.running.window.findChild(PeoplePage)
    assert page is not None
    desk.screen.wait(lambda: page.model.rowCount() > 5)
    return page


def calls_page(desk: Opened) -> CallsPage:
    """Open Calls with its key."""
    _activate(desk)
    press(Qt.Key.Key_4, CONTROL)
    desk.screen.wait(lambda: desk.screen.has("callsSearch"))
    page = desk.running.window.findChild(CallsPage)
    assert page is not None
    return page


def _activate(desk: Opened) -> None:
    desk.running.window.activateWindow()
    desk.screen.wait(desk.running.window.isActiveWindow)


def _search(desk: Opened, text: str) -> None:
    """Ctrl+F, the words, Enter."""
    press(Qt.Key.Key_F, CONTROL)
    write(text)
    press(Qt.Key.Key_Return)


def _find_person(desk: Opened, page: PeoplePage, name: str) -> None:
    """Search for somebody; they are chosen then and the list has the keyboard."""
    _search(desk, name)
    desk.screen.wait(
        lambda: page.model.rowCount() == 1 and name in desk.screen.find_as(QLabel, "personName").text()
    )


def _state(desk: Opened) -> CallState | None:
    calls = desk.running.desk.calls.calls
    return calls[0].state if calls else None


def _dialog(desk: Opened, name: str) -> QWidget:
    desk.screen.wait(lambda: desk.screen.has(name))
    return desk.screen.find(name)


def test_contacts_appear_and_are_called_and_faxed(signed_in: Opened, simulator: RunningSimulator) -> None:
    page = people_page(signed_in)
    signed_in.screen.wait(lambda: signed_in.screen.shows("Harbour Street Laboratory", "Ben Achterberg"))
    _find_person(signed_in, page, "Harbour Street Laboratory")
    assert "Harbour Street Laboratory, (650) 555-0143" in signed_in.screen.words()
    assert "Call (650) 555-0143" in spoken(page)
    press(Qt.Key.Key_F)
    signed_in.screen.wait(lambda: signed_in.screen.has("recipientField"))
    screen = signed_in.screen
    screen.wait(lambda: screen.shows("Harbour Street Laboratory") or screen.shows("(650) 555-0142"))
    press(Qt.Key.Key_5, CONTROL)
    signed_in.screen.wait(page.list.hasFocus)
    press(Qt.Key.Key_Return)
    signed_in.screen.wait(lambda: _state(signed_in) is CallState.RINGING_YOU)
    (call,) = signed_in.running.desk.calls.calls
    assert call.request.to_number == LAB, "a call goes to the phone, not to the fax"
    signed_in.screen.wait_for("Harbour Street Laboratory", "Ringing your desk phone")


def test_favourites_are_starred_ordered_and_kept(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = sign_in(open_desk, simulator)
    page = people_page(desk)
    for name in ("Ben", "Lin Zhao", "Greta"):
        _find_person(desk, page, name)
        press(Qt.Key.Key_S)
    people = desk.running.desk.people
    assert [f.name for f in people.favourites] == ["Ben Achterberg", "Lin Zhao", "Greta Nilsson"]
    press(Qt.Key.Key_Escape)
    desk.screen.wait(lambda: page.model.rowCount() > 3)
    desk.screen.press("people_favourites")
    desk.screen.wait(lambda: page.model.rowCount() == 3)
    page.focus_list()
    press(Qt.Key.Key_End)
    press(Qt.Key.Key_Up, ALT)
    assert [f.name for f in people.favourites] == ["Ben Achterberg", "Greta Nilsson", "Lin Zhao"]
    desk.screen.press("people_all")
    first = [page.model.index(row, 0).data for row in range(3)]
    desk.screen.wait(lambda: [data() for data in first] == ["Ben Achterberg", "Greta Nilsson", "Lin Zhao"])
    assert desk.running.stop()
    again = sign_in(open_desk, simulator)
    again.screen.wait(lambda: len(again.running.desk.people.favourites) == 3)
    assert [f.name for f in again.running.desk.people.favourites][1] == "Greta Nilsson"


def test_one_timeline_of_calls_and_faxes(
    signed_in: Opened, simulator: RunningSimulator, tmp_path: Path
) -> None:
    path = tmp_path / "Referral.png"
    Image.new("L", (600, 800), 200).save(path)
    document = Document(
        path=path, name=path.name, size_bytes=path.stat().st_size, media_type="image/png", pages=1
    )
    signed_in.running.desk.faxes.queue(
        FaxDraft(recipients=(Recipient(number=LAB_FAX, name="Harbour"),), documents=(document,))
    )
    simulator.inbound_call(LAB, outcome="answered", talk_s=61)
    signed_in.running.desk.history.refresh()
    page = people_page(signed_in)
    _find_person(signed_in, page, "Harbour Street Laboratory")
    signed_in.screen.wait_for("They called, Talked 1:01", "Fax to them")
    row = next(r for r in range(2) if "Fax" in str(page.person.timeline.rows.index(r, 0).data()))
    page.person.timeline.setFocus()
    page.person.timeline.setCurrentIndex(page.person.timeline.rows.index(row, 0))
    press(Qt.Key.Key_Return)
    signed_in.screen.wait(lambda: not page.isVisible())
    signed_in.screen.wait_for("Referral", "(650) 555-0142")


def test_a_stranger_becomes_a_contact(signed_in: Opened, simulator: RunningSimulator) -> None:
    """The address book cannot be reached at first: said in the dialog, then it works."""
    _activate(signed_in)
    press(Qt.Key.Key_L, CONTROL)
    write("6505550204")
    press(Qt.Key.Key_Return)
    signed_in.screen.wait(lambda: _state(signed_in) is CallState.RINGING_YOU)
    signed_in.screen.press("cancelCallButton")
    signed_in.screen.wait(lambda: signed_in.screen.has("addContactButton"))
    simulator.fault("status", path="address-book/contact", method="POST", status=503, times=20)
    signed_in.screen.press("addContactButton")
    _dialog(signed_in, "contactDialog")
    signed_in.screen.type("contactName", "Zoe Stranger", enter=True)
    signed_in.screen.wait(
        lambda: signed_in.screen.find_as(QLabel, "contactSaid").text().startswith("Not saved.")
    )
    assert signed_in.screen.find_as(QLineEdit, "contactName").text() == "Zoe Stranger"
    simulator.clear_faults()
    signed_in.screen.press("contactSave")
    signed_in.screen.wait(lambda: not signed_in.screen.has("contactDialog"))
    signed_in.screen.wait(lambda: not signed_in.screen.has("addContactButton"))
    signed_in.screen.wait_for("Zoe Stranger")
    page = calls_page(signed_in)
    signed_in.screen.wait(lambda: page.model.rowCount() > 0)
    signed_in.screen.wait(lambda: "Zoe Stranger" in str(page.model.index(0, 0).data()))
    signed_in.screen.wait(lambda: signed_in.screen.find_as(QLabel, "personName").text() == "Zoe Stranger")


def test_a_missed_call_is_marked_until_somebody_looks(signed_in: Opened, simulator: RunningSimulator) -> None:
    history, screen = signed_in.running.desk.history, signed_in.screen
    simulator.inbound_call(BEN, outcome="missed")
    history.refresh()
    screen.wait(lambda: history.missed_count == 1)
    assert "missed" in screen.find("nav_calls").accessibleName()
    page = calls_page(signed_in)
    screen.wait(lambda: "Ben Achterberg, (650) 555-0119, Missed" in screen.words())
    screen.wait(lambda: history.missed_count == 0)
    screen.wait(lambda: "missed" not in screen.find("nav_calls").accessibleName())
    screen.press("calls_missed")
    screen.wait(lambda: page.model.rowCount() == 1)
    page.focus_list()
    press(Qt.Key.Key_Return)
    screen.wait(lambda: _state(signed_in) is CallState.RINGING_YOU)
    assert signed_in.running.desk.calls.calls[0].request.to_number == BEN


def test_a_fax_from_the_calls(signed_in: Opened, simulator: RunningSimulator) -> None:
    simulator.inbound_call(STRANGER, outcome="voicemail")
    signed_in.running.desk.history.refresh()
    page = calls_page(signed_in)
    signed_in.screen.wait(lambda: page.model.rowCount() == 1)
    page.focus_list()
    press(Qt.Key.Key_F)
    signed_in.screen.wait(lambda: signed_in.screen.has("recipientField"))
    signed_in.screen.wait_for("(650) 555-0208")


def test_a_way_is_kept_for_a_number(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    """Another phone rings first for this number only, next time too, until that is forgotten."""
    desk = sign_in(open_desk, simulator)
    _activate(desk)
    desk.screen.press("otherPhoneButton")
    desk.screen.type("otherPhoneField", "510 555 0199", enter=True)
    assert _phones(desk)["+15105550199"].isChecked()
    press(Qt.Key.Key_L, CONTROL)
    write("6505550200")
    _phones(desk)["+14155550123"].click()
    keep = tab_to("keepWayButton")
    assert "Always call" in keep.accessibleName()
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_L, CONTROL)
    write("6505550208")
    _phones(desk)["+15105550199"].click()
    press(Qt.Key.Key_L, CONTROL)
    press(Qt.Key.Key_Return)
    desk.screen.wait(lambda: _state(desk) is CallState.RINGING_YOU)
    assert desk.running.desk.calls.calls[0].request.from_number == "+15105550199"
    desk.screen.press("cancelCallButton")
    desk.screen.wait(lambda: _state(desk) is CallState.CANCELLED)
    assert desk.running.stop()
    again = sign_in(open_desk, simulator)
    again.screen.wait(lambda: again.running.desk.people.choices)
    _activate(again)
    press(Qt.Key.Key_L, CONTROL)
    write("6505550200")
    again.screen.wait(lambda: again.screen.shows("Kept for", "Forget it"))
    press(Qt.Key.Key_Return)
    again.screen.wait(lambda: _state(again) is CallState.RINGING_YOU)
    assert again.running.desk.calls.calls[0].request.from_number == "+14155550123"
    press(Qt.Key.Key_L, CONTROL)
    write("6505550200")
    again.screen.press("keepWayButton")
    assert again.running.desk.people.choice_of("+16505550200") == DialChoice()
    assert not again.screen.has("keepWayButton")


def _phones(desk: Opened) -> dict[str, PhoneRow]:
    """The phones that may ring first, by number."""
    return {row.phone.phone_number: row for row in desk.running.window.findChildren(PhoneRow)}


def test_a_vcard_becomes_people(signed_in: Opened, tmp_path: Path) -> None:
    path = tmp_path / "friends.vcf"
    path.write_text(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Judith Bell\nTEL;TYPE=WORK,FAX:+16505550301\n"
        "TEL;TYPE=CELL:+16505550302\nEND:VCARD\n",
        encoding="utf-8",
    )
    page = people_page(signed_in)
    page._read_import(str(path))
    signed_in.screen.wait(lambda: page.findChild(ImportDialog) is not None)
    dialog = page.findChild(ImportDialog)
    button = dialog and dialog.findChild(QWidget, "importButton")
    assert button is not None
    signed_in.screen.wait(button.isEnabled)
    signed_in.screen.press("importButton")
    signed_in.screen.wait_for("1 person was added.")
    _activate(signed_in)
    _find_person(signed_in, page, "Judith")
    person = page.person.person
    assert person is not None
    assert (person.to_call.number, person.to_fax and person.to_fax.number) == ("+16505550302", "+16505550301")


def test_thirty_thousand_people(open_desk: OpenDesk, simulator: RunningSimulator, tmp_path: Path) -> None:
    """A large list opens, scrolls and is searched without the window standing still."""
    desk = sign_in(open_desk, simulator)
    account = desk.running.desk.session.account
    assert account is not None
    people = People(Paths.under(tmp_path / "desk").database)
    records = [
        PersonRecord(
            source_id=f"p{n}",
            name=f"Person {n:05}",
            company="Large Company",
            number=f"+1650{2000000 + n}",
            label="Business",
            is_fax=False,
        )
        for n in range(30_000)
    ]
    people.add(account.owner_id, PersonSource.IMPORT, records)
    people.close()
    page = people_page(desk)
    desk.screen.wait(lambda: page.model.rowCount() >= 2000)
    desk.screen.wait(lambda: desk.screen.has("peopleMore"))
    longest_s = 0.0
    for _ in range(20):
        began = time.thread_time()
        press(Qt.Key.Key_PageDown)
        page.list.viewport().repaint()
        longest_s = max(longest_s, time.thread_time() - began)
    assert longest_s < 0.5, "of the processor's time, whoever else uses it"
    began = time.thread_time()
    page.model.show_rows(())
    desk.running.desk.people.people_changed.emit()
    desk.screen.wait(lambda: page.model.rowCount() >= 2000)
    assert time.thread_time() - began < 6.0
    _find_person(desk, page, "Person 29999")


def test_a_person_is_made_edited_deleted_and_brought_back(
    signed_in: Opened, simulator: RunningSimulator
) -> None:
    """By keyboard, in RingCentral's contacts; while there is no answer the dialog keeps what was typed."""
    page, screen = people_page(signed_in), signed_in.screen
    page.focus_list()
    press(Qt.Key.Key_N)
    _dialog(signed_in, "contactDialog")
    screen.type("contactName", "Zoe Quist")
    screen.type("contactCompany", "Quist Dental")
    screen.type("contactNumber_0", "650 555 01", enter=True)
    screen.wait(lambda: screen.has("contactProblem_0"))
    simulator.fault("status", path="address-book/contact", status=503, times=20)
    screen.type("contactNumber_0", "650 555 0177", enter=True)
    screen.wait(lambda: screen.find_as(QLabel, "contactSaid").text().startswith("Not saved."))
    simulator.clear_faults()
    screen.press("contactSave")
    screen.wait(lambda: not screen.has("contactDialog"))
    _activate(signed_in)
    _find_person(signed_in, page, "Zoe Quist")
    person = page.person.person
    assert person is not None and person.source is PersonSource.CONTACT
    assert (person.company, person.to_call.number) == ("Quist Dental", "+16505550177")
    press(Qt.Key.Key_E)
    _dialog(signed_in, "contactDialog")
    screen.type("contactName", "Zoe Graf", enter=True)
    screen.wait(lambda: not screen.has("contactDialog"))
    _activate(signed_in)
    _find_person(signed_in, page, "Zoe Graf")
    press(Qt.Key.Key_Delete)
    screen.wait(lambda: page.model.rowCount() == 0)
    screen.wait(lambda: screen.shows("Zoe Graf was deleted."))
    screen.press("footUndo")
    screen.wait(lambda: page.model.rowCount() == 1)
    screen.wait(lambda: screen.shows("Zoe Graf is back."))
