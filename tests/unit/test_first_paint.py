"""What is imported before the first paint: names, not milliseconds, so that a busy machine changes nothing.

first-paint.txt lists the modules that a start may have imported when its window is painted. A new name in it
is a decision: take the import into the function that needs it, or add the line. Read next: start_list.py.
"""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rcdesk import bridge
from rcdesk.core.account.account import Account, KeptAccount, ServerProfile, ServerProfiles
from rcdesk.store.account import kept_account, profiles
from rcdesk.store.paths import Paths
from tests.patience import PATIENCE_S

HERE = Path(__file__).parent
SLOW = {
    "requests",
    "keyring",
    "phonenumbers",
    "pypdfium2",
    "pypdf",
    "PIL",
    "sqlite3",
    "hashlib",
    "ssl",
    "email",
    "http",
    "aiohttp",
}


def names(part: str) -> set[str]:
    """A part of the list: [first] is what every start imports, [desk] what the desk of who is known needs."""
    found: dict[str, set[str]] = {}
    for line in (HERE / "first-paint.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = here = set()
        elif line:
            here.add(line)
    return found[part]


def imported(home: Path) -> set[str]:
    """The modules of rcdesk and all packages in memory when the window of this home is painted."""
    told = home / "modules.txt"
    environment = {**os.environ, "RCDESK_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "tests.unit.start_list", str(told)]
    ended = subprocess.run(
        command, env=environment, cwd=HERE.parents[1], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert ended.returncode == 0, ended.stderr
    return set(told.read_text(encoding="utf-8").split())


def of_rcdesk(modules: set[str]) -> set[str]:
    return {name for name in modules if name.startswith("rcdesk.")}


def known(home: Path, page: str) -> Path:
    """A home where somebody is signed in."""
    paths = Paths.under(home).create()
    profile = ServerProfile(name="Mara", id="x", base_url="http://127.0.0.1:1", client_id="c")
    profiles.save(
        profiles.profiles_file(paths.preferences_file), ServerProfiles(profiles=(profile,), active_id="x")
    )
    account = Account(owner_id="1", name="Mara Okafor", company="", extension_number="101")
    kept_account.save(paths.account_file, KeptAccount(profile_key=profile.key, account=account))
    paths.preferences_file.write_text(f'{{"page": "{page}"}}', encoding="utf-8")
    return home


def test_no_import_reads_sources() -> None:
    """PySide's own, which does, is put back by rcdesk.bridge."""
    assert bridge.__name__ in sys.modules
    assert builtins.__import__.__name__ != "__feature_import__"


def test_the_first_start(tmp_path: Path) -> None:
    modules = imported(tmp_path)
    assert not modules & SLOW
    assert of_rcdesk(modules) - names("start") - names("sign-in") == set()
    assert not {m for m in modules if m.startswith(("rcdesk.ui.phone.", "rcdesk.ui.compose.fax"))}


def test_who_has_signed_in_before(tmp_path: Path) -> None:
    modules = imported(known(tmp_path, "phone"))
    assert not modules & SLOW
    assert of_rcdesk(modules) - names("start") - names("desk") == set()
    assert not {m for m in modules if m.startswith("rcdesk.ui.account.sign_in_page")}


@pytest.mark.parametrize("page", ["fax", "queue", "people", "calls", "drafts"])
def test_another_last_page_brings_nothing_slow(tmp_path: Path, page: str) -> None:
    modules = imported(known(tmp_path, page))
    assert not modules & SLOW
    assert "rcdesk.ui.phone.dialer" not in modules, "only the page that is shown is built"
