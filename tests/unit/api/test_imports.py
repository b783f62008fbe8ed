"""What importing the API brings along, looked at in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from tests.patience import PATIENCE_S
from tests.places import REPOSITORY

PROGRAM = """
import sys
import rcdesk.api.transport
print("charset_normalizer" in sys.modules)
import charset_normalizer
print(charset_normalizer.from_bytes("Zoë, café".encode("latin-1")).best() is not None)
"""


def test_nothing_that_guesses_charsets_is_loaded_until_somebody_wants_it() -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ended.stdout.split() == ["False", "True"], ended.stderr
