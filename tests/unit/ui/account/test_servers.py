"""The dialog of servers, the account menu, the title of the window, and addresses as people type them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import PRODUCTION_URL, AppSecret, ServerKind, ServerProfile
from rcdesk.core.account.capability import Capability, Lack, LackReason
from rcdesk.ui.account.account_menu import AccountMenu
from rcdesk.ui.account.presence_button import PresenceButton
from rcdesk.ui.account.server_dialog import ServerDialog
from rcdesk.ui.kit.lacks import Lacking, LackLine
from rcdesk.ui.kit.look import Button
from rcdesk.ui.shell.main_window import window_title
from rcdesk.ui.shell.side_bar import SideBar
from rcdesk.ui.words.server_words import base_url_of
from tests.patient_bot import QtBot
from tests.unit.ui.stage import ACCOUNT, Stage, shoot

MARA = ServerProfile(id="mara", name="Mara Okafor", client_id="app")
PARTNER = ServerProfile(id="partner", name="Front desk", base_url="https://voice.example.com", client_id="b")
OLD = ServerProfile(id="old", name="", base_url="https://fax.example.org", kind=ServerKind.LEGACY)


@pytest.fixture
def dialog(qtbot: QtBot, stage: Stage) -> ServerDialog:
    """Three servers; somebody is signed in to the first one."""
    for profile in (MARA, PARTNER, OLD):
        stage.profiles.put(profile)
    stage.profiles.activate("mara")
    stage.session.profile = MARA
    made = ServerDialog(stage.desk)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.open()
    return made


def words(dialog: ServerDialog) -> list[str]:
    """The lines of the list."""
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


def test_servers_are_listed_with_where_they_are(dialog: ServerDialog) -> None:
    assert words(dialog) == [
        "✓  Mara Okafor · RingCentral",
        "Front desk · voice.example.com",
        "fax.example.org",
    ]
    assert dialog.list.currentRow() == 0 and dialog.form.address.text() == PRODUCTION_URL
    assert not dialog.remove.isEnabled() and "Sign out first" in dialog.remove.toolTip()
    assert not dialog.use.isEnabled() and dialog.use.accessibleDescription() == dialog.use.toolTip()


def test_what_is_typed_is_saved_and_the_redirect_follows_the_port(
    dialog: ServerDialog, stage: Stage, qtbot: QtBot
) -> None:
    dialog.list.setCurrentRow(1)
    form = dialog.form
    form.port.setValue(8099)
    assert form.redirect.uri.text() == "http://127.0.0.1:8099/signed-in"
    qtbot.mouseClick(form.redirect.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:8099/signed-in"
    form.client_id.selectAll()
    qtbot.keyClicks(form.client_id, "other-app")
    qtbot.keyClick(form.client_id, Qt.Key.Key_Return)
    form.pages.setValue(50)
    form.megabytes.setValue(20)
    form.trust("/etc/ssl/partner.pem")
    saved = stage.profiles.value.find("partner")
    assert saved is not None
    assert (saved.redirect_port, saved.client_id, saved.ca_file) == (
        8099,
        "other-app",
        "/etc/ssl/partner.pem",
    )
    assert (saved.max_fax_pages, saved.max_fax_bytes) == (50, 20_000_000)
    assert dialog.isVisible(), "Enter in a field closes nothing"
    qtbot.mouseClick(form.usual_ca, Qt.MouseButton.LeftButton)
    assert stage.profiles.value.find("partner") != saved and not form.usual_ca.isVisible()


def test_an_address_that_is_none_is_said_in_place_and_not_saved(
    dialog: ServerDialog, stage: Stage, qtbot: QtBot
) -> None:
    dialog.list.setCurrentRow(1)
    dialog.form.address.selectAll()
    qtbot.keyClicks(dialog.form.address, "http://voice.example.com")
    qtbot.keyClick(dialog.form.address, Qt.Key.Key_Return)
    assert "not the address of a server" in dialog.form.problem.text()
    assert dialog.form.address.property("problem") is True
    assert stage.profiles.value.find("partner") == PARTNER


def move(qtbot: QtBot, dialog: ServerDialog, address: str) -> None:
    """Type another address for the chosen server."""
    dialog.form.address.setFocus()
    dialog.form.address.selectAll()
    qtbot.keyClicks(dialog.form.address, address)
    qtbot.keyClick(dialog.form.address, Qt.Key.Key_Return)


def test_another_address_is_another_identity(dialog: ServerDialog, stage: Stage, qtbot: QtBot) -> None:
    """What the keyring holds for one host must never be shown to another; it goes when the dialog closes."""
    stage.profiles.put(replace(PARTNER, app_secret=AppSecret.KEPT))
    dialog.list.setCurrentRow(1)
    move(qtbot, dialog, "voice.example.net")
    (moved,) = [p for p in stage.profiles.value.profiles if p.base_url == "https://voice.example.net"]
    assert moved.id not in ("", "partner") and moved.client_id == "b"
    assert moved.app_secret is AppSecret.MISSING and dialog.chosen == moved
    assert words(dialog)[1:] == ["fax.example.org", "Front desk · voice.example.net"]
    assert stage.profiles.value.find("partner") is not None and dialog.undo.isVisible(), "nothing is lost yet"
    dialog.accept()
    assert stage.profiles.value.find("partner") is None and stage.profiles.value.find(moved.id) == moved


def test_an_address_corrected_back_keeps_the_sign_in(
    dialog: ServerDialog, stage: Stage, qtbot: QtBot
) -> None:
    known = stage.profiles.put(replace(PARTNER, app_secret=AppSecret.KEPT))
    stage.profiles.activate("partner")
    stage.session.profile, stage.session.account = known, None
    dialog.list.setCurrentRow(1)
    for address in ("voice.exmple.com", "voicee.example.com", "voice.example.com"):
        move(qtbot, dialog, address)
        assert dialog.undo.isVisible() == (address != "voice.example.com")
    assert dialog.chosen == known == stage.profiles.active
    dialog.accept()
    assert [p.id for p in stage.profiles.value.profiles] == ["mara", "partner", "old"]


def test_a_changed_address_is_taken_back_by_undo(dialog: ServerDialog, stage: Stage, qtbot: QtBot) -> None:
    stage.profiles.activate("partner")
    dialog.list.setCurrentRow(1)
    move(qtbot, dialog, "voice.example.net")
    assert stage.profiles.active != PARTNER
    qtbot.mouseClick(dialog.undo, Qt.MouseButton.LeftButton)
    assert stage.profiles.active == PARTNER == dialog.chosen and not dialog.undo.isVisible()
    assert dialog.form.address.text() == "https://voice.example.com"
    dialog.reject()
    assert stage.profiles.value.profiles == (MARA, PARTNER, OLD)


def test_an_address_that_is_left_with_the_mouse_changes_its_own_server(
    dialog: ServerDialog, stage: Stage, qtbot: QtBot
) -> None:
    dialog.list.setCurrentRow(1)
    dialog.form.address.setFocus()
    dialog.form.address.selectAll()
    qtbot.keyClicks(dialog.form.address, "voice.example.net")
    dialog.list.setFocus()
    assert dialog.form.address.text() == "voice.example.net" and dialog.form.client_id.text() == "b"
    assert dialog.chosen.base_url == "https://voice.example.net"


def test_signing_in_elsewhere_meanwhile_keeps_the_former_address(
    dialog: ServerDialog, stage: Stage, qtbot: QtBot
) -> None:
    """Offline at the start: the network comes back while the dialog is open."""
    stage.session.profile = PARTNER
    stage.session.become(SessionState.OFFLINE, None)
    dialog.list.setCurrentRow(1)
    move(qtbot, dialog, "voice.example.net")
    stage.session.become(SessionState.SIGNED_IN, ACCOUNT)
    dialog.accept()
    assert stage.profiles.value.find("partner") == PARTNER


def test_a_removed_server_comes_back_by_undo(dialog: ServerDialog, stage: Stage, qtbot: QtBot) -> None:
    dialog.list.setCurrentRow(2)
    dialog.list.setFocus()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert stage.profiles.value.find("old") is None and dialog.undo.isVisible()
    qtbot.mouseClick(dialog.undo, Qt.MouseButton.LeftButton)
    assert stage.profiles.value.find("old") == OLD and not dialog.undo.isVisible()
    assert dialog.chosen == OLD


def test_a_removed_server_that_comes_back_misses_the_secret_of_its_app(
    dialog: ServerDialog, stage: Stage, qtbot: QtBot
) -> None:
    stage.profiles.put(replace(PARTNER, app_secret=AppSecret.KEPT))
    dialog.list.setCurrentRow(1)
    qtbot.mouseClick(dialog.remove, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.undo, Qt.MouseButton.LeftButton)
    assert stage.profiles.value.find("partner") == replace(PARTNER, app_secret=AppSecret.MISSING)


def test_a_second_server_of_ringcentral_is_shown_as_what_it_is(
    dialog: ServerDialog, stage: Stage, qtbot: QtBot
) -> None:
    dialog.list.setCurrentRow(1)
    dialog.begin_new(ServerKind.REST, PRODUCTION_URL)
    assert dialog.form.address.text() == PRODUCTION_URL and dialog.form.client_id.text() == ""
    qtbot.keyClicks(dialog.form.client_id, "second")
    qtbot.keyClick(dialog.form.client_id, Qt.Key.Key_Return)
    assert [(p.base_url, p.client_id) for p in stage.profiles.value.profiles][3:] == [
        (PRODUCTION_URL, "second")
    ]


def test_a_new_server_is_saved_once_it_has_an_address(
    dialog: ServerDialog, stage: Stage, qtbot: QtBot
) -> None:
    dialog.begin_new(ServerKind.REST, "")
    assert words(dialog)[-1] == "New server" and len(stage.profiles.value.profiles) == 3
    qtbot.keyClicks(dialog.form.address, "pbx.example.com")
    qtbot.keyClick(dialog.form.address, Qt.Key.Key_Return)
    assert [p.base_url for p in stage.profiles.value.profiles][-1] == "https://pbx.example.com"
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert stage.session.used == [stage.profiles.value.profiles[-1].id] and not dialog.isVisible()


def test_the_older_service_needs_no_app(dialog: ServerDialog) -> None:
    dialog.list.setCurrentRow(2)
    assert not dialog.form.client_id.isVisible() and not dialog.form.redirect.isVisible()
    assert dialog.form.ca_file.isVisible()


def test_servers_in_both_schemes(qtbot: QtBot, stage: Stage, scheme: str) -> None:
    stage.profiles.put(PARTNER)
    dialog = ServerDialog(stage.desk)
    qtbot.addWidget(dialog)
    dialog.show()
    shoot(dialog, f"servers-{scheme}")
    assert dialog.chosen == PARTNER


def test_the_account_menu_switches_and_offers_more(qtbot: QtBot, stage: Stage) -> None:
    for profile in (MARA, PARTNER):
        stage.profiles.put(profile)
    stage.session.profile = MARA
    accounts = AccountMenu(stage.desk.session, stage.desk.profiles)
    menu = QMenu()
    qtbot.addWidget(menu)
    actions = {action.text(): action for action in accounts.add_to(menu).actions() if action.text()}
    assert list(actions) == [
        "Mara Okafor · RingCentral",
        "Front desk · voice.example.com",
        "Another account…",
        "Servers…",
    ]
    assert actions["Mara Okafor · RingCentral"].isChecked()
    actions["Front desk · voice.example.com"].trigger()
    assert stage.session.used == ["partner"]
    with qtbot.waitSignals([accounts.another_asked, accounts.servers_asked]):
        actions["Another account…"].trigger()
        actions["Servers…"].trigger()


@pytest.mark.parametrize(
    ("profile", "state", "title"),
    [
        (MARA, SessionState.SIGNED_IN, "rcdesk — Mara Okafor · RingCentral"),
        (MARA, SessionState.OFFLINE, "rcdesk — Mara Okafor · RingCentral (offline)"),
        (MARA, SessionState.NEEDS_SIGN_IN, "rcdesk — Mara Okafor · RingCentral (sign in again)"),
        (PARTNER, SessionState.SIGNED_IN, "rcdesk — Mara Okafor · voice.example.com"),
        (
            ServerProfile(name="Demo desk", base_url="http://127.0.0.1:1", is_demo=True),
            SessionState.SIGNED_IN,
            "rcdesk — Mara Okafor (demo)",
        ),
        (None, SessionState.SIGNED_OUT, "rcdesk"),
    ],
)
def test_the_title_says_who_and_where(profile: ServerProfile | None, state: SessionState, title: str) -> None:
    assert window_title(profile, ACCOUNT, state) == title
    assert window_title(profile, None, SessionState.SIGNED_OUT) == "rcdesk"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" platform.ringcentral.com/ ", "https://platform.ringcentral.com"),
        ("https://proxy.example.com:8443/rc/", "https://proxy.example.com:8443/rc"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://platform.ringcentral.com", ""),
        ("ftp://example.com", ""),
        ("https://user:pw@example.com", ""),
        ("two words.com", ""),
        ("https://example.com:port", ""),
        ("server", ""),
        ("", ""),
    ],
)
def test_addresses_as_people_type_them(typed: str, kept: str) -> None:
    assert base_url_of(typed) == kept


def test_what_is_lacking_is_greyed_with_the_reason_and_comes_back(qtbot: QtBot, stage: Stage) -> None:
    button = Button("Call")
    button.setToolTip("Calls")
    qtbot.addWidget(button)
    lacking = Lacking(stage.desk.session, button, Capability.CALL)
    line = LackLine("line", stage.desk.session, Capability.CALL, rest="Faxes work.")
    qtbot.addWidget(line)
    assert lacking.parent() is button and button.isEnabled() and not line.isVisible()
    lack = Lack(capability=Capability.CALL, reason=LackReason.USER)
    stage.session.become(SessionState.SIGNED_IN, replace(ACCOUNT, lacks=(lack,)))
    assert not button.isEnabled() and button.toolTip() == lack.sentence == button.accessibleDescription()
    assert line.isVisible() and line.text() == f"{lack.sentence} Faxes work."
    stage.session.become(SessionState.SIGNED_IN, ACCOUNT)
    assert button.isEnabled() and button.toolTip() == "Calls" and not line.isVisible()


def test_the_presence_menu_says_why_nothing_can_be_chosen(qtbot: QtBot, stage: Stage) -> None:
    bar = SideBar()
    qtbot.addWidget(bar)
    bar.show()
    bar.follow(stage.desk.presence)
    lack = Lack(capability=Capability.PRESENCE_CHANGE, reason=LackReason.APP, needs="EditPresence")
    bar.show_person(replace(ACCOUNT, lacks=(lack,)), SessionState.SIGNED_IN)
    foot = bar.findChild(PresenceButton, "sessionState")
    assert foot is not None and foot.toolTip() == lack.sentence == foot.accessibleDescription()
    assert foot.text() == "Taking calls", "what is known is said all the same"
    foot.open_menu()
    assert foot.menu is not None
    assert " ".join(entry.words for entry in foot.menu.entries) == lack.sentence
    assert not any(entry.is_enabled for entry in foot.menu.entries)
    foot.menu.close()
