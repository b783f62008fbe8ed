"""The tray's menu and quick dial."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from rcdesk.core.call import CallState, Leg
from rcdesk.core.recents import RecentCall
from rcdesk.ui.quick_dial import QuickDial

from .stage import NOW, Stage, shoot

pytest.importorskip("rcdesk.ui.phone_page")

from rcdesk.ui.main_window import MainWindow
from rcdesk.ui.tray import Tray


def _recent(number: str) -> RecentCall:
    return RecentCall(
        id=number,
        number=number,
        name="",
        at=NOW,
        state=CallState.ENDED,
        them=Leg.HUNG_UP,
        your_phone=Leg.HUNG_UP,
    )


def test_menu_offers_recents_and_the_rest(qtbot: QtBot, stage: Stage) -> None:
    stage.calls.recents = (_recent("+16505550119"),)
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    words = [a.text() for a in tray.menu.actions() if not a.isSeparator()]
    assert words == [
        "Mara Okafor",
        "Type a number…",
        "(650) 555-0119",
        "Send a fax…",
        "Queue",
        "Open rcdesk",
        "Quit",
    ]
    assert window.has_tray == tray.is_available
    with qtbot.waitSignal(window.quit_requested):
        tray.menu.actions()[-1].trigger()


def test_quick_dial_takes_a_number_from_the_clipboard(qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("(650) 555-0119")
    dialog = QuickDial("US")
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    assert dialog.field.text() == "(650) 555-0119"
    shoot(dialog, "quick-dial")
    with qtbot.waitSignal(dialog.call_asked) as asked:
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert asked.args == ["+16505550119"]


def test_quick_dial_leaves_other_text_alone(qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("meeting at noon")
    dialog = QuickDial("US")
    qtbot.addWidget(dialog)
    assert dialog.field.text() == ""
    assert not dialog.call.isEnabled()
