"""A test for each rule the architecture lays down about threads, with real threads.

The worker's side is steered by threading events; the GUI side waits for the lane's answers only.
"""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QThread

from rcdesk.bridge.runtime.lane import BUG_SENTENCE, Lane, Report
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, RcdeskError, UserError
from tests.now import now
from tests.patience import PATIENCE_S
from tests.patient_bot import QtBot
from tests.places import REPOSITORY

BRIDGE = REPOSITORY / "rcdesk" / "bridge"


class Answers:
    """Collects what the handlers were given, and on which thread."""

    def __init__(self) -> None:
        self.done: list[object] = []
        self.failed: list[RcdeskError] = []
        self.progress: list[object] = []
        self.threads: set[int] = set()

    def on_done(self, value: object) -> None:
        self.threads.add(threading.get_ident())
        self.done.append(value)

    def on_failed(self, error: RcdeskError) -> None:
        self.threads.add(threading.get_ident())
        self.failed.append(error)

    def on_progress(self, value: object) -> None:
        self.threads.add(threading.get_ident())
        self.progress.append(value)


@pytest.fixture
def answers() -> Answers:
    return Answers()


def test_work_runs_on_the_lane_and_handlers_run_on_the_gui_thread(
    lane: Lane, answers: Answers, qtbot: QtBot
) -> None:
    def work(token: CancelToken, report: Report) -> int:
        report("half")
        return threading.get_ident()

    lane.submit(work, done=answers.on_done, failed=answers.on_failed, progress=answers.on_progress)
    qtbot.waitUntil(lambda: bool(answers.done))
    assert answers.done[0] != threading.get_ident()
    assert answers.threads == {threading.get_ident()}
    assert answers.progress == ["half"]


def test_a_lambda_and_a_failure_are_handled_on_the_gui_thread_too(lane: Lane, qtbot: QtBot) -> None:
    heard: list[tuple[str, bool]] = []
    app = QCoreApplication.instance()
    assert app is not None

    def is_gui() -> bool:
        return QThread.currentThread() is app.thread()

    def fail(token: CancelToken, report: Report) -> int:
        raise UserError("No such number.")

    lane.submit(
        lambda token, report: is_gui(),
        done=lambda value: heard.append((str(value), is_gui())),
        failed=lambda error: heard.append((str(error), is_gui())),
    )
    lane.submit(
        fail,
        done=lambda value: heard.append(("done", False)),
        failed=lambda error: heard.append((str(error), is_gui())),
    )
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == [("False", True), ("No such number.", True)]


def test_the_thread_starts_with_the_first_work(lane: Lane, answers: Answers, qtbot: QtBot) -> None:
    assert not now(lane.is_started)
    assert lane.is_idle
    task = lane.submit(lambda token, report: 1, done=answers.on_done, failed=answers.on_failed)
    assert lane.is_started
    assert task.is_running
    qtbot.waitUntil(lambda: lane.is_idle)
    assert not task.is_running


def _given(number: int, token: CancelToken, report: object) -> int:
    return number


def test_work_runs_in_order(lane: Lane, answers: Answers, qtbot: QtBot) -> None:
    for number in range(50):
        lane.submit(partial(_given, number), done=answers.on_done, failed=answers.on_failed)
    qtbot.waitUntil(lambda: len(answers.done) == 50)
    assert answers.done == list(range(50))


def test_lanes_do_not_wait_for_each_other(
    make_lane: Callable[[str], Lane], answers: Answers, qtbot: QtBot
) -> None:
    faxes, calls = make_lane("faxes"), make_lane("calls")
    is_free = threading.Event()
    upload = faxes.submit(
        lambda token, report: is_free.wait(PATIENCE_S), done=answers.on_done, failed=answers.on_failed
    )
    calls.submit(lambda token, report: "status", done=answers.on_done, failed=answers.on_failed)
    qtbot.waitUntil(lambda: answers.done == ["status"])
    assert upload.is_running
    is_free.set()
    qtbot.waitUntil(lambda: answers.done == ["status", True])


def test_cancel_wakes_a_waiting_work(lane: Lane, answers: Answers, qtbot: QtBot) -> None:
    has_started = threading.Event()

    def work(token: CancelToken, report: Report) -> str:
        has_started.set()
        token.sleep(60)
        return "never"

    task = lane.submit(work, done=answers.on_done, failed=answers.on_failed)
    assert has_started.wait(PATIENCE_S)
    task.cancel()
    qtbot.waitUntil(lambda: bool(answers.failed))
    assert isinstance(answers.failed[0], Cancelled)
    assert not answers.done


def test_cancelled_before_its_turn_it_never_runs(lane: Lane, answers: Answers, qtbot: QtBot) -> None:
    is_free = threading.Event()
    ran: list[str] = []
    lane.submit(
        lambda token, report: is_free.wait(PATIENCE_S), done=answers.on_done, failed=answers.on_failed
    )
    task = lane.submit(
        lambda token, report: ran.append("ran"), done=answers.on_done, failed=answers.on_failed
    )
    task.cancel()
    is_free.set()
    qtbot.waitUntil(lambda: lane.is_idle)
    assert isinstance(answers.failed[0], Cancelled)
    assert not ran


@pytest.mark.errors_logged
def test_a_bug_is_told_apart_from_a_failure(lane: Lane, answers: Answers, qtbot: QtBot) -> None:
    bugs: list[str] = []
    lane.bug.connect(bugs.append)

    def work(token: CancelToken, report: Report) -> int:
        raise ZeroDivisionError("oh")

    lane.submit(work, done=answers.on_done, failed=answers.on_failed)
    qtbot.waitUntil(lambda: bool(answers.failed))
    assert str(answers.failed[0]) == BUG_SENTENCE
    assert bugs == ["ZeroDivisionError: oh"]
    lane.submit(lambda token, report: "alive", done=answers.on_done, failed=answers.on_failed)
    qtbot.waitUntil(lambda: answers.done == ["alive"])


def test_a_handler_that_raises_reaches_the_excepthook(
    lane: Lane, answers: Answers, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked: list[tuple[type, int]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: hooked.append((kind, threading.get_ident())))

    def bad(value: object) -> None:
        raise KeyError(value)

    lane.submit(lambda token, report: 1, done=bad, failed=answers.on_failed)
    lane.submit(lambda token, report: 2, done=answers.on_done, failed=answers.on_failed)
    qtbot.waitUntil(lambda: answers.done == [2])
    assert hooked == [(KeyError, threading.get_ident())]


def test_stop_cancels_refuses_and_silences(lane: Lane, answers: Answers, qtbot: QtBot) -> None:
    has_started = threading.Event()
    ended: list[str] = []

    def work(token: CancelToken, report: Report) -> str:
        has_started.set()
        report("begun")
        try:
            token.sleep(60)
        finally:
            ended.append("ended")
        return "never"

    lane.submit(work, done=answers.on_done, failed=answers.on_failed, progress=answers.on_progress)
    lane.submit(lambda token, report: ended.append("second"), done=answers.on_done, failed=answers.on_failed)
    assert has_started.wait(PATIENCE_S)
    assert lane.stop(PATIENCE_S)
    assert ended == ["ended"]
    task = lane.submit(
        lambda token, report: ended.append("late"), done=answers.on_done, failed=answers.on_failed
    )
    assert not task.is_running
    assert not lane.is_started
    QCoreApplication.sendPostedEvents()
    assert (answers.done, answers.failed, answers.progress) == ([], [], [])
    assert ended == ["ended"]
    assert lane.stop(1.0)


def test_kept_work_still_runs_at_stop_and_closing_runs_last_on_the_lane(lane: Lane, answers: Answers) -> None:
    is_free = threading.Event()
    order: list[str] = []
    threads: set[int] = set()

    def note(word: str) -> None:
        order.append(word)
        threads.add(threading.get_ident())

    lane.at_end(lambda: note("close first opened"))
    lane.submit(
        lambda token, report: is_free.wait(PATIENCE_S), done=answers.on_done, failed=answers.on_failed
    )
    lane.at_end(lambda: note("close last opened"))
    lane.submit(
        lambda token, report: note("kept"), done=answers.on_done, failed=answers.on_failed, is_kept=True
    )
    lane.submit(lambda token, report: note("lost"), done=answers.on_done, failed=answers.on_failed)
    is_free.set()
    assert lane.stop(PATIENCE_S)
    assert order[-2:] == ["close last opened", "close first opened"]
    assert "kept" in order
    assert threading.get_ident() not in threads
    assert not answers.done


def test_a_lane_that_will_not_stop_is_reported_and_kept_alive(qapp: object) -> None:
    lane = Lane("stubborn")
    is_free, has_started = threading.Event(), threading.Event()

    def work(token: CancelToken, report: Report) -> None:
        has_started.set()
        is_free.wait(PATIENCE_S)

    lane.submit(work, done=lambda _: None, failed=lambda _: None)
    assert has_started.wait(PATIENCE_S)
    assert not lane.stop(0.01)
    is_free.set()
    del lane
    gc.collect()
    from rcdesk.bridge.runtime.lane import _unstoppable

    assert _unstoppable[-1].wait(10_000)
    _unstoppable.pop()


def test_only_the_newest_progress_reaches_a_busy_gui(lane: Lane, answers: Answers, qtbot: QtBot) -> None:
    has_ended = threading.Event()

    def work(token: CancelToken, report: Report) -> str:
        for step in range(10_000):
            report(step)
        has_ended.set()
        return "done"

    lane.submit(work, done=answers.on_done, failed=answers.on_failed, progress=answers.on_progress)
    assert has_ended.wait(PATIENCE_S)
    qtbot.waitUntil(lambda: answers.done == ["done"])
    assert answers.progress == [9_999]


def test_nothing_is_held_after_the_answer(lane: Lane, qtbot: QtBot) -> None:
    class Held:
        def hear(self, answer: object) -> None:
            """Bound, it holds the object as well."""

    def submit() -> weakref.ref[Held]:
        held = Held()
        lane.submit(lambda token, report: repr(held), done=held.hear, failed=held.hear)
        return weakref.ref(held)

    refs = [submit() for _ in range(20)]
    qtbot.waitUntil(lambda: lane.is_idle)
    gc.collect()
    assert [ref() for ref in refs] == [None] * 20


@pytest.mark.slow
def test_a_task_without_a_failure_handler_does_not_type_check(tmp_path: Path) -> None:
    program = tmp_path / "forgetful.py"
    program.write_text(
        "from rcdesk.bridge.runtime.lane import Lane\n"
        "def run(lane: Lane) -> None:\n"
        "    lane.submit(lambda token, report: 1, done=print)\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--no-incremental",
            "--cache-dir", str(tmp_path / "cache"), "--config-file", "", str(program),
        ],
        cwd=BRIDGE.parent.parent,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )  # fmt: skip
    assert 'Missing named argument "failed"' in done.stdout, done.stdout + done.stderr


def test_nobody_else_touches_threads_loops_or_sleep() -> None:
    package = BRIDGE.parent
    banned = {"processEvents", "terminate", "QEventLoop", "time.sleep", "exec_"}
    found: list[str] = []
    for room in ("bridge", "ui", "services", "api", "store", "documents", "core"):
        for path in (package / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                text = ast.unparse(node) if isinstance(node, ast.Attribute) else getattr(node, "id", "")
                word = text if text in banned else text.rpartition(".")[2]
                if word in banned or (word == "QThread" and path.name != "lane.py"):
                    found.append(f"{path.relative_to(package)}: {text}")
    assert not found, "\n".join(found)
