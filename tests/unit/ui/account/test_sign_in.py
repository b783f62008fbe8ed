"""The sign-in card: every way in, what is missing, what was refused, signing in again and another account."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import AppSecret, Credentials, GrantKind, ServerKind, ServerProfile
from rcdesk.ui.account.sign_in_page import SignInPage
from tests.patient_bot import QtBot
from tests.unit.ui.stage import ACCOUNT, Stage, shoot

JWT_REFUSED = "RingCentral did not accept this JWT credential: it may have been withdrawn. Check it."
APP_REFUSED = "RingCentral does not know this app: the client ID or the client secret is wrong."


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> SignInPage:
    """The card of somebody who was never signed in."""
    stage.session.state, stage.session.account, stage.session.profile = SessionState.SIGNED_OUT, None, None
    made = SignInPage(stage.desk)
    qtbot.addWidget(made)
    made.resize(800, 760)
    made.show()
    qtbot.waitExposed(made)
    return made


def click(qtbot: QtBot, button: QWidget) -> None:
    """Press a button with the mouse."""
    assert button.isVisible() and button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def refuse(stage: Stage, sentence: str) -> None:
    """The service says no."""
    stage.session.become(SessionState.SIGNED_OUT, None)
    stage.session.failed.emit(sentence)


def test_missing_fields_are_named_one_after_the_other(qtbot: QtBot, stage: Stage, page: SignInPage) -> None:
    click(qtbot, page.ways.jwt)
    for field, text in ((page.jwt.client_id, "id"), (page.jwt.client_secret, "secret"), (page.jwt.jwt, "")):
        click(qtbot, page.jwt.act)
        assert page.problem == f"{field.accessibleName()} is missing."
        assert field.property("problem") is True and page.focusWidget() is field
        qtbot.keyClicks(field, text)
    assert stage.session.asked == []


def test_a_jwt_by_keyboard_keeps_what_was_typed_when_refused_twice(
    qtbot: QtBot, stage: Stage, page: SignInPage
) -> None:
    click(qtbot, page.ways.jwt)
    form = page.jwt
    for field, text in ((form.client_id, " id "), (form.client_secret, "secret"), (form.jwt, "a.b.c")):
        field.setText(text)
    for times in (1, 2):
        qtbot.keyClick(form.jwt, Qt.Key.Key_Return)
        profile, credentials = stage.session.asked[-1]
        assert (profile.client_id, profile.grant) == ("id", GrantKind.JWT)
        assert credentials == Credentials(client_id="id", client_secret="secret", jwt="a.b.c")
        assert form.act.text() == "Signing in…" and not form.act.isEnabled() and form.jwt.isReadOnly()
        refuse(stage, JWT_REFUSED)
        assert page.problem == JWT_REFUSED and len(stage.session.asked) == times
        assert form.jwt.text() == "a.b.c" and form.client_secret.text() == "secret"
        assert page.focusWidget() is form.jwt, "the cursor stands in what is wrong"
    stage.session.become(SessionState.SIGNED_IN, ACCOUNT)
    assert form.jwt.text() == "" and form.client_secret.text() == "" and page.problem == ""


def test_the_browser_asks_for_the_app_once(qtbot: QtBot, stage: Stage, page: SignInPage) -> None:
    click(qtbot, page.ways.browser)
    assert page.browser.redirect.uri.text() == "http://127.0.0.1:53682/signed-in"
    click(qtbot, page.browser.redirect.copy)
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:53682/signed-in"
    qtbot.keyClicks(page.browser.client_id, "our-app")
    qtbot.keyClick(page.browser.client_id, Qt.Key.Key_Return)
    assert page.waiting.isVisible() and not page.waiting.again.isEnabled()
    assert stage.session.browser_asked == [(ServerProfile(name="RingCentral", client_id="our-app"), "")]
    stage.session.browser_waiting.emit("https://platform.ringcentral.com/restapi/oauth/authorize?state=x")
    click(qtbot, page.waiting.copy)
    assert QGuiApplication.clipboard().text().endswith("state=x")
    assert page.waiting.words.text().startswith("Your browser shows")
    stage.session.browser_noticed.emit("A strange answer was ignored.")
    assert page.waiting.notice.isVisible()
    click(qtbot, page.waiting.cancel)
    assert stage.session.cancelled == 1 and page.browser.isVisible()
    stage.profiles.put(ServerProfile(name="RingCentral", client_id="our-app", id="one"))
    stage.profiles.activate("one")
    qtbot.keyClick(page.browser.client_id, Qt.Key.Key_Escape)
    click(qtbot, page.ways.browser)
    assert page.waiting.isVisible() and stage.session.browser_asked[-1][0].id == "one"
    refuse(stage, APP_REFUSED)
    assert page.browser.isVisible() and page.problem == APP_REFUSED
    assert page.focusWidget() is page.browser.client_id


def has_app(stage: Stage, app_secret: AppSecret) -> ServerProfile:
    """An app that is known."""
    app = ServerProfile(name="RingCentral", client_id="our-app", id="one", app_secret=app_secret)
    stage.profiles.put(app)
    stage.profiles.activate("one")
    return app


def test_an_app_is_asked_for_its_secret_when_it_is_missing_here(
    qtbot: QtBot, stage: Stage, page: SignInPage
) -> None:
    """Signing out wipes it, and the browser would only come back in vain."""
    app = has_app(stage, AppSecret.MISSING)
    for times in (1, 2):
        click(qtbot, page.ways.browser)
        form = page.browser
        assert form.isVisible() and len(stage.session.browser_asked) == times - 1
        assert "signing out removes it" in form.words.text() and "only once" not in form.words.text()
        assert form.client_id.text() == "our-app" and not form.client_secret.text()
        assert page.focusWidget() is form.client_secret
        qtbot.keyClick(form.client_secret, Qt.Key.Key_Return)
        assert stage.session.browser_asked[-1] == (app, ""), "it may have none any more"
        click(qtbot, page.waiting.cancel)
        qtbot.keyClick(form.client_id, Qt.Key.Key_Escape)
    stage.profiles.put(replace(app, app_secret=AppSecret.KEPT))
    assert "only once" in form.words.text()


def test_an_app_whose_secret_is_kept_opens_the_browser_at_once(
    qtbot: QtBot, stage: Stage, page: SignInPage
) -> None:
    """Void tokens leave it where it is, also for who starts rcdesk anew: the state is SIGNED_OUT then."""
    app = has_app(stage, AppSecret.KEPT)
    click(qtbot, page.ways.browser)
    assert stage.session.browser_asked == [(app, "")]
    refuse(stage, "The sign-in was refused in the browser.")
    stage.session.profile = app
    stage.session.become(SessionState.SIGNED_IN, ACCOUNT)
    page.begin(is_another=True)
    click(qtbot, page.ways.browser)
    assert page.browser.isVisible() and len(stage.session.browser_asked) == 1, "each account has its own"


def test_what_was_typed_for_the_browser_stays_until_it_worked(
    qtbot: QtBot, stage: Stage, page: SignInPage
) -> None:
    click(qtbot, page.ways.browser)
    form = page.browser
    qtbot.keyClicks(form.client_id, "our-app")
    qtbot.keyClicks(form.client_secret, "s3cret")
    qtbot.keyClick(form.client_secret, Qt.Key.Key_Return)
    click(qtbot, page.waiting.cancel)
    qtbot.keyClick(form.client_id, Qt.Key.Key_Escape)
    click(qtbot, page.ways.browser)
    assert form.isVisible() and len(stage.session.browser_asked) == 1, "nothing is taken for known yet"
    assert (form.client_id.text(), form.client_secret.text()) == ("our-app", "s3cret")


def test_what_the_browser_did_not_finish_is_said_on_the_first_view(
    qtbot: QtBot, stage: Stage, page: SignInPage
) -> None:
    stage.profiles.put(ServerProfile(name="RingCentral", client_id="our-app", id="one"))
    stage.profiles.activate("one")
    click(qtbot, page.ways.browser)
    refuse(stage, "The sign-in was refused in the browser.")
    assert page.ways.isVisible() and page.ways.problem.isVisible()
    click(qtbot, page.ways.browser)
    stage.session.become(SessionState.SIGNED_OUT, None)
    assert page.problem == "", "said once is enough"


def test_password_for_an_app_and_for_the_older_service(qtbot: QtBot, stage: Stage, page: SignInPage) -> None:
    click(qtbot, page.ways.password)
    form = page.password
    assert not form.server.isVisible() and form.client_id.isVisible()
    for field, text in (
        (form.username, "+16505550100"),
        (form.extension, "101"),
        (form.password, " pass word "),
        (form.client_id, "id"),
        (form.client_secret, "secret"),
    ):
        field.setText(text)
    click(qtbot, form.act)
    profile, credentials = stage.session.asked[-1]
    assert profile.kind is ServerKind.REST and profile.grant is GrantKind.PASSWORD
    assert credentials.password == " pass word ", "spaces belong to a password"
    refuse(stage, "RingCentral did not accept this user name, extension and password.")
    assert page.focusWidget() is form.password and form.username.text() == "+16505550100"
    click(qtbot, form.legacy)
    assert form.server.text() == "service.ringcentral.com" and not form.client_id.isVisible()
    form.server.setText("not a server")
    click(qtbot, form.act)
    assert "not the address of a server" in page.problem and page.focusWidget() is form.server
    form.server.setText("fax.example.org/")
    click(qtbot, form.act)
    profile, credentials = stage.session.asked[-1]
    assert (profile.kind, profile.base_url, profile.client_id) == (
        ServerKind.LEGACY,
        "https://fax.example.org",
        "",
    )
    assert (credentials.client_id, credentials.client_secret) == ("", "")


def test_a_server_of_2010_offers_only_the_password(qtbot: QtBot, stage: Stage, page: SignInPage) -> None:
    old = ServerProfile(name="Old", base_url="https://fax.example.org", kind=ServerKind.LEGACY, id="old")
    stage.profiles.put(old)
    stage.profiles.activate("old")
    for button in (page.ways.browser, page.ways.jwt):
        assert not button.isEnabled()
        assert "phone number and password only" in button.toolTip()
        assert button.accessibleDescription() == button.toolTip()
    click(qtbot, page.ways.password)
    assert page.password.is_legacy and page.password.server.text() == "fax.example.org"
    stage.profiles.activate("")
    click(qtbot, page.password.back)
    assert page.ways.browser.isEnabled() and page.ways.browser.toolTip() == ""


def test_demo_is_one_click_away_and_says_why_not(qtbot: QtBot, stage: Stage, page: SignInPage) -> None:
    with qtbot.waitSignal(page.try_demo):
        click(qtbot, page.demo)
    stage.session.failed.emit("The demo needs the simulator's parts.")
    assert page.problem == "The demo needs the simulator's parts."


def test_signing_in_again_keeps_the_desk_behind_it(qtbot: QtBot, stage: Stage, page: SignInPage) -> None:
    stage.session.profile = ServerProfile(name="Mara", client_id="our-app", id="one")
    stage.session.become(SessionState.NEEDS_SIGN_IN, ACCOUNT)
    page.begin()
    assert page.ways.accessibleName() == "Sign in again" and not page.demo.isVisible()
    click(qtbot, page.ways.browser)
    assert stage.session.browser_asked[-1][0].id == "one", "the same profile, so the same person's things"
    click(qtbot, page.waiting.cancel)
    with qtbot.waitSignal(page.left):
        click(qtbot, page.leave)


def test_another_account_is_another_profile_and_one_can_go_back(
    qtbot: QtBot, stage: Stage, page: SignInPage
) -> None:
    stage.session.profile = stage.profiles.put(ServerProfile(name="Mara", client_id="our-app", id="one"))
    stage.profiles.activate("one")
    stage.session.become(SessionState.SIGNED_IN, ACCOUNT)
    page.begin(is_another=True)
    assert page.ways.accessibleName() == "Another account"
    click(qtbot, page.ways.browser)
    (profile, _secret) = stage.session.browser_asked[-1]
    assert profile.id not in ("", "one") and profile.client_id == "our-app"
    refuse(stage, "The sign-in was refused in the browser.")
    click(qtbot, page.leave)
    assert stage.session.used == ["one"]


def test_the_profile_is_called_after_its_person(stage: Stage, page: SignInPage) -> None:
    stage.session.profile = stage.profiles.put(ServerProfile(name="RingCentral", client_id="x", id="one"))
    stage.session.become(SessionState.SIGNED_IN, ACCOUNT)
    assert [p.name for p in stage.profiles.value.profiles] == ["Mara Okafor"]
    named = stage.profiles.put(ServerProfile(name="Front desk", client_id="y", id="two"))
    stage.session.profile = named
    stage.session.become(SessionState.SIGNED_OUT, None)
    stage.session.become(SessionState.SIGNED_IN, ACCOUNT)
    assert stage.profiles.value.find("two") == named, "a name of one's own stays"


def test_every_view_in_both_schemes(qtbot: QtBot, stage: Stage, scheme: str, page: SignInPage) -> None:
    shoot(page, f"sign-in-{scheme}")
    for form, button in (
        (page.browser, page.ways.browser),
        (page.jwt, page.ways.jwt),
        (page.password, page.ways.password),
    ):
        click(qtbot, button)
        assert form.isVisible()
        shoot(page, f"sign-in-{form.accessibleName().split()[0].lower()}-{scheme}")
        qtbot.keyClick(form, Qt.Key.Key_Escape)
        assert page.ways.isVisible()
