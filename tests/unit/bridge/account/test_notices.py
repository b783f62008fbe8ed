"""At most one bar, the most serious one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rcdesk.bridge.account.notices import Bar, Notice, NoticeKind, Notices
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.errors import NotSent, NoWayOut, RateLimited, SignInNeeded
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import Bench

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator


def test_the_bar_follows_the_session(
    make_bench: Callable[[], Bench], simulator: RunningSimulator, qtbot: QtBot
) -> None:
    bench = make_bench()
    notices = Notices(bench.session)
    bars: list[Bar | None] = []
    notices.bar_changed.connect(bars.append)
    assert notices.bar is None
    bench.sign_in(simulator, qtbot)
    bench.session.heard_error(RateLimited("Slow down.", retry_after_s=1))
    bench.session.heard_error(NotSent("No connection."))
    assert bench.session.state is SessionState.OFFLINE
    bench.session.heard_error(SignInNeeded("Sign in.", status=401))
    assert [bar.name for bar in bars if bar] == ["session-only", "penalty", "offline", "sign-in"]
    notices.stop()


def test_a_penalty_ends_by_itself(bench: Bench, simulator: RunningSimulator, qtbot: QtBot) -> None:
    notices = Notices(bench.session)
    bench.sign_in(simulator, qtbot)
    bench.session.heard_error(RateLimited("Slow down.", retry_after_s=0.1))
    assert notices.bar is not None and notices.bar.name == "penalty"
    qtbot.waitUntil(lambda: notices.bar is not None and notices.bar.name == "session-only")


def test_a_notice_is_posted(bench: Bench, qtbot: QtBot) -> None:
    notices = Notices(bench.session)
    with qtbot.waitSignal(notices.posted) as caught:
        notices.post(NoticeKind.GOOD, "Fax sent.")
    assert caught.args == [Notice(kind=NoticeKind.GOOD, title="Fax sent.")]


def test_a_warning_is_on_the_bar_for_a_while_unless_something_is_more_serious(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    notices = Notices(bench.session)
    bench.sign_in(simulator, qtbot)
    notices.post(NoticeKind.INFO, "Nothing to worry about.")
    assert notices.bar is not None and notices.bar.name == "session-only"
    notices.post(NoticeKind.WARNING, "Your presence was not changed.", "Try again.")
    assert notices.bar == Bar(
        kind=NoticeKind.WARNING, name="notice", text="Your presence was not changed. Try again."
    )
    bench.session.heard_error(NotSent("No connection."))
    assert notices.bar is not None and notices.bar.name == "offline"
    bench.session.heard_answer()
    assert notices.bar is not None and notices.bar.name == "notice"
    notices._passing_timer.timeout.emit()
    assert notices.bar is not None and notices.bar.name == "session-only"
    notices.stop()


def test_what_of_this_machine_keeps_it_offline_is_on_the_bar(
    bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    notices = Notices(bench.session)
    bench.sign_in(simulator, qtbot)
    bench.session.heard_error(NoWayOut("The proxy http://127.0.0.1:1 (HTTPS_PROXY) cannot be reached."))
    assert notices.bar is not None and notices.bar.name == "offline"
    assert notices.bar.text.startswith("The proxy http://127.0.0.1:1 (HTTPS_PROXY) cannot be reached.")
    bench.session.heard_answer()
    bench.session.heard_error(NotSent("No connection."))
    assert notices.bar is not None and "HTTPS_PROXY" not in notices.bar.text
