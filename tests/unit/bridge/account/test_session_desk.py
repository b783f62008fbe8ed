"""Signing in, going on, losing the network: against the simulator, with the real connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rcdesk.bridge.account.notices import Notices
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import Bench, credentials_of, profile_of

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator


def test_signing_in_lists_the_numbers(bench: Bench, simulator: RunningSimulator, qtbot: QtBot) -> None:
    states: list[SessionState] = []
    bench.session.state_changed.connect(states.append)
    bench.sign_in(simulator, qtbot)
    account = bench.session.account
    assert account is not None
    assert account.ringable
    assert account.cover_pages
    assert states == [SessionState.SIGNING_IN, SessionState.SIGNED_IN]
    assert not bench.session.is_persistent
    assert not bench.problems


def test_a_wrong_jwt_is_one_sentence(bench: Bench, simulator: RunningSimulator, qtbot: QtBot) -> None:
    bench.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator, jwt="wrong"))
    qtbot.waitUntil(lambda: bench.session.state is SessionState.SIGNED_OUT, timeout=10_000)
    assert len(bench.problems) == 1
    assert bench.session.account is None
    bench.sign_in(simulator, qtbot)


def test_no_network_is_one_sentence(bench: Bench, simulator: RunningSimulator, qtbot: QtBot) -> None:
    profile = ServerProfile(name="Nowhere", base_url="http://127.0.0.1:9", client_id="x")
    bench.session.sign_in_jwt(profile, credentials_of(simulator))
    qtbot.waitUntil(lambda: bool(bench.problems), timeout=10_000)
    assert bench.session.state is SessionState.SIGNED_OUT
    assert "127.0.0.1" in bench.problems[0]


def test_nothing_saved_means_signed_out(bench: Bench, simulator: RunningSimulator, qtbot: QtBot) -> None:
    with qtbot.waitSignal(
        bench.session.state_changed, check_params_cb=lambda s: s is SessionState.SIGNED_OUT, timeout=10_000
    ):
        bench.session.resume(profile_of(simulator))
    assert not bench.problems


def test_the_next_run_goes_on_without_signing_in(
    make_bench: Callable[[], Bench], simulator: RunningSimulator, qtbot: QtBot
) -> None:
    first = make_bench()
    first.sign_in(simulator, qtbot)
    first.stop()
    second = make_bench()
    second.session.resume(profile_of(simulator))
    qtbot.waitUntil(lambda: second.session.state is SessionState.SIGNED_IN, timeout=10_000)
    assert second.session.account == first.session.account


def test_without_a_network_it_is_offline_and_comes_back(
    make_bench: Callable[[], Bench], simulator: RunningSimulator, qtbot: QtBot
) -> None:
    first = make_bench()
    first.sign_in(simulator, qtbot)
    first.stop()
    second = make_bench()
    notices = Notices(second.session)
    simulator.fault("cut-before", path="/restapi", times=50)
    second.session.resume(profile_of(simulator))
    qtbot.waitUntil(lambda: second.session.state is SessionState.OFFLINE, timeout=20_000)
    assert notices.bar is not None
    assert notices.bar.name == "offline"
    simulator.clear_faults()
    qtbot.waitUntil(lambda: second.session.state is SessionState.SIGNED_IN, timeout=20_000)


def test_tokens_that_another_lane_lost_throw_nobody_out(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench.sign_in(simulator, qtbot)
    account, connection = bench.session.account, bench.session.connection
    assert account is not None and connection is not None
    connection.sign_out(CancelToken())
    bench.session.reload()
    qtbot.waitUntil(lambda: bench.session.state is SessionState.NEEDS_SIGN_IN, timeout=10_000)
    assert bench.session.account == account


def test_signing_out_forgets_the_account(
    make_bench: Callable[[], Bench], simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench = make_bench()
    bench.sign_in(simulator, qtbot)
    bench.session.sign_out()
    assert bench.session.state is SessionState.SIGNED_OUT
    assert bench.session.account is None
    qtbot.waitUntil(lambda: bench.lanes["calls"].is_idle, timeout=10_000)
    bench.session.resume(profile_of(simulator))
    qtbot.waitUntil(lambda: bench.session.state is SessionState.SIGNED_OUT, timeout=10_000)
