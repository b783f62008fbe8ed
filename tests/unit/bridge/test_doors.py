"""The bridge is imported before the first paint, so it must bring nothing slow with it."""

from __future__ import annotations

import subprocess
import sys

from tests.patience import PATIENCE_S
from tests.places import REPOSITORY

SLOW = ("requests", "keyring", "phonenumbers", "pypdfium2", "PIL", "sqlite3", "aiohttp", "rcdesk.services")


def test_importing_the_desk_imports_nothing_slow() -> None:
    program = (
        "import sys, rcdesk.bridge.desk\n"
        f"print([name for name in {SLOW!r} if name in sys.modules], 'PySide6.QtWidgets' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert done.stdout.strip() == "[] False"
