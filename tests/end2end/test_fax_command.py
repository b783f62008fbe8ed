"""`rcdesk fax` and the sign-in commands, typed in a shell beside a window, and without one: real processes.

What happened is judged by what the simulator got and by what the command printed. Read next:
test_commands.py, tests/unit/cli/test_fax.py.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.end2end.display import Display, merged
from tests.end2end.program import SimulatorProcess, desk_command, with_package
from tests.end2end.test_commands import Typed, objects, typed
from tests.end2end.test_desk import FAX_SENT, StartDesk, faxes, quit_by_key, sign_in, uploads, write_pdf
from tests.end2end.waiting import stays, until

pytestmark = pytest.mark.end2end

__all__ = ["typed"]

BUSY_ONCE, PARTLY, SLOW = "6505554050", "6505554010", "6505554040"


def test_without_a_window_a_fax_is_sent_and_followed(
    simulator_process: SimulatorProcess, typed: Typed, tmp_path: Path
) -> None:
    letter = write_pdf(tmp_path / "a letter.pdf")
    who = ("--sign-in", str(simulator_process.sign_in_file))
    command = typed(
        "fax", str(letter), "--to", FAX_SENT, "--to", f"Bo <{PARTLY}>", "--cover", "Classic", "--wait", *who
    )
    command.line_with("Queued", 30)
    command.line_with("Sending to 2 recipients", 30)
    command.line_with("Handed to RingCentral", 30)
    command.line_with("Sent: accepted by their machine", 60)
    command.line_with("Failed: Only a part of the pages got through", 60)
    assert command.wait(30) == 9 and command.said() == "rcdesk fax: 1 of 2 recipients failed."
    (fax,) = faxes(simulator_process)
    assert sorted(one["phoneNumber"] for one in fax["to"]) == [f"+1{FAX_SENT}", f"+1{PARTLY}"]
    assert fax["coverIndex"] > 0
    again = objects(typed("fax", str(letter), "--to", FAX_SENT, "--json", *who), 3)
    assert "within a day" in again[-1]["error"] and len(uploads(simulator_process)) == 1
    sure = objects(typed("fax", str(letter), "--to", FAX_SENT, "--json", "--yes", *who), 0)
    assert sure[-1]["state"] == "handed over" and len(uploads(simulator_process)) == 2
    nobody = typed("fax", str(letter), "--to", FAX_SENT, "--wait")
    assert nobody.wait(20) == 4 and nobody.said().startswith("rcdesk fax: Nobody is signed in.")


def test_the_window_sends_a_fax_that_a_shell_waits_for(
    display: Display,
    start_desk: StartDesk,
    simulator_process: SimulatorProcess,
    typed: Typed,
    tmp_path: Path,
    shots: Path,
) -> None:
    desk = sign_in(simulator_process, start_desk)
    letter = write_pdf(tmp_path / "a letter.pdf")
    command = typed("fax", str(letter), "--to", FAX_SENT, "--cover", "classic", "--wait")
    command.line_with(f"+1{FAX_SENT}: Queued", 30)
    command.line_with("Handed to RingCentral", 30)
    display.screenshot(shots / "command-fax.png")
    command.line_with("Sent: accepted by their machine", 60)
    assert command.wait(20) == 0 and command.said() == ""
    (fax,) = faxes(simulator_process)
    assert fax["coverIndex"] > 0
    odd = objects(typed("fax", str(letter), "--to", FAX_SENT, "--wait", "--json"), 3)
    assert "needs your answer in the window" in odd[-1]["error"]
    stays(lambda: len(uploads(simulator_process)) == 1, 2, "the same pages do not go twice without an answer")
    assert "Traceback" not in desk.said()


def test_a_window_opened_meanwhile_goes_on_with_the_fax_and_its_end_is_told(
    display: Display,
    start_desk: StartDesk,
    simulator_process: SimulatorProcess,
    typed: Typed,
    tmp_path: Path,
    shots: Path,
) -> None:
    letter = write_pdf(tmp_path / "a letter.pdf")
    account = str(simulator_process.sign_in_file)
    command = typed("fax", str(letter), "--to", SLOW, "--wait", "--sign-in", account)
    command.line_with("Handed to RingCentral", 40)
    desk = start_desk("--sign-in", account)
    display.screenshot(shots / "command-fax-adopted.png", desk.window)
    command.line_with("Sent: accepted by their machine", 120)
    assert command.wait(20) == 0, command.said()
    assert len(uploads(simulator_process)) == 1
    quit_by_key(display, desk)


def test_ctrl_c_leaves_the_fax_with_ringcentral(
    simulator_process: SimulatorProcess, typed: Typed, tmp_path: Path
) -> None:
    letter = write_pdf(tmp_path / "a letter.pdf")
    who = ("--sign-in", str(simulator_process.sign_in_file))
    command = typed("fax", str(letter), "--to", SLOW, "--wait", *who)
    command.line_with("Handed to RingCentral", 40)
    command.process.send_signal(signal.SIGINT)
    assert command.wait(20) == 130
    assert "RingCentral has the fax and goes on with it" in command.said()
    assert "Traceback" not in command.said() and len(uploads(simulator_process)) == 1


def test_a_fax_that_cannot_go_now_is_sent_by_the_next_window(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess, typed: Typed, tmp_path: Path
) -> None:
    letter = write_pdf(tmp_path / "a letter.pdf", padding_bytes=8_000_000)
    account = str(simulator_process.sign_in_file)
    simulator_process.control("faults", {"kind": "cut-during", "method": "POST", "path": "/fax", "times": 1})
    last = objects(typed("fax", str(letter), "--to", FAX_SENT, "--json", "--sign-in", account), 13, 100)[-1]
    assert "stays safe in the outbox" in last["error"] and not faxes(simulator_process)
    assert last["recipients"][0]["wait_reason"] == "no connection"
    letter.unlink()
    desk = start_desk("--sign-in", account)
    until(lambda: faxes(simulator_process), 40, "the window to send it")
    assert "Traceback" not in desk.said()
    quit_by_key(display, desk)


def _in_keyring(script: str, display: Display, home: Path) -> tuple[list[dict[str, Any]], str]:
    """What a shell with an unlocked keyring of its own prints, as objects, and what went wrong."""
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program} (bash packaging/check installs it)")
    home.mkdir()
    (home / "run").mkdir(mode=0o700)
    environment = merged(
        with_package(display.environment),
        RCDESK_HOME=str(home),
        HOME=str(home),
        XDG_RUNTIME_DIR=str(home / "run"),
        XDG_DATA_HOME=str(home / "share"),
    )
    del environment["PYTHON_KEYRING_BACKEND"]
    unlock = "echo -n secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null\n"
    done = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", unlock + script],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if lines and lines[0].get("is_kept") is False:
        pytest.skip(f"no keyring could be unlocked here: {done.stderr}")
    return lines, done.stderr


def test_login_whoami_fax_and_logout_with_a_real_keyring(
    display: Display, simulator_process: SimulatorProcess, tmp_path: Path
) -> None:
    letter = write_pdf(tmp_path / "a letter.pdf")
    account = simulator_process.account
    rcdesk = " ".join(map(str, desk_command()))
    server = f"--server {account['base_url']} --client-id {account['client_id']}"
    lines, errors = _in_keyring(
        f"{rcdesk} login --json --jwt '{simulator_process.sign_in_file}' --profile Clinic\n"
        f"{rcdesk} whoami --json\n"
        f"{rcdesk} fax '{letter}' --to {FAX_SENT} --json\n"
        f'printf \'%s\\n%s\\n\' "$PASSWORD" "$SECRET" | {rcdesk} login --json --password {server} '
        f"--user {account['username']} --extension {account['extension']} --profile Second\n"
        f"{rcdesk} profiles --json --use clinic\n"
        f"{rcdesk} logout --json\n"
        f"{rcdesk} whoami --json\n"
        f"{rcdesk} profiles --json\n".replace("$PASSWORD", account["password"]).replace(
            "$SECRET", account["client_secret"]
        ),
        display,
        tmp_path / "keyring",
    )
    last = [line for line in lines if "status" in line]
    assert [line["status"] for line in last] == [0, 0, 0, 0, 0, 0, 4, 0], errors
    assert (last[0]["profile"], last[0]["is_kept"]) == ("Clinic", True)
    assert last[1]["name"] == last[0]["name"] and last[1]["server"] == account["base_url"]
    assert last[2]["state"] == "handed over" and len(faxes(simulator_process)) == 1
    assert [(p["name"], p["is_active"]) for p in last[4]["profiles"]] == [("Clinic", True), ("Second", False)]
    assert last[5]["signed_out"] == "Clinic"
    assert [p["is_signed_in"] for p in last[7]["profiles"]] == [False, True]
    said = json.dumps(lines) + errors
    for secret in (account["jwt"], account["password"], account["client_secret"]):
        assert secret not in said
    kept = [path for path in (tmp_path / "keyring" / "config").rglob("*") if path.is_file()]
    assert kept and not any(account["jwt"] in path.read_text(errors="replace") for path in kept)


def test_whoami_and_profiles_beside_a_window(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess, typed: Typed
) -> None:
    desk = sign_in(simulator_process, start_desk)
    (who,) = objects(typed("whoami", "--json"), 0)
    assert who["name"] and who["server"] == simulator_process.account["base_url"]
    wrong = typed("profiles", "--use", "nowhere")
    assert wrong.wait(20) == 2 and 'There is no profile called "nowhere"' in wrong.said()
    quit_by_key(display, desk)
