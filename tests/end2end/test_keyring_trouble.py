"""A keyring that is locked, or whose service has its name and never answers: named, and gone on without.

A session bus of its own with a real gnome-keyring-daemon that is locked, or with a program that answers
nothing, and real commands and windows. Needs dbus-run-session and gnome-keyring-daemon; no display.
"""

from __future__ import annotations

import json
import shlex
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.end2end.test_keyring import Session, session

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

__all__ = ["session"]

RCDESK = f"{sys.executable} -m rcdesk"
LOCKED = "The keyring is locked"
SILENT = "The keyring does not answer"
LOCK = (
    "import secretstorage; bus = secretstorage.dbus_init(); secretstorage.get_default_collection(bus).lock()"
)
SAY = "import sys, json; print(json.dumps({'said': sys.stdin.read(), 'status': int(sys.argv[1])}))"


class Case:
    """A person's desk at the simulator, signed in with a JWT from a shell."""

    def __init__(self, session: Session, simulator: RunningSimulator, folder: Path) -> None:
        self.session = session
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.account = folder / "account.json"
        self.account.write_text(json.dumps({**simulator.credentials, "port": port}))
        self.letter = folder / "letter.txt"
        self.letter.write_text("Good morning")
        login = f"{RCDESK} login --jwt {self.account} --server {simulator.base_url} --json"
        self.login = f"{login} --client-id {simulator.client_id} < /dev/null"
        self.lock = f"{sys.executable} -c {shlex.quote(LOCK)}"
        self.silence = (
            f"coproc silent {{ exec {sys.executable} -m tests.end2end.silent_secrets; }}\n"
            'exec 3<&${silent[0]}\ntrap "kill $silent_PID" EXIT\nread -r _ <&3'
        )
        settings = session.home / "rcdesk" / "config"
        settings.mkdir(parents=True)
        kept = {"base_url": simulator.base_url, "client_id": simulator.client_id}
        (settings / "preferences.json").write_text(json.dumps(kept))

    def said(self, command: str) -> str:
        """A shell line that prints what the command said, and its exit status, as JSON."""
        say = f"{sys.executable} -c {shlex.quote(SAY)}"
        return f'set +e; words=$({command} 2>&1 < /dev/null); status=$?; set -e; {say} $status <<< "$words"'


@pytest.fixture
def case(session: Session, simulator: RunningSimulator, tmp_path: Path) -> Case:
    return Case(session, simulator, tmp_path)


def test_a_locked_keyring_is_named_and_a_sign_out_that_did_not_work_is_said(case: Case) -> None:
    *_, whoami, profiles, call, logout, again = case.session.run(
        case.login,
        case.lock,
        case.said(f"{RCDESK} whoami"),
        case.said(f"{RCDESK} profiles"),
        case.said(f"{RCDESK} call +16505550207"),
        case.said(f"{RCDESK} logout"),
        "echo -n secret | gnome-keyring-daemon --replace --unlock --components=secrets >/dev/null",
        case.said(f"{RCDESK} whoami"),
    )
    for told in (whoami, call, logout):
        assert LOCKED in told["said"] and told["status"] == 1, told
    assert LOCKED in profiles["said"] and profiles["status"] == 0
    assert "still there" in logout["said"] and "Signed out" not in logout["said"]
    assert again["status"] == 0 and "Mara Okafor" in again["said"]


def test_a_silent_keyring_is_named_and_commands_go_on_without_it(case: Case) -> None:
    whoami, logout, login, fax = case.session.run(
        case.said(f"{RCDESK} whoami"),
        case.said(f"{RCDESK} logout"),
        case.said(case.login),
        case.said(f"{RCDESK} fax {case.letter} --to +16505554042 --yes --sign-in {case.account}"),
        keyring=case.silence,
    )
    for told in (whoami, logout, login, fax):
        assert SILENT in told["said"], told
    assert whoami["status"] == logout["status"] == login["status"] == 1
    assert "still there" in logout["said"] and "The sign-in worked." in login["said"]
    assert fax["status"] == 0 and "goes on without it" in fax["said"]


def test_ctrl_c_ends_the_wait_for_a_silent_keyring(case: Case) -> None:
    (told,) = case.session.run(
        f"{RCDESK} whoami --json & whoami=$!; read -r _ <&3; kill -INT $whoami; wait $whoami || true",
        keyring=case.silence,
    )
    assert told["status"] == 130


@pytest.mark.parametrize("end", ["INT", "TERM"])
def test_the_window_opens_answers_and_ends_while_the_keyring_is_silent(case: Case, end: str) -> None:
    """It waits for the keyring when it is asked to end; a second program is answered meanwhile."""
    window = "env QT_QPA_PLATFORM=offscreen RCDESK_PRINT_READY=1"
    shown, status = case.session.run(
        f"coproc desk {{ exec {window} {RCDESK}; }}\nexec 4<&${{desk[0]}}; desk=$desk_PID; read -r _ <&4",
        "read -r _ <&3",
        case.said(f"{RCDESK} {case.letter}"),
        f"kill -{end} $desk; status=0; wait $desk || status=$?; echo '{{\"status\": '$status'}}'",
        keyring=case.silence,
    )
    assert shown["status"] == 0 and status["status"] == 0
