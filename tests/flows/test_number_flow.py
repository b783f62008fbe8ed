"""The number field of the real window by keyboard alone: somebody found by name, called, and recalled.

Numbers come from the simulator's address book and directory, places from the tables on this machine. Read
next: test_call_flows.py, tests/unit/ui/phone/test_number_field.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QListView

from rcdesk.core.people.people import Suggestion
from tests.flows.conftest import Opened
from tests.flows.reader import press, spoken, write
from tests.flows.screen import Screen

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

CONTROL = Qt.KeyboardModifier.ControlModifier


def wait_for_people(desk: Opened, name: str) -> None:
    """The address book and directory are fetched after the sign-in."""
    found: list[Suggestion] = []
    people = desk.running.desk.people

    def is_known() -> bool:
        people.suggest_calls(name, found.extend)
        return bool(found)

    desk.screen.wait(is_known)


def go_to_number(desk: Opened) -> None:
    """Into the number field, by its key."""
    window = desk.running.window
    window.activateWindow()
    desk.screen.wait(window.isActiveWindow)
    press(Qt.Key.Key_L, CONTROL)
    desk.screen.wait(lambda: desk.screen.find("numberField").hasFocus())


def offered(screen: Screen) -> QListView:
    """The list of people, once it is open."""
    screen.wait(lambda: screen.has("suggestionList"))
    return screen.find_as(QListView, "suggestionList")


def test_a_colleague_is_found_by_name_called_and_recalled(
    signed_in: Opened, simulator: RunningSimulator
) -> None:
    screen, calls = signed_in.screen, signed_in.running.desk.calls
    wait_for_people(signed_in, "okonkwo")
    go_to_number(signed_in)
    write("okonk")
    model = offered(screen).model()
    names = [str(model.index(row, 0).data()) for row in range(model.rowCount())]
    assert names and all("Okonkwo" in name for name in names)
    assert "Dele Okonkwo" in spoken(signed_in.running.window)
    press(Qt.Key.Key_Return)
    assert not screen.has("suggestionList")
    number = screen.find("numberField").property("text")
    assert any(c.isdigit() for c in number)
    screen.wait(lambda: "Dele Okonkwo" in screen.find("numberReason").property("text"))
    press(Qt.Key.Key_Return)
    screen.wait(lambda: bool(calls.calls))
    assert screen.find("numberField").property("text") == ""
    call = calls.calls[0]
    calls.cancel(call.id)
    screen.wait(lambda: not calls.calls or calls.calls[0].state.is_final)
    history = signed_in.running.desk.history
    screen.wait(lambda: any(past.number == call.request.to_number for past in history.recents))
    go_to_number(signed_in)
    press(Qt.Key.Key_Up)
    assert screen.find("numberField").property("text") == number


def test_the_number_that_will_be_called_and_its_town_are_shown(signed_in: Opened) -> None:
    screen = signed_in.screen
    go_to_number(signed_in)
    for pasted, e164, place in (
        ("tel:%2B1-415-555-0131", "+14155550131", "San Francisco, CA"),
        ("０１１ 44 20 7946 0018", "+442079460018", "London, United Kingdom"),
        ("1-800-FLOWERS", "+18003569377", "United States"),
    ):
        QGuiApplication.clipboard().setText(pasted)
        press(Qt.Key.Key_V, CONTROL)
        screen.wait_for(f"{e164} · {place}")
        press(Qt.Key.Key_Escape)
        if screen.find("numberField").property("text"):
            press(Qt.Key.Key_Escape)
        assert screen.find("numberField").property("text") == ""
