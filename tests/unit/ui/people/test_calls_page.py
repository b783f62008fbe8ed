"""The Calls page on the stage: filters, search, keys, missed calls that are seen, the person."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu

from rcdesk.core.calls.past_call import CallOutcome, Direction
from rcdesk.core.people.people import Caller
from rcdesk.ui.people.calls_page import CallsPage
from rcdesk.ui.phone.past_call_row import call_sentence, dialled
from rcdesk.ui.phone.phone_page import Recents, RecentsModel
from tests.patient_bot import ModelTester, QtBot
from tests.unit.ui.desk_stand_in import FixedClock
from tests.unit.ui.people_stage import (
    BOOK,
    FRONT,
    LENA,
    LENA_FAX,
    PINE,
    missed_call,
    open_page,
    part,
    past_call,
)
from tests.unit.ui.stage import Stage

CALLS = (
    past_call(LENA, 1, name="Dr. Lena Ortiz"),
    missed_call(PINE, 2, name="Pine Street Pharmacy"),
    missed_call("", 3, outcome=CallOutcome.VOICEMAIL),
    past_call("+14155550160", 4, extension="204", outcome=CallOutcome.NO_ANSWER, talked_s=0.0),
    past_call(FRONT, 5, name="Front desk", direction=Direction.IN),
)


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> CallsPage:
    """The page with five calls."""
    stage.people.book = BOOK
    stage.history.have(*CALLS)
    made = open_page(qtbot, CallsPage(stage.desk))
    made.focus_list()
    return made


def heard(signal: Any) -> list[Any]:
    """What a signal brings from now on."""
    found: list[Any] = []
    signal.connect(lambda *what: found.append(what))
    return found


def numbers(page: CallsPage) -> list[str]:
    """The numbers listed."""
    return [
        page.model.index(row, 0).data(Qt.ItemDataRole.UserRole + 1).number
        for row in range(page.model.rowCount())
    ]


def choose(page: CallsPage, row: int) -> None:
    page.list.setCurrentIndex(page.model.index(row, 0))


def test_a_row_as_a_sentence() -> None:
    clock = FixedClock()
    at = clock.moment
    when = f"{at.astimezone():%H:%M}"
    said = [call_sentence(replace(call, at=at), "US", clock) for call in CALLS]
    assert said == [
        f"Dr. Lena Ortiz, (650) 555-0142, you called: talked 2:13, {when}",
        f"Pine Street Pharmacy, (650) 555-0119, Missed, {when}",
        f"Number withheld, Missed · voicemail, {when}",
        f"(415) 555-0160 ×204, you called: No answer, {when}",
        f"Front desk, 102, they called: talked 2:13, {when}",
    ]


def test_the_models_are_good_models(qtmodeltester: ModelTester, page: CallsPage) -> None:
    qtmodeltester.check(page.model)
    recents = RecentsModel(FixedClock())
    recents.show_rows(CALLS)
    qtmodeltester.check(recents)


def test_filters(page: CallsPage) -> None:
    for name, wanted in (
        ("calls_missed", [PINE, ""]),
        ("calls_out", [LENA, "+14155550160"]),
        ("calls_in", [PINE, "", FRONT]),
        ("calls_all", [call.number for call in CALLS]),
    ):
        part(page, QAbstractButton, name).click()
        assert numbers(page) == wanted
        assert part(page, QAbstractButton, name).isChecked()
        assert page.list.chosen() is not None, "the first row is chosen"


def test_the_search_and_its_empty_answer(qtbot: QtBot, page: CallsPage) -> None:
    page.search.setText("pine")
    qtbot.waitUntil(lambda: numbers(page) == [PINE])
    assert part(page, QLabel, "personName").text() == "Pine Street Pharmacy"
    page.search.setText("nobody")
    qtbot.waitUntil(lambda: numbers(page) == [])
    assert part(page, QLabel, "callsEmpty").text() == "No call matches “nobody”."
    assert part(page, QLabel, "personNobody").isVisible()
    qtbot.keyClick(page.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(numbers(page)) == len(CALLS))
    assert page.list.hasFocus()


def test_no_calls_of_a_kind(page: CallsPage, stage: Stage) -> None:
    stage.history.have()
    for name, words in (
        ("calls_missed", "No missed calls."),
        ("calls_out", "You have made no calls yet."),
        ("calls_in", "No calls have come in yet."),
    ):
        part(page, QAbstractButton, name).click()
        assert part(page, QLabel, "callsEmpty").text() == words
        assert not page.list.isVisible()


def test_keys_call_back_and_fax(qtbot: QtBot, page: CallsPage) -> None:
    called, faxed = heard(page.call_asked), heard(page.fax_asked)
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    qtbot.keyClick(page.list, Qt.Key.Key_F)
    assert (called, faxed) == ([(LENA, "Dr. Lena Ortiz")], [(LENA,)])
    choose(page, 2)
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    qtbot.keyClick(page.list, Qt.Key.Key_F)
    assert (len(called), len(faxed)) == (1, 1), "a number that was withheld cannot be called"
    choose(page, 3)
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert called[-1] == ("+14155550160;ext=204", ""), "the extension is called as well"
    assert dialled(CALLS[4]) == FRONT


def test_the_person_beside_the_call(page: CallsPage, stage: Stage) -> None:
    assert part(page, QLabel, "personName").text() == "Dr. Lena Ortiz"
    assert part(page.person, QAbstractButton, f"fax_{LENA_FAX}").isVisible(), "all their numbers"
    choose(page, 2)
    assert "withheld" in part(page, QLabel, "personNobody").text()
    choose(page, 3)
    assert part(page, QLabel, "personName").text() == "Unknown number"
    add = part(page.person, QAbstractButton, "personAddContact")
    asked = heard(page.contact_asked)
    add.click()
    assert asked == [("+14155550160",)]
    stage.people.callers_known["+14155550160"] = Caller(number="+14155550160", name="New contact")
    stage.people.people_changed.emit()
    assert part(page, QLabel, "personName").text() == "New contact"
    assert not add.isVisible()


def test_a_name_only_the_call_has_is_shown(page: CallsPage, stage: Stage) -> None:
    stage.history.have(past_call("+14155550131", 9, name="SAN FRANCISCO CA"))
    assert part(page, QLabel, "personName").text() == "SAN FRANCISCO CA"


def test_missed_calls_are_seen_after_a_moment(qtbot: QtBot, page: CallsPage, stage: Stage) -> None:
    page._seen.setInterval(1)
    qtbot.waitUntil(lambda: stage.history.seen == 1)
    assert stage.history.missed_count == 0
    assert not page._seen.isActive(), "nothing ticks while there is nothing new"
    stage.history.have(missed_call(PINE, 0), *CALLS[:1])
    qtbot.waitUntil(lambda: stage.history.seen == 2)


def test_missed_calls_are_not_seen_while_nobody_looks(qtbot: QtBot, page: CallsPage, stage: Stage) -> None:
    assert page._seen.isActive()
    other = QMenu()
    qtbot.addWidget(other)
    page.hide()
    assert not page._seen.isActive()
    stage.history.have(missed_call(LENA, 0), *CALLS)
    assert not page._seen.isActive()
    assert stage.history.seen == 0


def test_news_keep_the_chosen_call_and_the_scroll(page: CallsPage, stage: Stage) -> None:
    choose(page, 4)
    stage.history.have(missed_call("+14155550199", 0), *CALLS)
    assert numbers(page)[0] == "+14155550199"
    assert page.list.chosen() == CALLS[4]
    assert part(page, QLabel, "personName").text() == "Front desk"


def test_the_menu_offers_what_is_possible(qtbot: QtBot, page: CallsPage) -> None:
    def offered(row: int) -> list[str]:
        choose(page, row)
        page._open_menu(page.list.visualRect(page.list.currentIndex()).center())
        menus = [m for m in page.findChildren(QMenu) if m.isVisible()]
        words = [action.text() for menu in menus for action in menu.actions()]
        if menus:
            next(a for a in menus[0].actions() if a.text() == "Copy number").trigger()
        for menu in menus:
            menu.close()
        return words

    assert offered(0) == ["Call", "Fax", "Copy number"]
    assert offered(2) == []
    assert "Add to contacts…" in offered(3)
    assert QApplication.clipboard().text() == "+14155550160;ext=204"
    assert offered(4) == ["Call", "Copy number"]


def test_one_person_after_the_other_opens_no_window(qtbot: QtBot, page: CallsPage) -> None:
    for row in (3, 0, 4, 1):
        choose(page, row)
    qtbot.waitUntil(lambda: part(page.person, QAbstractButton, f"call_{PINE}").isVisible())
    QApplication.sendPostedEvents()
    assert page.list.hasFocus() and page.isActiveWindow()
    assert [w.objectName() for w in QApplication.topLevelWidgets() if w.isVisible()] == ["callsPage"]


def test_look_now(page: CallsPage, stage: Stage) -> None:
    part(page, QAbstractButton, "callsSync").click()
    assert stage.history.looks == 1


def test_recents_keep_the_chosen_call(qtbot: QtBot, stage: Stage) -> None:
    stage.history.have(*CALLS)
    card = open_page(qtbot, Recents(stage.desk))
    card.list.setCurrentIndex(card.model.index(1, 0))
    stage.history.have(past_call("+14155550199", 0), *CALLS)
    assert card.list.currentIndex().row() == 2
    stage.history.have(*CALLS[2:])
    assert not card.list.currentIndex().isValid()
