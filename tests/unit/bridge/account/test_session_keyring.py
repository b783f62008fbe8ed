"""The session and the keyring: locked at the start, while the desk runs, and when one signs out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import keyring
import pytest

from rcdesk.bridge.account import session_desk
from rcdesk.bridge.account.notices import Notices
from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.account.account import NOT_TOLD
from rcdesk.core.account.keyring import KeyringState
from rcdesk.services.account.connection import Connection
from rcdesk.store.account.secrets import Secrets
from tests.now import now
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import credentials_of, profile_of
from tests.unit.store.shelf import Shelf

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

LONG_MS = 30_000


@dataclass
class Run:
    """One run of the program's session on the keyring of this test."""

    session: SessionDesk
    notices: Notices
    failed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def wait_for(self, state: SessionState, qtbot: QtBot) -> None:
        qtbot.waitUntil(lambda: self.session.state is state, timeout=LONG_MS)


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.setattr(session_desk, "KEYRING_MS", 50)
    former = keyring.get_keyring()
    found = Shelf()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(former)


@pytest.fixture
def start(make_lane: Callable[[str], Lane], shelf: Shelf) -> Iterator[Callable[[], Run]]:
    runs: list[Run] = []

    def make() -> Run:
        secrets: list[Secrets] = []
        session = SessionDesk(make_lane("calls"), lambda profile: Connection(profile, secrets[0]))
        secrets.append(Secrets(told=session.keyring_told.emit))
        run = Run(session, Notices(session))
        session.failed.connect(run.failed.append)
        session.left.connect(run.left.append)
        runs.append(run)
        return run

    yield make
    for run in runs:
        run.session.stop()
        run.notices.stop()


def test_a_keyring_that_is_locked_while_the_desk_runs_gets_the_new_tokens_later(
    start: Callable[[], Run], shelf: Shelf, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    run = start()
    run.session.sign_in(profile_of(simulator), credentials_of(simulator))
    run.wait_for(SessionState.SIGNED_IN, qtbot)
    kept = dict(shelf.entries)
    assert kept and run.session.is_persistent and now(run.notices.bar) is None
    shelf.is_locked = True
    simulator.advance(3601)
    run.session.reload()
    qtbot.waitUntil(lambda: run.session.keyring is KeyringState.LOCKED, timeout=LONG_MS)
    bar = run.notices.bar
    assert run.session.state is SessionState.SIGNED_IN and bar is not None
    assert "The keyring is locked" in bar.text and shelf.entries == kept
    shelf.is_locked = False
    qtbot.waitUntil(lambda: run.session.keyring is KeyringState.FINE, timeout=LONG_MS)
    assert run.notices.bar is None and shelf.entries != kept
    again = start()
    again.session.resume(profile_of(simulator))
    again.wait_for(SessionState.SIGNED_IN, qtbot)


def test_a_keyring_that_is_locked_at_the_start_is_named_and_gone_on_with_once_it_is_open(
    start: Callable[[], Run], shelf: Shelf, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    first = start()
    first.session.sign_in(profile_of(simulator), credentials_of(simulator))
    first.wait_for(SessionState.SIGNED_IN, qtbot)
    shelf.is_locked = True
    second = start()
    second.session.resume(profile_of(simulator))
    qtbot.waitUntil(lambda: bool(second.failed), timeout=LONG_MS)
    assert second.session.state is SessionState.SIGNED_OUT
    assert second.failed[0].startswith("The keyring is locked, so the sign-in")
    shelf.is_locked = False
    second.wait_for(SessionState.SIGNED_IN, qtbot)
    assert second.session.is_persistent


def test_a_new_sign_in_goes_on_without_a_locked_keyring(
    start: Callable[[], Run], shelf: Shelf, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    shelf.is_locked = True
    run = start()
    run.session.sign_in(profile_of(simulator), credentials_of(simulator))
    run.wait_for(SessionState.SIGNED_IN, qtbot)
    qtbot.waitUntil(lambda: run.notices.bar is not None, timeout=LONG_MS)
    assert run.notices.bar is not None and "rcdesk goes on without it" in run.notices.bar.text
    assert shelf.entries == {} and not run.failed


def test_signing_out_says_that_the_sign_in_survives_in_a_locked_keyring(
    start: Callable[[], Run], shelf: Shelf, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    run = start()
    run.session.sign_in(profile_of(simulator), credentials_of(simulator))
    run.wait_for(SessionState.SIGNED_IN, qtbot)
    connection = run.session.connection
    assert connection is not None and run.session.is_persistent
    shelf.is_locked = True
    run.session.sign_out()
    qtbot.waitUntil(lambda: bool(run.left), timeout=LONG_MS)
    assert "The keyring is locked" in run.left[0] and "still there" in run.left[0]
    assert run.failed == run.left and shelf.entries


def test_signing_out_without_a_network_says_that_the_service_was_not_told(
    start: Callable[[], Run], simulator: RunningSimulator, qtbot: QtBot
) -> None:
    run = start()
    run.session.sign_in(profile_of(simulator), credentials_of(simulator))
    run.wait_for(SessionState.SIGNED_IN, qtbot)
    simulator.fault("cut-before", path="/restapi/oauth/revoke", times=50)
    run.session.sign_out()
    qtbot.waitUntil(lambda: bool(run.left), timeout=LONG_MS)
    assert run.left == [NOT_TOLD] == run.failed


def test_given_credentials_are_tried_again_when_there_is_no_network_at_the_start(
    start: Callable[[], Run], simulator: RunningSimulator, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_desk, "RETRY_S", (1,))
    run = start()
    simulator.fault("cut-before", path="/restapi", times=2)
    run.session.sign_in(profile_of(simulator), credentials_of(simulator), keeps_trying=True)
    run.wait_for(SessionState.OFFLINE, qtbot)
    assert not run.failed and run.notices.bar is not None and run.notices.bar.name == "offline"
    simulator.clear_faults()
    run.wait_for(SessionState.SIGNED_IN, qtbot)
    run.session.sign_out()
    qtbot.waitUntil(lambda: bool(run.left), timeout=LONG_MS)


def test_given_credentials_that_are_refused_are_not_tried_again(
    start: Callable[[], Run], simulator: RunningSimulator, qtbot: QtBot
) -> None:
    run = start()
    wrong = credentials_of(simulator, jwt="wrong")
    run.session.sign_in(profile_of(simulator), wrong, keeps_trying=True)
    qtbot.waitUntil(lambda: bool(run.failed), timeout=LONG_MS)
    assert run.session.state is SessionState.SIGNED_OUT
