"""The foot of the side bar: whether calls are taken, in words, and the menu that changes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.presence import Dnd, Presence
from rcdesk.core.fax.folder import FolderCounts
from rcdesk.ui.account.presence_button import PresenceButton
from rcdesk.ui.kit.value_menu import TrayMenu
from rcdesk.ui.shell.side_bar import SideBar
from tests.now import now
from tests.patient_bot import QtBot
from tests.unit.ui.call_stage import QUEUES
from tests.unit.ui.stage import ACCOUNT, Stage, shoot


@pytest.fixture
def bar(qtbot: QtBot, stage: Stage) -> SideBar:
    """The side bar of somebody who is signed in."""
    made = SideBar()
    qtbot.addWidget(made)
    made.resize(208, 800)
    made.show()
    made.show_person(ACCOUNT, SessionState.SIGNED_IN)
    made.follow(stage.desk.presence)
    return made


def foot(bar: SideBar) -> PresenceButton:
    """The line that says it."""
    found = bar.findChild(PresenceButton, "sessionState")
    assert found is not None
    return found


def choose(menu: TrayMenu, key: str) -> None:
    """Choose a row as a click does."""
    menu.actions()[[entry.key for entry in menu.entries].index(key)].trigger()


def test_it_says_whether_calls_are_taken_and_until_when(bar: SideBar, stage: Stage) -> None:
    line = foot(bar)
    assert (line.text(), line.accessibleName()) == ("Taking calls", "Taking calls. Change")
    until = datetime.now(UTC) + timedelta(hours=2)
    stage.presence.show(Presence(dnd=Dnd.TAKE_NONE, until=until))
    local = until.astimezone()
    assert line.text() == f"Do not disturb until {local:%H:%M}"
    stage.presence.show(None)
    assert line.text() == "Extension 101", "where presence is not known, what is known"
    bar.show_person(ACCOUNT, SessionState.OFFLINE)
    assert line.text() == "No connection"
    bar.show_person(None, SessionState.SIGNED_OUT)
    assert not line.isVisible()


def test_a_click_opens_the_choices(qtbot: QtBot, bar: SideBar, stage: Stage) -> None:
    qtbot.mouseClick(foot(bar), Qt.MouseButton.LeftButton)
    menu = foot(bar).menu
    assert menu is not None and menu.isVisible()
    assert menu.y() + menu.height() <= foot(bar).mapToGlobal(foot(bar).rect().topLeft()).y()
    choose(menu, "dnd-30")
    name, takes, until = stage.presence.asked[-1]
    assert (name, takes) == ("dnd", False) and until > datetime.now(UTC)
    assert foot(bar).text().startswith("Do not disturb until")
    choose(menu, "take-calls")
    assert now(stage.presence.asked[-1]) == ("dnd", True, None)
    choose(menu, "queue-q1")
    assert stage.presence.asked[-1] == ("queue", "q1", False)
    menu.close()


def test_the_keyboard_reaches_it(qtbot: QtBot, bar: SideBar) -> None:
    foot(bar).setFocus()
    qtbot.keyClick(foot(bar), Qt.Key.Key_Space)
    menu = foot(bar).menu
    assert menu is not None and menu.isVisible()
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()


def test_why_nothing_can_be_chosen_is_said(qtbot: QtBot, bar: SideBar, stage: Stage) -> None:
    stage.presence.reason = "Your account does not let rcdesk see or change whether you take calls."
    stage.presence.show(None)
    foot(bar).open_menu()
    menu = foot(bar).menu
    assert menu is not None
    assert [(e.words, e.is_enabled) for e in menu.entries] == [(stage.presence.reason, False)]
    menu.close()


def test_narrow_it_is_a_dot_with_words_under_the_mouse(bar: SideBar) -> None:
    bar.set_narrow(True)
    assert foot(bar).isVisible() and foot(bar).width() <= 64
    assert foot(bar).toolTip() == "Taking calls"


def test_missed_calls_are_counted(bar: SideBar) -> None:
    bar.set_missed(3)
    calls = bar.findChild(QAbstractButton, "nav_calls")
    assert calls is not None and calls.accessibleName() == "Calls, 3, missed"
    bar.set_missed(0)
    assert calls.accessibleName() == "Calls"


@pytest.mark.parametrize("is_narrow", [False, True])
def test_pictures(qtbot: QtBot, scheme: str, is_narrow: bool) -> None:
    stage = Stage()
    stage.presence.show(Presence(dnd=Dnd.TAKE_ALL, queues=QUEUES))
    bar = SideBar()
    qtbot.addWidget(bar)
    bar.resize(208, 800)
    bar.show()
    bar.set_narrow(is_narrow)
    bar.show_person(ACCOUNT, SessionState.SIGNED_IN)
    bar.follow(stage.desk.presence)
    bar.set_counts(FolderCounts(queue=2, failed_unseen=1, received_unread=3))
    bar.set_missed(2)
    bar.mark("phone")
    shoot(bar, f"side-bar-{scheme}-{'narrow' if is_narrow else 'wide'}")
    foot(bar).open_menu()
    menu = foot(bar).menu
    assert menu is not None
    shoot(menu, f"presence-menu-{scheme}")
    menu.close()
