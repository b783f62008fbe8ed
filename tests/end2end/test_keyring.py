"""A real Secret Service: what was signed in with is there, and nowhere else.

A session bus and gnome-keyring-daemon of its own, an empty home, and real processes: signing in with the
browser, a password and a JWT, a refresh, commands that write the archive and the log. Needs dbus-run-session
and gnome-keyring-daemon; no display.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.places import REPOSITORY

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

UNLOCK = "echo -n secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null"
PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon")
SHOW_ALL = """
import json, sys, keyring
backend = keyring.get_keyring()
names = [f"{what} {sys.argv[1]}" for what in ("tokens", "credentials", "client-secret")]
found = {name.split()[0]: backend.get_password("rcdesk", name) for name in names}
print(json.dumps({"backend": type(backend).__module__, **found}))
"""


class Session:
    """Commands in one login session: its bus, its keyring, its home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "run").mkdir(parents=True, mode=0o700)
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "RCDESK_HOME": str(home / "rcdesk"),
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home / "run"),
            "XDG_DATA_HOME": str(home / "share"),
        }
        self.environment.pop("PYTHON_KEYRING_BACKEND", None)
        self.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)

    def run(self, *commands: str, keyring: str = UNLOCK) -> list[dict[str, Any]]:
        """Run the commands one after the other; what those that print JSON said."""
        done = subprocess.run(
            ["dbus-run-session", "--", "bash", "-e", "-c", "\n".join((keyring, *commands))],
            env=self.environment,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def holders(self, secret: str) -> list[str]:
        """Every file of the home that holds the text as it is, or as UTF-16."""
        wanted = (secret.encode(), secret.encode("utf-16-le"))
        files = (path for path in self.home.rglob("*") if path.is_file())
        return [str(path) for path in files if any(text in path.read_bytes() for text in wanted)]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    for program in PROGRAMS:
        if shutil.which(program) is None:
            pytest.skip(f"needs {program} (bash packaging/check installs it)")
    return Session(tmp_path / "home")


@pytest.mark.parametrize("grant", ["browser", "password", "jwt"])
def test_what_was_signed_in_with_is_in_the_keyring_and_nowhere_else(
    session: Session, simulator: RunningSimulator, tmp_path: Path, grant: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    account = tmp_path / "account.json"
    account.write_text(json.dumps({**simulator.credentials, "port": port}))
    settings = session.home / "rcdesk" / "config"
    settings.mkdir(parents=True)
    kept = {"base_url": simulator.base_url, "client_id": simulator.client_id}
    (settings / "preferences.json").write_text(json.dumps(kept))
    key = f"{simulator.base_url} {simulator.client_id}"
    step = f"{sys.executable} -m tests.endurance.refresh_process %s {grant} < {account}"
    show = f"{sys.executable} -c '{SHOW_ALL}' '{key}'"
    rcdesk = f"{sys.executable} -m rcdesk"
    before, placed, after = session.run(
        step % "sign-in",
        show,
        f"{rcdesk} call +16505550207 --json",
        step % "none",
        show,
    )
    assert "SecretService" in before["backend"] and placed["status"] == 0
    tokens = json.loads(after["tokens"])
    assert tokens["owner_id"] and json.loads(before["tokens"])["owner_id"] == tokens["owner_id"]
    credentials = json.loads(after["credentials"] or "{}")
    assert credentials.get("password", "") == (simulator.password if grant == "password" else "")
    assert credentials.get("jwt", "") == (simulator.jwt if grant == "jwt" else "")
    kept = json.loads(after["client-secret"] or "{}")
    assert kept.get("secret", "") == ("" if grant == "browser" else simulator.client_secret)
    assert session.holders(tokens["owner_id"]), "the archive knows whose call it was: the search finds things"
    for secret in (
        tokens["access_token"],
        tokens["refresh_token"],
        simulator.password,
        simulator.jwt,
        simulator.client_secret,
    ):
        assert session.holders(secret) == []


def test_a_killed_refresh_goes_on_from_the_real_keyring(
    session: Session, simulator: RunningSimulator, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    account = tmp_path / "account.json"
    account.write_text(json.dumps({**simulator.credentials, "port": port}))
    step = f"{sys.executable} -m tests.endurance.refresh_process %s browser < {account}"
    advance = (
        f"{sys.executable} -c 'import requests; "
        f'requests.post("{simulator.base_url}/simulator/advance", json={{"seconds": 3601}}, timeout=30)\''
    )
    killed = " || test $? -eq 137"
    session.run(
        step % "sign-in",
        advance,
        step % "answered" + killed,
        step % "none",
        advance,
        step % "stored" + killed,
        step % "none" + " | grep -q 'Mara Okafor'",
    )
    assert simulator.refreshes == 2
