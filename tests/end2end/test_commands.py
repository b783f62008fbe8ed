"""Commands about calls and links, typed in a shell beside an open window, and without one: real processes.

What happened is judged by what the simulator saw and by what the command printed. Read next: test_desk.py,
tests/unit/cli/test_call.py.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.end2end.display import Display, merged
from tests.end2end.program import Child, SimulatorProcess, desk_command, with_package
from tests.end2end.test_desk import ANSWERS, SLOW, StartDesk, calls, quit_by_key, sign_in
from tests.end2end.waiting import stays, until

pytestmark = pytest.mark.end2end

BUSY, LONG_TALK = "6505550201", "6505550208"
Typed = Callable[..., Child]


@pytest.fixture
def typed(display: Display, tmp_path: Path, closing: ExitStack) -> Typed:
    """Type a command in a shell; home is the archive, by default that of the window."""

    def run(*words: str, home: str = "desk") -> Child:
        folder = tmp_path / home
        folder.mkdir(exist_ok=True)
        environment = merged(with_package(display.environment), RCDESK_HOME=str(folder))
        child = Child([*desk_command(), *words], environment, tmp_path)
        closing.callback(child.stop)
        return child

    return run


def objects(child: Child, status: int, timeout_s: float = 60) -> list[dict[str, Any]]:
    """Everything a command with --json has printed when it has ended, with this status."""
    assert child.wait(timeout_s) == status, child.said()
    found = []
    while not child._lines.empty():
        found.append(json.loads(child._lines.get()))
    return found


def placed(simulator: SimulatorProcess) -> int:
    """How often a call was asked for: the service forgets a call some time after its end."""
    made = [r for r in simulator.control("requests") if r["method"] == "POST"]
    return sum(request["path"].endswith("/ring-out") for request in made)


def test_a_call_from_a_shell_beside_the_window(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess, typed: Typed, shots: Path
) -> None:
    desk = sign_in(simulator_process, start_desk)
    command = typed("call", "(650) 555-0200", "--from", "MOB", "--no-prompt", "--wait")
    command.line_with("Ringing your mobile — pick up", 20)
    display.screenshot(shots / "command-call.png")
    command.line_with("Talking", 30)
    command.line_with("Ended after 0:", 30)
    assert command.wait(10) == 0, command.said()
    (made,) = calls(simulator_process)
    assert (made["from"], made["to"]) == ("+14155550123", f"+1{ANSWERS}")
    assert command.said() == ""
    busy = objects(typed("call", BUSY, "--wait", "--json"), 5)
    assert (busy[-1]["result"], busy[-1]["status"]) == ("busy", 5)
    quit_by_key(display, desk)


def test_status_and_cancel_beside_the_window(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess, typed: Typed
) -> None:
    desk = sign_in(simulator_process, start_desk)
    (made,) = objects(typed("call", SLOW, "--json"), 0)
    (status,) = objects(typed("status", "--json"), 0)
    (live,) = status["calls"]
    assert live["id"] == made["id"] and live["number"] == f"+1{SLOW}"
    (cancelled,) = objects(typed("cancel", "--json", made["id"][:8]), 0)
    assert cancelled["state"] == "cancelled"
    assert objects(typed("status", "--json"), 0) == [{"calls": [], "status": 0}]
    (numbers,) = objects(typed("numbers", "--json"), 0)
    assert [phone["label"] for phone in numbers["ring"]] == ["Desk", "Mobile", "Home"]
    wrong = typed("call", SLOW, "--from", "attic")
    assert wrong.wait(20) == 2 and "Desk (+16505550101), Mobile" in wrong.said()
    assert placed(simulator_process) == 1
    quit_by_key(display, desk)


def test_ctrl_c_beside_the_window_cancels_there(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess, typed: Typed
) -> None:
    desk = sign_in(simulator_process, start_desk)
    command = typed("call", SLOW, "--wait")
    command.line_with("Ringing your desk phone", 20)
    command.process.send_signal(signal.SIGINT)
    command.line_with("Cancelled before it was connected", 20)
    assert command.wait(20) == 11, command.said()
    assert objects(typed("status", "--json"), 0) == [{"calls": [], "status": 0}]
    quit_by_key(display, desk)


def test_a_reader_that_goes_away_ends_the_command_quietly(
    display: Display, simulator_process: SimulatorProcess, tmp_path: Path
) -> None:
    command = [*desk_command(), "call", ANSWERS, "--wait", "--sign-in", str(simulator_process.sign_in_file)]
    done = subprocess.run(
        ["bash", "-c", '"$@" | head -n 1; echo "${PIPESTATUS[0]}"', "shell", *command],
        env=merged(with_package(display.environment), RCDESK_HOME=str(tmp_path / "desk")),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.splitlines() == ["Ringing your desk phone — pick up, then press 1", "1"]
    assert done.stderr == ""


def test_a_link_is_shown_in_the_window_and_dialled_by_enter(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess, typed: Typed, shots: Path
) -> None:
    desk = sign_in(simulator_process, start_desk)
    display.key("ctrl+n")
    assert typed("tel:+1-650-555-0207").wait(20) == 0
    stays(lambda: not calls(simulator_process), 1, "a link calls nobody by itself")
    display.screenshot(shots / "link-prefilled.png")
    display.activate(desk.window)
    display.key("Return")
    until(lambda: calls(simulator_process), 15, "the ring-out to be made")
    assert calls(simulator_process)[0]["to"] == f"+1{SLOW}"
    display.screenshot(shots / "link-dialled.png")
    quit_by_key(display, desk)


def test_a_link_is_dialled_at_once_when_chosen_and_may_start_the_desk(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess, tmp_path: Path
) -> None:
    config = tmp_path / "desk" / "config"
    config.mkdir(parents=True)
    (config / "preferences.json").write_text(json.dumps({"dials_links_at_once": True}), encoding="utf-8")
    desk = start_desk("--sign-in", str(simulator_process.sign_in_file), f"callto:+1{SLOW}")
    until(lambda: calls(simulator_process), 30, "the ring-out to be made")
    assert calls(simulator_process)[0]["to"] == f"+1{SLOW}"
    quit_by_key(display, desk)


def test_without_a_window_a_call_is_placed_listed_and_cancelled(
    simulator_process: SimulatorProcess, typed: Typed
) -> None:
    who = ("--sign-in", str(simulator_process.sign_in_file), "--json")
    (placed,) = objects(typed("call", LONG_TALK, "--from", "home", *who), 0)
    (status,) = objects(typed("status", *who), 0)
    assert [call["id"] for call in status["calls"]] == [placed["id"]]
    cancelled = typed("cancel", *who)
    assert cancelled.wait(60) in (0, 12), cancelled.said()
    (made,) = calls(simulator_process)
    assert made["from"] == "+15105550177"
    nobody = typed("status")
    assert nobody.wait(20) == 4 and nobody.said().startswith("rcdesk status: Nobody is signed in.")


def test_ctrl_c_cancels_the_call_that_is_waited_for(
    simulator_process: SimulatorProcess, typed: Typed
) -> None:
    command = typed("call", SLOW, "--wait", "--sign-in", str(simulator_process.sign_in_file))
    command.line_with("Ringing your desk phone", 20)
    command.process.send_signal(signal.SIGINT)
    command.line_with("Cancelled before it was connected", 20)
    assert command.wait(20) == 11, command.said()
    assert "Traceback" not in command.said()


def test_a_window_opened_meanwhile_goes_on_with_the_call(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess, typed: Typed, shots: Path
) -> None:
    account = str(simulator_process.sign_in_file)
    command = typed("call", SLOW, "--wait", "--sign-in", account)
    command.line_with("Ringing your desk phone", 20)
    desk = start_desk("--sign-in", account)
    command.line_with("Talking", 60)
    display.screenshot(shots / "command-adopted.png", desk.window)
    command.line_with("Ended after", 60)
    assert command.wait(20) == 0, command.said()
    assert placed(simulator_process) == 1
    quit_by_key(display, desk)


def test_a_window_closed_meanwhile_leaves_the_call_to_the_command(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess, typed: Typed
) -> None:
    desk = sign_in(simulator_process, start_desk)
    command = typed("call", SLOW, "--wait", "--sign-in", str(simulator_process.sign_in_file))
    command.line_with("Ringing your desk phone", 20)
    quit_by_key(display, desk)
    command.line_with("Ended after", 60)
    assert command.wait(20) == 0, command.said()
    assert placed(simulator_process) == 1


def test_the_sign_in_of_the_keyring_serves_the_next_command(
    display: Display, simulator_process: SimulatorProcess, tmp_path: Path
) -> None:
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program} (bash packaging/check installs it)")
    home = tmp_path / "keyring"
    (home / "config").mkdir(parents=True)
    (home / "run").mkdir(mode=0o700)
    account = simulator_process.account
    kept = {"base_url": account["base_url"], "client_id": account["client_id"]}
    (home / "config" / "preferences.json").write_text(json.dumps(kept), encoding="utf-8")
    rcdesk = " ".join(map(str, desk_command()))
    script = (
        "echo -n secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null\n"
        f"{rcdesk} numbers --json --sign-in '{simulator_process.sign_in_file}'\n"
        f"{rcdesk} call {SLOW} --json\n"
        f"{rcdesk} status --json\n"
    )
    environment = merged(
        with_package(display.environment),
        RCDESK_HOME=str(home),
        HOME=str(home),
        XDG_RUNTIME_DIR=str(home / "run"),
        XDG_DATA_HOME=str(home / "share"),
    )
    del environment["PYTHON_KEYRING_BACKEND"]
    done = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", script],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if len(lines) > 1 and lines[1].get("status") == 4 and "keyring" in done.stderr:
        pytest.skip(f"no keyring could be unlocked here: {done.stderr}")
    assert [line["status"] for line in lines] == [0, 0, 0], done.stderr
    assert lines[2]["calls"][0]["id"] == lines[1]["id"]
    signed_in = [r for r in simulator_process.control("requests") if r["path"].endswith("/oauth/token")]
    assert len(signed_in) == 1, "the second and third command went on with the first one's sign-in"
