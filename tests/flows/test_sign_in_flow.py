"""Signing in through the real window against the simulator: every way in, and every way it is refused.

The browser is a stand-in that speaks real HTTP; a real one is in tests/end2end/test_browser_sign_in.py.
Read next: stand_in_browser.py.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QPlainTextEdit

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import AppSecret, GrantKind, ServerKind, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.ui.account.server_dialog import ServerDialog
from tests.flows.conftest import OpenDesk, Opened, is_at_rest
from tests.flows.stand_in_browser import Script, StandInBrowser, changed, follow, free_port, way_back
from tests.patient_bot import QtBot

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator


@pytest.fixture
def browser(qtbot: QtBot) -> Iterator[StandInBrowser]:
    """The system's browser, as far as the desk can tell."""
    made = StandInBrowser()
    yield made
    made.close()


@pytest.fixture
def desk(open_desk: OpenDesk, simulator: RunningSimulator) -> Opened:
    """A desk at its first start, with the simulator as its server."""
    return at_server(open_desk(), simulator.base_url)


def at_server(opened: Opened, base_url: str, client_id: str = "") -> Opened:
    """The desk with this server in use and nobody signed in."""
    profiles = opened.running.desk.profiles
    port = free_port()
    profile = ServerProfile(name="", base_url=base_url, client_id=client_id, redirect_port=port)
    profiles.activate(profiles.put(profiles.another(profile)).id)
    opened.screen.wait(lambda: opened.screen.has("signInBrowser"))
    return opened


def state(opened: Opened) -> SessionState:
    """Where the sign-in stands."""
    return opened.running.desk.session.state


def wait_signed_in(opened: Opened, name: str = "Mara Okafor") -> None:
    """Wait until this person's desk is shown."""
    opened.screen.wait(lambda: state(opened) is SessionState.SIGNED_IN and opened.screen.has("sideBar"))
    opened.screen.wait_for(name)
    assert opened.running.window.windowTitle().startswith(f"rcdesk — {name} · 127.0.0.1:")


def wait_refused(opened: Opened, *words: str) -> str:
    """Wait for the one sentence on why it did not work; it is shown once, and the desk is not."""
    page = opened.running.window.sign_in_page
    opened.screen.wait(lambda: state(opened) is not SessionState.SIGNING_IN and page.problem)
    assert all(word in page.problem for word in words), page.problem
    assert opened.screen.words().count(page.problem) >= 1 and not opened.screen.has("sideBar")
    return page.problem


def type_jwt(opened: Opened, simulator: RunningSimulator, jwt: str = "") -> None:
    """Fill in the form for a JWT and press Enter."""
    if not opened.screen.has("jwtEdit"):
        opened.screen.press("signInJwt")
    opened.screen.type("clientId", simulator.client_id)
    opened.screen.type("clientSecret", simulator.client_secret)
    opened.screen.type("jwtEdit", jwt or simulator.jwt, enter=True)


def type_password(opened: Opened, simulator: RunningSimulator, password: str = "") -> None:
    """Fill in the form for a password and press Enter."""
    if not opened.screen.has("username"):
        opened.screen.press("signInPassword")
    for name, text in (
        ("username", simulator.username),
        ("extension", simulator.extension),
        ("clientId", simulator.client_id),
        ("clientSecret", simulator.client_secret),
    ):
        if opened.screen.has(name):
            opened.screen.type(name, text)
    opened.screen.type("password", password or simulator.password, enter=True)


def open_browser(opened: Opened, simulator: RunningSimulator) -> None:
    """Say which app it is, and have the browser opened."""
    opened.screen.press("signInBrowser")
    opened.screen.type("clientId", simulator.client_id, enter=True)


# Every way in


def test_with_the_browser(desk: Opened, simulator: RunningSimulator, browser: StandInBrowser) -> None:
    browser.script = None
    open_browser(desk, simulator)
    desk.screen.wait(lambda: browser.opened)
    desk.screen.wait_for("Finish in your browser", "5 minutes left", "rcdesk goes on by itself")
    browser.script = follow
    desk.screen.press("openAgain")
    wait_signed_in(desk)
    assert len(set(browser.opened)) == 1 and len(browser.opened) == 2
    assert "You are signed in" in browser.last_page()
    profile = desk.running.desk.profiles.active
    assert profile is not None and profile.grant is GrantKind.BROWSER and profile.name == "Mara Okafor"
    assert profile.client_id == simulator.client_id, "the app is asked for once"


def test_with_the_browser_again_after_signing_out(
    desk: Opened, simulator: RunningSimulator, browser: StandInBrowser
) -> None:
    """An app with a secret: signing out wiped it, so it is asked for before the browser is opened."""
    desk.screen.press("signInBrowser")
    desk.screen.type("clientId", simulator.client_id)
    desk.screen.type("clientSecret", simulator.client_secret, enter=True)
    wait_signed_in(desk)
    desk.running.desk.session.sign_out()
    desk.screen.wait(lambda: desk.screen.has("signInBrowser"))
    desk.screen.press("signInBrowser")
    assert desk.screen.has("clientSecret") and len(browser.opened) == 1
    desk.screen.wait_for("The secret of this app is not on this computer")
    desk.screen.type("clientSecret", simulator.client_secret, enter=True)
    wait_signed_in(desk)
    profile = desk.running.desk.profiles.active
    assert profile is not None and profile.app_secret is AppSecret.KEPT and len(browser.opened) == 2


def test_with_the_browser_when_only_the_tokens_are_void(
    desk: Opened, simulator: RunningSimulator, browser: StandInBrowser
) -> None:
    """The app's secret is still kept, also for who starts rcdesk anew: nobody is asked for it."""
    desk.screen.press("signInBrowser")
    desk.screen.type("clientId", simulator.client_id)
    desk.screen.type("clientSecret", simulator.client_secret, enter=True)
    wait_signed_in(desk)
    session, profiles = desk.running.desk.session, desk.running.desk.profiles
    profile = profiles.active
    assert profile is not None and session.connection is not None
    session.connection.session.sign_out(CancelToken())
    session.resume(profile, is_news=True)
    desk.screen.wait(lambda: state(desk) is SessionState.SIGNED_OUT)
    desk.screen.press("signInBrowser")
    desk.screen.wait(lambda: len(browser.opened) == 2)
    wait_signed_in(desk)
    assert profiles.active is not None and profiles.active.app_secret is AppSecret.KEPT
    session.sign_out()
    desk.screen.wait(lambda: desk.screen.has("signInBrowser"))
    desk.screen.press("signInBrowser")
    assert desk.screen.has("clientSecret") and len(browser.opened) == 2


def test_with_the_browser_when_another_program_has_signed_out(
    desk: Opened, simulator: RunningSimulator, browser: StandInBrowser
) -> None:
    """As rcdesk logout does while no window is open: the next one finds the app's secret gone, and asks."""
    desk.screen.press("signInBrowser")
    desk.screen.type("clientId", simulator.client_id)
    desk.screen.type("clientSecret", simulator.client_secret, enter=True)
    wait_signed_in(desk)
    session, profiles = desk.running.desk.session, desk.running.desk.profiles
    assert profiles.active is not None and session.connection is not None
    session.connection.sign_out(CancelToken())
    session.resume(profiles.active, is_news=True)
    desk.screen.wait(lambda: state(desk) is SessionState.SIGNED_OUT)
    assert profiles.active.app_secret is AppSecret.MISSING
    desk.screen.press("signInBrowser")
    assert desk.screen.has("clientSecret") and len(browser.opened) == 1


def test_with_a_jwt(desk: Opened, simulator: RunningSimulator) -> None:
    type_jwt(desk, simulator)
    wait_signed_in(desk)


def test_with_a_password(desk: Opened, simulator: RunningSimulator) -> None:
    type_password(desk, simulator)
    wait_signed_in(desk)


def test_at_the_service_of_2010(desk: Opened, simulator: RunningSimulator) -> None:
    desk.screen.press("signInPassword")
    desk.screen.press("serviceLegacy")
    desk.screen.type("serverEdit", simulator.base_url)
    type_password(desk, simulator)
    desk.screen.wait(lambda: state(desk) is SessionState.SIGNED_IN and desk.screen.has("sideBar"))
    profile = desk.running.desk.profiles.active
    assert profile is not None and profile.kind is ServerKind.LEGACY
    assert "127.0.0.1" in desk.running.window.windowTitle()


def test_a_server_is_typed_in_and_used(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = open_desk()
    desk.screen.press("changeServer")
    dialog = desk.screen.find("serverDialog")
    add = next(a for a in dialog.findChildren(QAction) if "Own host" in a.text())
    add.trigger()
    desk.screen.type("serverAddress", simulator.base_url, enter=True)
    desk.screen.press("useServer")
    desk.screen.wait(lambda: not desk.screen.has("serverDialog"))
    desk.screen.wait_for(simulator.base_url.split("//")[1])
    desk.screen.wait(lambda: state(desk) is SessionState.SIGNED_OUT)
    type_jwt(desk, simulator)
    wait_signed_in(desk)


# Every way it is refused: one sentence, everything typed stays, and it can be tried again


def test_a_wrong_jwt_twice_and_then_the_right_one(desk: Opened, simulator: RunningSimulator) -> None:
    for _ in range(2):
        type_jwt(desk, simulator, "wrong.jwt.credential")
        wait_refused(desk, "did not accept this JWT credential")
        field = desk.screen.find_as(QLineEdit, "jwtEdit")
        assert field.text() == "wrong.jwt.credential" and desk.running.window.focusWidget() is field
    type_jwt(desk, simulator)
    wait_signed_in(desk)


def test_a_wrong_password_and_a_locked_account(desk: Opened, simulator: RunningSimulator) -> None:
    simulator.set_limits(Auth=50)
    for _ in range(5):
        type_password(desk, simulator, "wrong")
        wait_refused(desk, "did not accept this user name, extension and password")
    type_password(desk, simulator)
    wait_refused(desk, "locked this sign-in after too many attempts")
    assert desk.screen.find_as(QLineEdit, "username").text() == simulator.username
    simulator.advance(301)
    desk.screen.press("signInButton")
    wait_signed_in(desk)


def test_a_withdrawn_app(desk: Opened, simulator: RunningSimulator) -> None:
    simulator.sign_in_rules(revoked=True)
    type_jwt(desk, simulator)
    wait_refused(desk, "does not know this app", "withdrawn")
    assert desk.running.window.focusWidget() is desk.screen.find("clientId")
    simulator.sign_in_rules(revoked=False)
    desk.screen.press("signInButton")
    wait_signed_in(desk)


def test_too_many_sign_ins(desk: Opened, simulator: RunningSimulator) -> None:
    simulator.fault("429", path="/oauth/token", seconds=40)
    type_jwt(desk, simulator)
    sentence = wait_refused(desk, "Try again in 40 seconds.")
    assert sentence.count(". ") == 1, "what happened, and what to do"


def test_no_network(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = at_server(open_desk(), f"http://127.0.0.1:{free_port()}")
    for _ in range(2):
        type_jwt(desk, simulator)
        wait_refused(desk, "127.0.0.1")
    assert desk.screen.find_as(QLineEdit, "jwtEdit").text() == simulator.jwt


def expired(simulator: RunningSimulator) -> Script:
    """The person takes longer than the code lives."""

    def visit(url: str) -> requests.Response:
        location = way_back(url)
        simulator.advance(61)
        return follow(location)

    return visit


def forged(simulator: RunningSimulator) -> Script:
    """Somebody else's code: PKCE tells."""
    return lambda url: follow(changed(url, code_challenge="A" * 43))


def refusing(simulator: RunningSimulator) -> Script:
    """The person says no."""
    simulator.sign_in_rules(denies=True)
    return follow


def withdrawn(simulator: RunningSimulator) -> Script:
    """The app is withdrawn in between."""

    def visit(url: str) -> requests.Response:
        location = way_back(url)
        simulator.sign_in_rules(revoked=True)
        return follow(location)

    return visit


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (expired, "had run out"),
        (forged, "could not match the browser's answer"),
        (refusing, "was refused in the browser"),
        (withdrawn, "does not know this app"),
    ],
)
def test_the_browser_brings_no_sign_in(
    desk: Opened,
    simulator: RunningSimulator,
    browser: StandInBrowser,
    script: Callable[[RunningSimulator], Script],
    words: str,
) -> None:
    browser.script = script(simulator)
    open_browser(desk, simulator)
    wait_refused(desk, words)
    last_page = html.unescape(browser.last_page())
    assert words in last_page and "You are signed in" not in last_page
    assert desk.screen.find_as(QLineEdit, "clientId").text() == simulator.client_id
    simulator.sign_in_rules(revoked=False, denies=False)
    browser.script = follow
    desk.screen.press("signInButton")
    wait_signed_in(desk)


def test_a_wrong_state_is_told_and_the_right_one_still_counts(
    desk: Opened, simulator: RunningSimulator, browser: StandInBrowser
) -> None:
    browser.script = lambda url: follow(changed(way_back(url), state="somebody-elses"))
    open_browser(desk, simulator)
    desk.screen.wait_for("does not belong to this sign-in; it was ignored")
    assert state(desk) is SessionState.SIGNING_IN
    browser.script = follow
    desk.screen.press("openAgain")
    wait_signed_in(desk)


def test_giving_up_in_the_middle(desk: Opened, simulator: RunningSimulator, browser: StandInBrowser) -> None:
    browser.script = None
    open_browser(desk, simulator)
    desk.screen.wait(lambda: browser.opened)
    QTest.keyClick(desk.screen.find("cancelSignIn"), Qt.Key.Key_Escape)
    desk.screen.wait(lambda: state(desk) is SessionState.SIGNED_OUT)
    assert desk.running.window.sign_in_page.problem == ""
    assert desk.screen.find_as(QLineEdit, "clientId").text() == simulator.client_id


# Signing in again, and with another account


def test_a_refused_refresh_keeps_all_that_was_being_done(
    desk: Opened, simulator: RunningSimulator, browser: StandInBrowser, tmp_path: Path
) -> None:
    open_browser(desk, simulator)
    wait_signed_in(desk)
    screen = desk.screen
    screen.type("numberField", "650555020")
    screen.press("nav_fax")
    screen.type("noteEdit", "Half a sentence")
    screen.type("recipientField", "6505554000", enter=True)
    simulator.sign_in_rules(revoked=True)
    simulator.sign_in_rules(revoked=False)
    desk.running.desk.session.reload()
    screen.wait(lambda: state(desk) is SessionState.NEEDS_SIGN_IN)
    screen.wait(lambda: screen.has("faxPage") or screen.has("noteEdit"))
    assert desk.running.window.windowTitle().endswith("(sign in again)")
    screen.press("deskBarAction")
    screen.wait_for("Sign in again", "All you were doing is still here")
    opened = len(browser.opened)
    browser.script = None
    screen.press("signInBrowser")
    screen.wait(lambda: len(browser.opened) > opened)
    screen.wait(lambda: screen.has("minutesLeft"))
    browser.script = follow
    screen.press("openAgain")
    wait_signed_in(desk)
    assert screen.find_as(QPlainTextEdit, "noteEdit").isVisible()
    assert screen.find_as(QPlainTextEdit, "noteEdit").toPlainText() == "Half a sentence"
    screen.wait_for("(650) 555-4000")
    screen.press("nav_phone")
    assert "650" in screen.find_as(QLineEdit, "numberField").text()
    assert screen.find_as(QLineEdit, "numberField").text().replace("-", "").replace(" ", "")[-1] == "0"


def test_two_accounts_and_the_way_between_them(
    desk: Opened, simulator: RunningSimulator, browser: StandInBrowser
) -> None:
    type_jwt(desk, simulator)
    wait_signed_in(desk)
    first = desk.running.desk.profiles.active
    assert first is not None
    menu = QMenu()
    accounts = desk.running.window.desk_side.accounts.add_to(menu)
    next(a for a in accounts.actions() if a.text().startswith("Another")).trigger()
    desk.screen.wait_for("Another account", "Back to the desk")
    other = simulator.second_credentials
    browser.script = lambda url: follow(changed(url, login_hint=other["username"]))
    desk.screen.press("signInBrowser")
    desk.screen.type("clientSecret", simulator.client_secret, enter=True)
    desk.screen.wait(lambda: state(desk) is SessionState.SIGNED_IN and desk.screen.has("sideBar"))
    account = desk.running.desk.session.account
    assert account is not None and account.name != "Mara Okafor"
    profiles = desk.running.desk.profiles.value.profiles
    assert [p.name for p in profiles] == ["Mara Okafor", account.name]
    accounts = desk.running.window.desk_side.accounts.add_to(menu)
    back = next(a for a in accounts.actions() if a.text().startswith("Mara"))
    assert not back.isChecked()
    back.trigger()
    wait_signed_in(desk)
    assert desk.running.desk.profiles.active is not None
    assert desk.running.desk.profiles.active.id == first.id
    assert replace(profiles[1], name="") != replace(profiles[0], name="")


def test_another_account_given_up_leads_back(
    desk: Opened, simulator: RunningSimulator, browser: StandInBrowser
) -> None:
    type_jwt(desk, simulator)
    wait_signed_in(desk)
    browser.script = None
    desk.running.window.desk_side.accounts.another_asked.emit()
    desk.screen.press("signInBrowser")
    desk.screen.type("clientSecret", simulator.client_secret, enter=True)
    desk.screen.wait(lambda: browser.opened)
    desk.screen.press("cancelSignIn")
    desk.screen.wait(lambda: desk.screen.has("backToDesk") and desk.screen.has("clientSecret"))
    desk.screen.press("backToDesk")
    wait_signed_in(desk)


def test_another_address_loses_the_sign_in_only_when_the_servers_are_closed(
    desk: Opened, simulator: RunningSimulator
) -> None:
    """A typing error that is corrected costs nothing."""
    type_jwt(desk, simulator)
    wait_signed_in(desk)
    profiles, session = desk.running.desk.profiles, desk.running.desk.session
    first = profiles.active
    assert first is not None
    desk.running.window.desk_side.accounts.another_asked.emit()
    type_jwt(desk, simulator)
    desk.screen.wait(lambda: state(desk) is SessionState.SIGNED_IN and profiles.active != first)
    for addresses in (("http://127.0.0.1:9", first.base_url), ("http://127.0.0.1:9",)):
        desk.running.window.desk_side.accounts.servers_asked.emit()
        dialog = desk.screen.find("serverDialog")
        assert isinstance(dialog, ServerDialog)
        dialog.list.setCurrentRow(0)
        for address in addresses:
            desk.screen.type("serverAddress", address, enter=True)
        desk.screen.press("serversClose")
        desk.screen.wait(lambda: not desk.screen.has("serverDialog"))
        if len(addresses) == 2:
            second = profiles.active
            session.use(first.id)
            wait_signed_in(desk)
            assert second is not None and profiles.active is not None and profiles.active.id == first.id
            session.use(second.id)
            wait_signed_in(desk)
    assert profiles.value.find(first.id) is None and state(desk) is SessionState.SIGNED_IN
    profiles.put(first)
    session.use(first.id)
    desk.screen.wait(lambda: state(desk) is SessionState.SIGNED_OUT)


def test_a_removed_server_keeps_nothing_to_sign_in_with(desk: Opened, simulator: RunningSimulator) -> None:
    """Undo brings the server back, not the sign-in; the account in use is not touched."""
    type_jwt(desk, simulator)
    wait_signed_in(desk)
    profiles, session = desk.running.desk.profiles, desk.running.desk.session
    first = profiles.active
    desk.running.window.desk_side.accounts.another_asked.emit()
    type_jwt(desk, simulator)
    desk.screen.wait(lambda: state(desk) is SessionState.SIGNED_IN and profiles.active != first)
    second = profiles.active
    assert first is not None and second is not None and first.id != second.id
    desk.running.window.desk_side.accounts.servers_asked.emit()
    dialog = desk.screen.find("serverDialog")
    assert isinstance(dialog, ServerDialog)
    dialog.list.setCurrentRow(0)
    desk.screen.press("removeServer")
    assert profiles.value.find(first.id) is None
    desk.screen.press("undoRemove")
    assert profiles.value.find(first.id) is not None and state(desk) is SessionState.SIGNED_IN
    desk.screen.press("useServer")
    desk.screen.wait(lambda: state(desk) is SessionState.SIGNED_OUT)
    session.use(second.id)
    wait_signed_in(desk)


# What the account cannot do is greyed with the reason


ALL_SCOPES = (
    *("RingOut", "Faxes", "ReadMessages", "EditMessages", "ReadCallLog"),
    *("ReadPresence", "EditPresence", "ReadContacts", "Contacts"),
)


def problems_of(desk: Opened) -> list[str]:
    """Everything a desk says went wrong, from now on."""
    said: list[str] = []
    desks = desk.running.desk
    for one in (desks.received, desks.history, desks.people, desks.presence, desks.faxes, desks.calls):
        one.problem.connect(said.append)
    return said


def test_an_app_without_permissions_says_so_everywhere(
    desk: Opened, simulator: RunningSimulator, tmp_path: Path
) -> None:
    said = problems_of(desk)
    simulator.sign_in_rules(missing_scopes=ALL_SCOPES)
    type_jwt(desk, simulator)
    wait_signed_in(desk)
    screen = desk.screen
    call = screen.find("callButton")
    assert not call.isEnabled() and "permission RingOut" in call.toolTip()
    assert call.accessibleDescription() == call.toolTip()
    screen.wait_for("Calling needs the permission RingOut")
    screen.type("numberField", "6505550200", enter=True)
    assert not desk.running.desk.calls.calls and screen.shows("permission RingOut")
    screen.press("nav_fax")
    screen.type("noteEdit", "Hello")
    screen.wait(lambda: screen.shows("Sending faxes needs the permission Faxes"))
    assert not screen.find("sendFaxButton").isEnabled()
    screen.press("nav_received")
    screen.wait_for("Reading faxes needs the permission ReadMessages")
    screen.press("nav_calls")
    screen.wait_for("call history of the account needs the permission ReadCallLog", "only the calls you make")
    assert not screen.find("callsSync").isEnabled()
    screen.press("nav_people")
    screen.wait_for("address book of the account needs the permission ReadContacts", "Colleagues")
    foot = screen.find("sessionState")
    assert "Presence needs the permission ReadPresence" in foot.toolTip()
    screen.wait(lambda: is_at_rest(desk))
    assert said == [], "nothing of it came as an error later"


def test_the_service_of_2010_says_what_it_cannot_do(desk: Opened, simulator: RunningSimulator) -> None:
    said = problems_of(desk)
    screen = desk.screen
    screen.press("signInPassword")
    screen.press("serviceLegacy")
    screen.type("serverEdit", simulator.base_url)
    type_password(desk, simulator)
    screen.wait(lambda: state(desk) is SessionState.SIGNED_IN and screen.has("sideBar"))
    assert screen.find("callButton").isEnabled() and not screen.has("callLack")
    screen.press("nav_received")
    screen.wait_for("Receiving faxes is not possible with this older service.")
    screen.press("nav_calls")
    screen.wait_for("is not possible with this older service", "only the calls you make")
    assert "Presence is not possible with this older service" in screen.find("sessionState").toolTip()
    screen.wait(lambda: is_at_rest(desk))
    assert said == []
