"""The number field and its hint as a person meets them: typing, pasting, undo, the list, recall, words."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListView, QMenu, QVBoxLayout, QWidget

from rcdesk.core.calls.past_call import CallOutcome, Direction
from rcdesk.core.people.people import Caller, PersonSource
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.phone.number_field import NumberField, Shown, TextHistory
from rcdesk.ui.phone.number_hint import NumberHint
from tests.now import now
from tests.patience import PATIENCE_S
from tests.patient_bot import QtBot
from tests.unit.ui.number_stage import LENA, NumberStage, past, person
from tests.unit.ui.stage import shoot

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


@dataclass(frozen=True)
class Place:
    """A window with a field, its hint, and something below."""

    stage: NumberStage
    window: QWidget
    field: NumberField
    hint: NumberHint

    @property
    def left(self) -> str:
        """What is said at the left."""
        return self._label("numberReason")

    @property
    def right(self) -> str:
        """What is said at the right."""
        return self._label("numberDetail")

    @property
    def rows(self) -> list[str]:
        """What the open list offers."""
        view = self.window.findChild(QListView, "suggestionList")
        if view is None or not view.isVisible():
            return []
        model = view.model()
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    def _label(self, name: str) -> str:
        label = self.window.findChild(QLabel, name)
        assert label is not None
        return label.text()


@pytest.fixture
def place(qtbot: QtBot, qapp: QApplication) -> Iterator[Place]:
    theme().apply(qapp, "light")
    stage = NumberStage()
    window = QWidget()
    field = NumberField(window, desk=stage.desk)
    hint = NumberHint(field, window, desk=stage.desk)
    layout = QVBoxLayout(window)
    layout.setContentsMargins(24, 24, 24, 24)
    layout.addWidget(field)
    layout.addWidget(hint)
    layout.addStretch(1)
    window.resize(408, 460)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    field.setFocus()
    yield Place(stage=stage, window=window, field=field, hint=hint)
    theme().set_scheme("light")


def paste(qtbot: QtBot, field: NumberField, text: str) -> None:
    """As a person does."""
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(field, Key.Key_V, CONTROL)


def digits(text: str) -> str:
    """What counts."""
    return "".join(filter(str.isdigit, text))


def caret_is_behind(field: QLineEdit) -> str:
    """The text left of the caret."""
    return field.text()[: field.cursorPosition()]


# Typing


def test_digits_are_grouped_while_they_are_typed(qtbot: QtBot, place: Place) -> None:
    seen = []
    for char in "6505550142":
        qtbot.keyClicks(place.field, char)
        seen.append(place.field.text())
        assert place.field.cursorPosition() == len(place.field.text())
    assert seen[5:] == ["650555", "650-5550", "(650) 555-01", "(650) 555-014", "(650) 555-0142"]


def test_typing_and_deleting_in_the_middle_keeps_the_caret(qtbot: QtBot, place: Place) -> None:
    field = place.field
    qtbot.keyClicks(field, "6505550142")
    field.setCursorPosition(8)
    qtbot.keyClick(field, Key.Key_Backspace)
    assert field.text() == "(650) 550-142" and caret_is_behind(field) == "(650) 5"
    qtbot.keyClicks(field, "7")
    assert field.text() == "(650) 575-0142" and caret_is_behind(field) == "(650) 57"
    qtbot.keyClick(field, Key.Key_Delete)
    assert field.text() == "(650) 570-142" and caret_is_behind(field) == "(650) 57"


def test_backspace_eats_its_way_through_brackets(qtbot: QtBot, place: Place) -> None:
    field = place.field
    qtbot.keyClicks(field, "6505550142")
    field.setCursorPosition(6)
    for _ in range(12):
        qtbot.keyClick(field, Key.Key_Backspace)
    assert field.text() == "555-0142" or field.text() == "5550142"
    assert caret_is_behind(field) == ""


def test_a_selection_is_replaced_by_what_is_pasted(qtbot: QtBot, place: Place) -> None:
    field = place.field
    qtbot.keyClicks(field, "6505550142")
    field.selectAll()
    paste(qtbot, field, "\u202a+44\u00a020 7946\u20110018\u202c")
    assert field.text() == "+44 20 7946 0018"
    assert place.right.startswith("+442079460018")


def test_words_links_and_extensions_stay_as_they_were_pasted(qtbot: QtBot, place: Place) -> None:
    for text, e164 in (
        ("1-800-FLOWERS", "+18003569377"),
        ("tel:+1-650-555-0142;ext=9", LENA),
        ("+1 650-555-0142 ext. 204", LENA),
    ):
        place.field.selectAll()
        paste(qtbot, place.field, text)
        assert place.field.text() == text
        assert place.right.startswith(e164)
    assert place.left == "Then enter 204 on your phone."


def test_the_keypad_types_at_the_caret(place: Place) -> None:
    for digit in "6505550142":
        place.field.insert_text(digit)
    assert place.field.text() == "(650) 555-0142"
    place.field.setCursorPosition(0)
    place.field.insert_text("1")
    assert place.field.text() == "1 (650) 555-0142"
    assert caret_is_behind(place.field) == "1"


def test_whatever_is_done_the_caret_stays_with_its_digits(qtbot: QtBot, place: Place) -> None:
    """Beside a plain line edit that gets the same keys at the same place."""
    source, field, plain = random.Random(12), place.field, QLineEdit()
    qtbot.addWidget(plain)
    keys = [*"0123456789" * 2, *"+ -x", *[Key.Key_Backspace] * 6, *[Key.Key_Delete] * 4, Key.Key_Home]
    for step in range(600):
        if step % 40 == 0:
            field.setText(source.choice(("(650) 555-0142", "+44 20 7946 0018", "", "1-800-FLOWERS")))
        begin = source.randint(0, len(field.text()))
        end = min(len(field.text()), begin + source.choice((0, 0, 0, 2, 5)))
        plain.setText(field.text())
        key = source.choice(keys)
        for line in (field, plain):
            line.setSelection(begin, end - begin) if end > begin else line.setCursorPosition(begin)
            qtbot.keyClicks(line, key) if isinstance(key, str) else qtbot.keyClick(line, key)
        said = (plain.text(), plain.cursorPosition(), field.text(), field.cursorPosition())
        assert digits(field.text()) == digits(plain.text()), said
        assert digits(caret_is_behind(field)) == digits(caret_is_behind(plain)), said


# Undo


def test_undo_goes_back_by_runs_and_redo_forward(qtbot: QtBot, place: Place) -> None:
    field = place.field
    qtbot.keyClicks(field, "6505550142")
    qtbot.keyClick(field, Key.Key_Backspace)
    qtbot.keyClick(field, Key.Key_Backspace)
    field.selectAll()
    paste(qtbot, field, "+442079460018")
    shown = []
    for _ in range(4):
        qtbot.keyClick(field, Key.Key_Z, CONTROL)
        shown.append(field.text())
    assert shown == ["(650) 555-01", "(650) 555-0142", "", ""]
    for _ in range(3):
        qtbot.keyClick(field, Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert field.text() == "+44 20 7946 0018"
    assert place.right.startswith("+442079460018")


def test_what_esc_cleared_comes_back(qtbot: QtBot, place: Place) -> None:
    qtbot.keyClicks(place.field, "6505550142")
    with qtbot.waitSignal(place.field.cleared):
        qtbot.keyClick(place.field, Key.Key_Escape)
    assert place.field.text() == ""
    qtbot.keyClick(place.field, Key.Key_Z, CONTROL)
    assert place.field.text() == "(650) 555-0142"


def test_the_menu_undoes_too(qtbot: QtBot, place: Place) -> None:
    qtbot.keyClicks(place.field, "6505550142")
    middle = place.field.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, middle, place.field.mapToGlobal(middle))
    QApplication.sendEvent(place.field, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    (undo,) = [action for action in menu.actions() if action.objectName() == "edit-undo"]
    assert undo.isEnabled()
    undo.trigger()
    menu.close()
    assert place.field.text() == ""


def test_history_keeps_what_was_undone_until_something_new() -> None:
    history = TextHistory()
    for text in ("1", "12", "123"):
        history.show(Shown(text=text, caret=len(text)), 1)
    assert history.undo() == Shown(text="", caret=0)
    assert history.undo() is None
    assert history.redo() == Shown(text="123", caret=3)
    history.undo()
    history.show(Shown(text="9", caret=1), 1)
    assert history.redo() is None and not history.can_redo and history.can_undo


# The list


def test_people_are_offered_below_and_the_focus_stays(qtbot: QtBot, place: Place) -> None:
    lena = person("Dr. Lena Ortiz", LENA, "Mobile")
    group = person("Lena's clinic", "", source=PersonSource.GROUP)
    place.stage.people.known = (lena, person("Lenard Okafor", "+14155550160"), group)
    place.stage.people.callers_known[LENA] = Caller(number=LENA, name="Dr. Lena Ortiz", label="Mobile")
    dialled: list[None] = []
    place.field.returnPressed.connect(lambda: dialled.append(None))
    qtbot.keyClicks(place.field, "Len")
    qtbot.waitUntil(lambda: bool(place.rows))
    assert place.rows == ["Dr. Lena Ortiz", "Lenard Okafor"]
    assert place.stage.people.asked == ["Len"], "one question for a run of keys"
    assert place.field.hasFocus() and now(place.field.is_offering)
    shoot(place.window, "number-offered-light")
    qtbot.keyClick(place.field, Key.Key_Down)
    qtbot.keyClick(place.field, Key.Key_Up)
    with qtbot.waitSignal(place.field.picked):
        qtbot.keyClick(place.field, Key.Key_Return)
    assert place.field.text() == "(650) 555-0142"
    assert place.left == "Dr. Lena Ortiz · Mobile"
    assert place.hint.name() == "Dr. Lena Ortiz"
    assert not place.field.is_offering and dialled == []
    qtbot.keyClick(place.field, Key.Key_Return)
    assert len(dialled) == 1


def test_enter_after_a_name_takes_the_first_or_says_there_is_no_number(qtbot: QtBot, place: Place) -> None:
    place.stage.people.known = (person("Dr. Lena Ortiz", LENA),)
    qtbot.keyClicks(place.field, "lena")
    qtbot.keyClick(place.field, Key.Key_Return)
    assert place.field.text() == "(650) 555-0142"
    place.field.selectAll()
    qtbot.keyClicks(place.field, "nobody")
    with qtbot.waitSignal(place.field.returnPressed):
        qtbot.keyClick(place.field, Key.Key_Return)
    assert place.hint.insist() is None
    assert place.left == "This is not a phone number: it has no digits."


def test_digits_look_for_numbers_and_enter_dials_what_is_typed(qtbot: QtBot, place: Place) -> None:
    place.stage.people.known = (person("Dr. Lena Ortiz", LENA),)
    qtbot.keyClicks(place.field, "6505550")
    qtbot.waitUntil(lambda: bool(place.rows))
    assert place.stage.people.asked == ["6505550"], "digits only, whatever the grouping"
    view = place.window.findChild(QListView, "suggestionList")
    assert view is not None and not view.currentIndex().isValid()
    with qtbot.waitSignal(place.field.returnPressed):
        qtbot.keyClick(place.field, Key.Key_Return)
    assert place.field.text() == "650-5550" and not place.field.is_offering


def test_a_complete_number_is_not_offered_again(qtbot: QtBot, place: Place) -> None:
    place.stage.people.known = (person("Dr. Lena Ortiz", LENA),)
    qtbot.keyClicks(place.field, "6505550142")
    qtbot.waitUntil(lambda: bool(place.stage.people.asked))
    assert place.rows == []


def test_esc_closes_the_list_first_then_clears(qtbot: QtBot, place: Place) -> None:
    place.stage.people.known = (person("Dr. Lena Ortiz", LENA),)
    qtbot.keyClicks(place.field, "len")
    qtbot.waitUntil(lambda: bool(place.rows))
    qtbot.keyClick(place.field, Key.Key_Escape)
    assert place.rows == [] and place.field.text() == "len"
    qtbot.keyClick(place.field, Key.Key_Escape)
    assert place.field.text() == ""


def test_down_in_an_empty_field_offers_who_was_called_lately(qtbot: QtBot, place: Place) -> None:
    place.stage.people.known = (person("Dr. Lena Ortiz", LENA, source=PersonSource.RECENT),)
    qtbot.keyClick(place.field, Key.Key_Down)
    assert place.rows == ["Dr. Lena Ortiz"]
    place.field.clearFocus()
    assert place.rows == []


# Recall


def test_up_recalls_the_numbers_called_last_and_down_comes_back(qtbot: QtBot, place: Place) -> None:
    place.stage.history.recents = (
        past("+16505550119", Direction.IN),
        past(LENA),
        past("+14155550160", extension="204"),
        past(LENA),
        past("204"),
        past(""),
    )
    qtbot.keyClicks(place.field, "12")
    shown = []
    for key in (*[Key.Key_Up] * 4, *[Key.Key_Down] * 3):
        qtbot.keyClick(place.field, key)
        shown.append(place.field.text())
    assert shown == [
        "(650) 555-0142",
        "(415) 555-0160 ext. 204",
        "204",
        "204",
        "(415) 555-0160 ext. 204",
        "(650) 555-0142",
        "12",
    ]
    qtbot.keyClick(place.field, Key.Key_Up)
    assert place.hint.number() is not None
    assert place.field.cursorPosition() == len(place.field.text())
    assert place.rows == []


# The hint


def test_country_at_once_then_town_and_name(qtbot: QtBot, place: Place) -> None:
    paste(qtbot, place.field, "6505550142")
    assert place.right == f"{LENA} · United States" and place.left == ""
    (e164, found) = place.stage.numbers.asked[-1]
    assert e164 == LENA
    found("San Mateo, CA")
    assert place.right == f"{LENA} · San Mateo, CA"
    place.stage.people.callers_known[LENA] = Caller(number=LENA, name="Dr. Lena Ortiz", label="mobile")
    with qtbot.waitSignal(place.hint.checked):
        place.stage.people.people_changed.emit()
    assert place.left == "Dr. Lena Ortiz · mobile"
    place.field.selectAll()
    paste(qtbot, place.field, "+44 20 7946 0018")
    found("Late, CA")
    assert place.right == "+442079460018 · United Kingdom"
    place.stage.numbers.asked[-1][1]("London")
    assert place.right == "+442079460018 · London, United Kingdom"
    assert place.left == ""


def test_a_missed_call_of_today_is_said(qtbot: QtBot, place: Place) -> None:
    now = datetime.now().astimezone()
    missed = past(LENA, Direction.IN)
    for at, words in ((now, "Pine Street · missed you at "), (now - timedelta(days=2), "Pine Street · work")):
        call = replace(missed, at=at, outcome=CallOutcome.MISSED)
        place.stage.people.callers_known[LENA] = Caller(
            number=LENA, name="Pine Street", label="work", last_call=call
        )
        place.field.clear()
        paste(qtbot, place.field, "6505550142")
        assert place.left.startswith(words)


def test_a_short_extension_is_named(qtbot: QtBot, place: Place) -> None:
    place.stage.people.callers_known["204"] = Caller(number="204", name="Bob Lee")
    qtbot.keyClicks(place.field, "204")
    assert (place.left, place.right) == ("Bob Lee", "Extension 204")
    number = place.hint.number()
    assert number is not None and number.is_short


def test_a_known_name_and_an_extension(qtbot: QtBot, place: Place) -> None:
    place.stage.people.callers_known[LENA] = Caller(number=LENA, name="Okafor & Lee", label="work")
    paste(qtbot, place.field, "650 555 0142 x204")
    assert place.left == "Okafor & Lee · enter 204 on your phone"


def test_reasons_wait_until_typing_stops_and_come_at_once_with_enter(qtbot: QtBot, place: Place) -> None:
    qtbot.keyClicks(place.field, "*676505550142")
    assert place.left == "", "nobody is scolded while typing"
    assert place.hint.insist() is None
    assert place.left.startswith("Codes such as *67 work on your phone itself")
    assert place.field.property("problem")
    place.field.selectAll()
    qtbot.keyClicks(place.field, "9-911")
    qtbot.waitUntil(lambda: place.left.startswith("This is an emergency number. Use your phone"))
    shoot(place.window, "number-emergency-light")


# Before numbers can be read


def test_nothing_is_read_before_the_import_is_done(qtbot: QtBot, place: Place) -> None:
    place.stage.numbers.is_ready = False
    qtbot.keyClicks(place.field, "6505550142")
    assert place.field.text() == "6505550142"
    assert place.hint.number() is None and place.right == ""
    place.stage.numbers.become_ready()
    assert place.right.startswith(LENA)
    place.field.clear()
    place.stage.numbers.is_ready = False
    qtbot.keyClicks(place.field, "6505550142")
    assert place.hint.insist() is not None, "Enter does not wait"


def test_typing_before_the_import_imports_nothing() -> None:
    script = """
import sys
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
application = QApplication([])
from tests.unit.ui.number_stage import NumberStage
from rcdesk.ui.phone.number_field import NumberField, NumberHint
stage = NumberStage()
stage.numbers.is_ready = False
field = NumberField(desk=stage.desk)
hint = NumberHint(field, desk=stage.desk)
field.show()
QTest.keyClicks(field, "6505550142")
print(field.text(), [name for name in sys.modules if name.startswith("phonenumbers")])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.stdout.split(" ", 1) == ["6505550142", "[]\n"], done.stderr


# Screen readers


def test_screen_readers_get_names_and_rows(qtbot: QtBot, place: Place) -> None:
    interface = QAccessible.queryAccessibleInterface(place.field)
    assert interface.text(QAccessible.Text.Name) == "Number to call"
    place.stage.people.known = (person("Dr. Lena Ortiz", LENA, "Mobile"),)
    qtbot.keyClicks(place.field, "len")
    qtbot.waitUntil(lambda: bool(place.rows))
    view = place.window.findChild(QListView, "suggestionList")
    assert view is not None
    row = QAccessible.queryAccessibleInterface(view).child(0)
    assert row.text(QAccessible.Text.Name) == "Dr. Lena Ortiz, (650) 555-0142 · Mobile, Address book"
    paste(qtbot, place.field, "")
    place.field.setText("650 555 0142")
    detail = place.window.findChild(QLabel, "numberDetail")
    assert detail is not None
    assert QAccessible.queryAccessibleInterface(detail).text(QAccessible.Text.Name).startswith(LENA)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures(qtbot: QtBot, place: Place, scheme: str) -> None:
    theme().set_scheme(scheme)
    stage = place.stage
    stage.people.callers_known[LENA] = Caller(number=LENA, name="Dr. Lena Ortiz", label="mobile")
    paste(qtbot, place.field, "6505550142")
    stage.numbers.asked[-1][1]("San Mateo, CA")
    shoot(place.window, f"number-known-{scheme}")
    detail = place.window.findChild(QLabel, "numberDetail")
    assert detail is not None and detail.isVisible()
    least = detail.fontMetrics().horizontalAdvance(LENA)
    assert detail.width() >= least, "the number that will be called is always readable"
    stage.people.callers_known[LENA] = Caller(
        number=LENA, name="Dr. Lena Ortiz", label="a label without an end " * 5
    )
    stage.people.people_changed.emit()
    QApplication.sendPostedEvents()
    assert detail.width() >= least
    shoot(place.window, f"number-long-{scheme}")
    place.field.setText("415 555 0160 x204")
    shoot(place.window, f"number-extension-{scheme}")
    place.field.setText("*67 415 555 0160")
    place.hint.insist()
    shoot(place.window, f"number-refused-{scheme}")
    stage.people.known = (
        person("Dr. Lena Ortiz", LENA, "Mobile"),
        person("Lena Brandt", "204", "Extension", PersonSource.DIRECTORY),
        person("Lenard & Sons", "+14155550160", "", PersonSource.RECENT),
    )
    place.field.selectAll()
    qtbot.keyClicks(place.field, "len")
    qtbot.waitUntil(lambda: len(place.rows) == 3)
    shoot(place.window, f"number-offered-{scheme}")
