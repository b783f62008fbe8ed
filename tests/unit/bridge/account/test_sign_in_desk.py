"""All ways in through the desk: browser, password, several profiles, and going back when it does not work."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from msgspec.structs import replace
from PySide6.QtCore import QThread

from rcdesk.bridge.account.profiles_desk import ProfilesDesk
from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.account.account import Credentials, GrantKind, ServerKind, ServerProfile, ServerProfiles
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import SignInNeeded
from rcdesk.services.account.sign_in import KeptSignIn
from rcdesk.store.account import profiles as profiles_file
from tests.now import now
from tests.patience import PATIENCE_MS, PATIENCE_S
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import credentials_of

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator
    from rcdesk.store.account.secrets import Secrets

WAIT_MS = PATIENCE_MS


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Browser:
    """Opens what it is given, on a thread of its own; may refuse, or leave the person alone with it."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.is_broken = False
        self.is_idle = False
        self.was_gui_thread = False
        self._gui = QThread.currentThread()
        self._visits: list[threading.Thread] = []

    def open(self, url: str) -> bool:
        self.opened.append(url)
        self.was_gui_thread = QThread.currentThread() is self._gui
        if self.is_broken:
            return False
        if not self.is_idle:
            self.visit(url)
        return True

    def visit(self, url: str) -> None:
        visit = threading.Thread(target=requests.get, args=(url,), kwargs={"timeout": 30})
        self._visits.append(visit)
        visit.start()

    def close(self) -> None:
        for visit in self._visits:
            visit.join(PATIENCE_S)


@dataclass
class Entrance:
    """A session desk with everything a sign-in needs."""

    session: SessionDesk
    profiles: ProfilesDesk
    browser: Browser
    lane_calls: Lane
    failed: list[str]
    noticed: list[str]

    def settle(self, qtbot: QtBot, state: SessionState) -> None:
        qtbot.waitUntil(lambda: self.session.state is state, timeout=WAIT_MS)


@pytest.fixture
def entrance(make_lane: Callable[[str], Lane], secrets: Secrets, tmp_path: Path) -> Iterator[Entrance]:
    from rcdesk.services.account.connection import Connection

    calls, browser = make_lane("calls"), Browser()
    desk = ProfilesDesk(
        tmp_path / "servers.json",
        make_lane("disk"),
        profiles_file.load,
        profiles_file.save,
        forget=lambda profile: KeptSignIn(secrets, profile).wipe(),
    )
    session = SessionDesk(
        calls,
        lambda profile: Connection(profile, secrets),
        lane_sign_in=make_lane("sign-in"),
        open_url=browser.open,
        profiles=desk,
    )
    found = Entrance(session, desk, browser, calls, [], [])
    session.failed.connect(found.failed.append)
    session.browser_noticed.connect(found.noticed.append)
    yield found
    session.stop()
    browser.close()


@pytest.fixture
def profile(simulator: RunningSimulator) -> ServerProfile:
    return ServerProfile(
        name="Test", base_url=simulator.base_url, client_id=simulator.client_id, redirect_port=free_port()
    )


def password_of(simulator: RunningSimulator, **changes: str) -> Credentials:
    credentials = Credentials(
        client_id=simulator.client_id,
        client_secret=simulator.client_secret,
        username=simulator.username,
        extension=simulator.extension,
        password=simulator.password,
    )
    return replace(credentials, **changes)


def test_the_browser_signs_in_and_the_profile_is_remembered(
    entrance: Entrance, profile: ServerProfile, qtbot: QtBot
) -> None:
    waiting: list[str] = []
    entrance.session.browser_waiting.connect(waiting.append)
    entrance.session.sign_in_browser(profile)
    entrance.settle(qtbot, SessionState.SIGNED_IN)
    assert entrance.session.account is not None and entrance.session.account.name == "Mara Okafor"
    assert waiting == entrance.browser.opened and entrance.browser.was_gui_thread
    active = entrance.profiles.active
    assert active is not None and active.grant is GrantKind.BROWSER and active.key == profile.key
    assert entrance.session.profile == active and not entrance.failed


def test_the_calls_lane_is_free_while_the_browser_is_waited_for(
    entrance: Entrance, profile: ServerProfile, qtbot: QtBot
) -> None:
    entrance.browser.is_idle = True
    entrance.session.sign_in_browser(profile)
    qtbot.waitUntil(lambda: bool(entrance.browser.opened), timeout=WAIT_MS)
    done: list[int] = []
    entrance.lane_calls.submit(lambda token, report: 7, done=done.append, failed=lambda error: None)
    qtbot.waitUntil(lambda: done == [7], timeout=WAIT_MS)
    assert now(entrance.session.state) is SessionState.SIGNING_IN
    entrance.session.cancel_sign_in()
    assert entrance.session.state is SessionState.SIGNED_OUT and not entrance.failed
    entrance.browser.is_idle = False
    entrance.session.sign_in_browser(profile)
    entrance.settle(qtbot, SessionState.SIGNED_IN)


def test_a_browser_that_does_not_open_is_said_and_the_address_still_works(
    entrance: Entrance, profile: ServerProfile, qtbot: QtBot
) -> None:
    entrance.browser.is_broken = True
    entrance.session.sign_in_browser(profile)
    qtbot.waitUntil(lambda: bool(entrance.noticed), timeout=WAIT_MS)
    assert "No browser could be opened" in entrance.noticed[0]
    entrance.browser.visit(entrance.browser.opened[0])
    entrance.settle(qtbot, SessionState.SIGNED_IN)


def test_a_strange_answer_is_noticed(entrance: Entrance, profile: ServerProfile, qtbot: QtBot) -> None:
    entrance.browser.is_idle = True
    entrance.session.sign_in_browser(profile)
    qtbot.waitUntil(lambda: bool(entrance.browser.opened), timeout=WAIT_MS)
    entrance.browser.visit(f"{profile.redirect_uri}?state=wrong&code=c")
    qtbot.waitUntil(lambda: bool(entrance.noticed), timeout=WAIT_MS)
    assert "does not belong to this sign-in" in entrance.noticed[0]
    entrance.browser.visit(entrance.browser.opened[0])
    entrance.settle(qtbot, SessionState.SIGNED_IN)


def test_a_wrong_password_is_one_sentence_and_a_right_one_signs_in(
    entrance: Entrance, profile: ServerProfile, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    entrance.session.sign_in(profile, password_of(simulator, password="wrong"))
    entrance.settle(qtbot, SessionState.SIGNED_OUT)
    assert len(entrance.failed) == 1 and "password" in entrance.failed[0]
    assert entrance.profiles.value.profiles == (), "only what worked is remembered"
    entrance.session.sign_in(profile, password_of(simulator))
    entrance.settle(qtbot, SessionState.SIGNED_IN)
    assert entrance.profiles.active is not None and entrance.profiles.active.grant is GrantKind.PASSWORD


def test_a_refused_refresh_keeps_everything_and_a_failed_sign_in_does_too(
    entrance: Entrance, profile: ServerProfile, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    entrance.session.sign_in_browser(profile)
    entrance.settle(qtbot, SessionState.SIGNED_IN)
    account = entrance.session.account
    simulator.advance(8 * 24 * 3600)
    entrance.session.check()
    entrance.settle(qtbot, SessionState.NEEDS_SIGN_IN)
    assert entrance.session.account == account
    assert entrance.session.profile is not None
    entrance.session.sign_in(entrance.session.profile, password_of(simulator, password="wrong"))
    qtbot.waitUntil(lambda: len(entrance.failed) == 2, timeout=WAIT_MS)
    assert entrance.session.state is SessionState.NEEDS_SIGN_IN and entrance.session.account == account
    entrance.session.sign_in_browser(entrance.session.profile)
    entrance.session.cancel_sign_in()
    assert entrance.session.state is SessionState.NEEDS_SIGN_IN and entrance.session.account == account
    changes: list[object] = []
    entrance.session.account_changed.connect(changes.append)
    entrance.session.sign_in_browser(entrance.session.profile)
    entrance.settle(qtbot, SessionState.SIGNED_IN)
    assert changes == [], "to the rest of the desk nothing has happened"


def test_an_error_of_an_earlier_request_does_not_end_the_sign_in(
    entrance: Entrance, profile: ServerProfile, qtbot: QtBot
) -> None:
    entrance.browser.is_idle = True
    entrance.session.sign_in_browser(profile)
    qtbot.waitUntil(lambda: bool(entrance.browser.opened), timeout=WAIT_MS)
    entrance.session.heard_error(SignInNeeded("late", status=401))
    assert entrance.session.state is SessionState.SIGNING_IN
    entrance.browser.visit(entrance.browser.opened[0])
    entrance.settle(qtbot, SessionState.SIGNED_IN)


def test_an_error_of_an_earlier_person_asks_nobody_to_sign_in_again(
    entrance: Entrance, profile: ServerProfile, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    entrance.session.sign_in(profile, credentials_of(simulator))
    entrance.settle(qtbot, SessionState.SIGNED_IN)
    empty = entrance.profiles.put(entrance.profiles.another(replace(profile, name="Owen")))
    late = SignInNeeded("late", status=401)
    entrance.session.use(empty.id)
    entrance.session.heard_error(late)
    entrance.settle(qtbot, SessionState.SIGNED_OUT)
    assert entrance.session.connection is not None
    entrance.session.heard_error(late)
    assert entrance.session.state is SessionState.SIGNED_OUT
    entrance.browser.is_idle = True
    entrance.session.sign_in_browser(empty)
    qtbot.waitUntil(lambda: bool(entrance.browser.opened), timeout=WAIT_MS)
    entrance.session.heard_error(late)
    entrance.session.cancel_sign_in()
    assert now(entrance.session.state) is SessionState.SIGNED_OUT


def test_two_people_at_one_server_switch_without_a_restart(
    entrance: Entrance, profile: ServerProfile, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    owners: list[str] = []
    entrance.session.account_changed.connect(lambda account: owners.append(account.name if account else ""))
    entrance.session.sign_in(profile, credentials_of(simulator))
    entrance.settle(qtbot, SessionState.SIGNED_IN)
    mara = entrance.session.profile
    second = entrance.profiles.another(replace(profile, name="Owen"))
    entrance.session.sign_in(second, credentials_of(simulator, jwt=simulator.second_credentials["jwt"]))
    qtbot.waitUntil(lambda: owners[-1:] == ["Owen Pryce"], timeout=WAIT_MS)
    assert mara is not None
    entrance.session.use(mara.id)
    qtbot.waitUntil(lambda: owners[-1:] == ["Mara Okafor"], timeout=WAIT_MS)
    assert entrance.profiles.value.active_id == mara.id
    entrance.session.use(second.id)
    qtbot.waitUntil(lambda: owners[-1:] == ["Owen Pryce"], timeout=WAIT_MS)
    assert owners == ["Mara Okafor", "", "Owen Pryce", "", "Mara Okafor", "", "Owen Pryce"]
    entrance.session.use(second.id)
    entrance.session.use("nobody's")
    assert entrance.session.state is SessionState.SIGNED_IN and not entrance.failed
    path, wanted = entrance.profiles._path, entrance.profiles.value
    qtbot.waitUntil(lambda: profiles_file.load(path) == wanted, timeout=WAIT_MS)
    assert [p.name for p in wanted.profiles] == ["Test", "Owen"] and wanted.active_id == second.id


def test_an_older_service_signs_in_by_password(
    entrance: Entrance, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    profile = ServerProfile(name="Old", base_url=simulator.base_url, kind=ServerKind.LEGACY)
    entrance.session.sign_in(profile, password_of(simulator))
    entrance.settle(qtbot, SessionState.SIGNED_IN)
    account = entrance.session.account
    assert account is not None and account.ringable and account.lacks
    assert entrance.profiles.active is not None and entrance.profiles.active.kind is ServerKind.LEGACY


def test_a_certificate_file_that_is_gone_is_one_sentence(
    entrance: Entrance, profile: ServerProfile, qtbot: QtBot
) -> None:
    entrance.session.resume(replace(profile, ca_file="/nowhere/ca.pem"))
    qtbot.waitUntil(lambda: bool(entrance.failed), timeout=WAIT_MS)
    assert "/nowhere/ca.pem could not be read" in entrance.failed[0]
    assert entrance.session.state is SessionState.SIGNED_OUT


def test_changed_profiles_are_written_before_the_end(
    make_lane: Callable[[str], Lane], tmp_path: Path, profile: ServerProfile, qtbot: QtBot
) -> None:
    lane, path = make_lane("disk"), tmp_path / "servers.json"
    desk = ProfilesDesk(path, lane, profiles_file.load, profiles_file.save)
    with qtbot.waitSignal(desk.changed):
        saved = desk.put(profile)
    assert desk.put(replace(profile, name="Renamed")).id == saved.id
    desk.flush()
    assert lane.stop(PATIENCE_S)
    assert [p.name for p in profiles_file.load(path).profiles] == ["Renamed"]


def test_a_profile_can_be_removed_and_the_simulator_is_not_saved(
    make_lane: Callable[[str], Lane], tmp_path: Path, profile: ServerProfile, qtbot: QtBot
) -> None:
    lane, path = make_lane("disk"), tmp_path / "servers.json"
    desk = ProfilesDesk(path, lane, profiles_file.load, profiles_file.save)
    saved = desk.put(profile)
    demo = replace(profile, is_demo=True)
    assert desk.put(demo) == demo and desk.value.profiles == (saved,)
    desk.activate(saved.id)
    assert desk.active == saved
    desk.remove(saved.id)
    qtbot.waitUntil(lambda: lane.is_idle, timeout=WAIT_MS)
    assert profiles_file.load(path).profiles == () and desk.active is None


def kept_of(secrets: Secrets, profile: ServerProfile) -> tuple[bool, bool, bool]:
    """Whether tokens, credentials and the app's secret are kept for a profile."""
    kept = KeptSignIn(secrets, profile)
    return kept.load() is not None, kept.credentials is not None, bool(kept.client_secret)


def test_a_removed_profile_takes_the_sign_in_kept_for_it_along(
    entrance: Entrance,
    profile: ServerProfile,
    secrets: Secrets,
    simulator: RunningSimulator,
    qtbot: QtBot,
) -> None:
    """Without a network, and the other one keeps its own."""
    first, second = replace(profile, id="one"), replace(profile, id="two")
    for one in (first, second):
        entrance.session.sign_in(one, password_of(simulator))
        entrance.settle(qtbot, SessionState.SIGNED_IN)
    simulator.stop()
    assert kept_of(secrets, first) == kept_of(secrets, second) == (True, True, True)
    entrance.profiles.remove("one")
    qtbot.waitUntil(lambda: kept_of(secrets, first) == (False, False, False), timeout=WAIT_MS)
    assert kept_of(secrets, second) == (True, True, True)
    assert entrance.session.state is SessionState.SIGNED_IN
    entrance.profiles.remove("nobody")
    assert [saved.id for saved in entrance.profiles.value.profiles] == ["two"]


def test_a_removed_profile_in_use_is_signed_out(
    entrance: Entrance,
    profile: ServerProfile,
    secrets: Secrets,
    simulator: RunningSimulator,
    qtbot: QtBot,
) -> None:
    """What is tried again while offline would keep new tokens for a server that is in no list."""
    used = replace(profile, id="one")
    entrance.session.sign_in(used, password_of(simulator))
    entrance.settle(qtbot, SessionState.SIGNED_IN)
    simulator.stop()
    entrance.session.reload()
    entrance.settle(qtbot, SessionState.OFFLINE)
    entrance.profiles.remove("one")
    assert entrance.session.state is SessionState.SIGNED_OUT and entrance.session.connection is None
    qtbot.waitUntil(lambda: entrance.lane_calls.is_idle, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: kept_of(secrets, used) == (False, False, False), timeout=WAIT_MS)


def test_signing_out_wipes_although_the_certificate_file_is_gone(
    entrance: Entrance,
    profile: ServerProfile,
    secrets: Secrets,
    simulator: RunningSimulator,
    qtbot: QtBot,
) -> None:
    used = entrance.profiles.put(profile)
    entrance.session.sign_in(used, password_of(simulator))
    entrance.settle(qtbot, SessionState.SIGNED_IN)
    entrance.session.sign_out()
    qtbot.waitUntil(lambda: entrance.lane_calls.is_idle, timeout=WAIT_MS)
    KeptSignIn(secrets, used).keep_credentials(password_of(simulator))
    entrance.session.resume(replace(used, ca_file="/no/such/file.pem"))
    qtbot.waitUntil(lambda: bool(entrance.failed), timeout=WAIT_MS)
    entrance.session.sign_out()
    qtbot.waitUntil(lambda: kept_of(secrets, used) == (False, False, False), timeout=WAIT_MS)


def test_profiles_that_cannot_be_saved_are_said(
    make_lane: Callable[[str], Lane], tmp_path: Path, profile: ServerProfile, qtbot: QtBot
) -> None:
    (tmp_path / "file").write_text("")
    desk = ProfilesDesk(
        tmp_path / "file" / "s.json",
        make_lane("disk"),
        lambda path: ServerProfiles(),
        profiles_file.save,
    )
    with qtbot.waitSignal(desk.problem, timeout=WAIT_MS) as heard:
        desk.put(profile)
    assert "could not be saved" in heard.args[0]


def test_a_certificate_file_that_cannot_be_used_leaves_the_sign_in_alone(
    entrance: Entrance, profile: ServerProfile, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    entrance.session.sign_in(profile, password_of(simulator))
    entrance.settle(qtbot, SessionState.SIGNED_IN)
    before = entrance.session.connection
    for changed in (
        replace(profile, ca_file="/no/such/file.pem"),
        replace(profile, id="other", ca_file="/no/such/file.pem"),
    ):
        entrance.failed.clear()
        entrance.session.resume(changed)
        qtbot.waitUntil(lambda: bool(entrance.failed), timeout=WAIT_MS)
        assert "certificate file" in entrance.failed[0]
        assert entrance.session.state is SessionState.SIGNED_IN and entrance.session.connection is before
        assert entrance.session.profile is not None and not entrance.session.profile.ca_file
    entrance.session.reload()
    qtbot.waitUntil(lambda: entrance.lane_calls.is_idle, timeout=WAIT_MS)
    assert entrance.session.state is SessionState.SIGNED_IN, "and it still works"


def test_given_up_when_it_was_done_already_the_window_says_who_it_is(
    make_lane: Callable[[str], Lane], secrets: Secrets, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    """The answer waits for the GUI thread when Cancel is pressed; requests go out as this person."""
    from rcdesk.services.account.connection import Connection

    settled = threading.Event()

    class Observed(Connection):
        @property
        def is_persistent(self) -> bool:
            settled.set()
            return super().is_persistent

    session = SessionDesk(make_lane("calls"), lambda profile: Observed(profile, secrets))
    profile = ServerProfile(name="Test", base_url=simulator.base_url, client_id=simulator.client_id)
    session.sign_in(profile, credentials_of(simulator))
    qtbot.waitUntil(lambda: session.state is SessionState.SIGNED_IN, timeout=WAIT_MS)
    first = session.account
    settled.clear()
    session.sign_in(profile, credentials_of(simulator, simulator.second_credentials["jwt"]))
    assert settled.wait(PATIENCE_S)
    session.cancel_sign_in()
    assert session.account == first
    qtbot.waitUntil(lambda: session.account != first, timeout=WAIT_MS)
    assert session.state is SessionState.SIGNED_IN and session.account is not None
    assert session.connection is not None and session.connection.owner_id == session.account.owner_id
    session.stop()


def test_signing_out_before_there_is_a_connection_wipes_all_the_same(
    entrance: Entrance, profile: ServerProfile, simulator: RunningSimulator, secrets: Secrets, qtbot: QtBot
) -> None:
    from rcdesk.services.account.connection import Connection

    earlier = Connection(profile, secrets)
    earlier.sign_in(password_of(simulator), CancelToken())
    earlier.close()
    entrance.session.resume(profile)
    assert entrance.session.connection is None
    entrance.session.sign_out()
    qtbot.waitUntil(lambda: entrance.lane_calls.is_idle, timeout=WAIT_MS)
    left = Connection(profile, secrets)
    assert not left.is_signed_in and secrets.load(f"credentials {profile.key}") is None
    left.close()
    assert simulator.requests[-1].path.endswith("/oauth/revoke")


@pytest.mark.parametrize("ca_file", ["", "/no/such/file.pem"])
def test_given_up_while_the_connection_is_made_there_is_one_all_the_same(
    entrance: Entrance, profile: ServerProfile, simulator: RunningSimulator, qtbot: QtBot, ca_file: str
) -> None:
    entrance.session.sign_in(profile, password_of(simulator))
    entrance.settle(qtbot, SessionState.SIGNED_IN)
    entrance.session.resume(replace(profile, redirect_port=free_port(), ca_file=ca_file))
    entrance.session.cancel_sign_in()
    assert entrance.session.state is SessionState.SIGNED_IN
    qtbot.waitUntil(lambda: entrance.lane_calls.is_idle, timeout=WAIT_MS)
    connection = entrance.session.connection
    assert connection is not None and connection.load_account(CancelToken()) == entrance.session.account
