"""The welcome page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from rcdesk.bridge.session_desk import SessionState
from rcdesk.core.account import Credentials
from rcdesk.ui.sign_in_page import SignInPage

from .stage import Stage


def _page(qtbot: QtBot, stage: Stage) -> SignInPage:
    stage.session.state, stage.session.account = SessionState.SIGNED_OUT, None
    page = SignInPage(stage.desk)
    qtbot.addWidget(page)
    page.show()
    return page


def _problem(page: SignInPage) -> str:
    words = page.findChild(QLabel, "signInProblem")
    assert words is not None
    return words.text()


def test_missing_fields_are_named(qtbot: QtBot, stage: Stage) -> None:
    page = _page(qtbot, stage)
    qtbot.mouseClick(page.sign_in, Qt.MouseButton.LeftButton)
    assert _problem(page) == "Client ID is missing."
    assert stage.session.asked == []


def test_signs_in_by_keyboard_and_keeps_no_secret(qtbot: QtBot, stage: Stage) -> None:
    page = _page(qtbot, stage)
    page.client_id.setText(" id ")
    page.client_secret.setText("secret")
    page.jwt.setText("a.b.c")
    page.server.setText("platform.devtest.ringcentral.com/")
    qtbot.keyClick(page.jwt, Qt.Key.Key_Return)
    ((profile, credentials),) = stage.session.asked
    assert profile.base_url == "https://platform.devtest.ringcentral.com"
    assert credentials == Credentials(client_id="id", client_secret="secret", jwt="a.b.c")
    assert stage.preferences.value.client_id == "id"
    assert "secret" not in repr(stage.preferences.value)
    stage.session.failed.emit("The JWT credential was refused.")
    assert _problem(page) == "The JWT credential was refused."
    stage.session.become(SessionState.SIGNED_IN, None)
    assert page.jwt.text() == "" and page.client_secret.text() == ""


def test_demo_is_one_click_away(qtbot: QtBot, stage: Stage) -> None:
    page = _page(qtbot, stage)
    with qtbot.waitSignal(page.try_demo):
        qtbot.mouseClick(page.demo, Qt.MouseButton.LeftButton)
