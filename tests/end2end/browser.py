"""A real Chromium without a window, opened by the desk as any browser is: through xdg-open on the PATH.

The stand-in for xdg-open keeps every address in a file and starts Chromium there, with a profile of its own,
unless a file named "hold" lies beside it. What the page was in the end is left as HTML and as a picture. Read
next: test_browser_sign_in.py.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.end2end.waiting import until

NAMES = ("chromium", "chromium-browser", "google-chrome")
_SCRIPT = """#!/bin/sh
# Called by the desk as xdg-open ADDRESS.
cd '{folder}' || exit 1
echo "$1" >> addresses
[ -e hold ] && exit 0
exec setsid '{shell}' -c '{command} > page.html.new 2> chromium.log; mv page.html.new page.html' open "$1" &
"""


def chromium() -> str | None:
    """Where Chromium is, None where it is not installed."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class RealBrowser:
    """The folder with the stand-in and what the browser saw; path goes in front of the desk's PATH."""

    def __init__(self, folder: Path, program: str) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self._program = program
        script = folder / "xdg-open"
        command = " ".join([*self._command(), '"$1"'])
        script.write_text(
            _SCRIPT.format(folder=folder, shell=shutil.which("sh"), command=command), encoding="utf-8"
        )
        script.chmod(0o755)

    def _command(self) -> list[str]:
        return [
            self._program,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-proxy-server",
            f"--user-data-dir={self.folder / 'profile'}",
            "--window-size=900,700",
            "--timeout=30000",
            f"--screenshot={self.folder / 'page.png'}",
            "--dump-dom",
        ]

    @property
    def addresses(self) -> list[str]:
        """Every address the desk has asked for."""
        kept = self.folder / "addresses"
        return kept.read_text(encoding="utf-8").split() if kept.exists() else []

    def hold(self, *, is_held: bool) -> None:
        """Let the desk's addresses wait, or be opened at once."""
        (self.folder / "hold").touch() if is_held else (self.folder / "hold").unlink(missing_ok=True)

    def last_page(self, timeout_s: float = 60) -> str:
        """The HTML of the page the desk's browser ended at."""
        page = self.folder / "page.html"
        return until(lambda: page.read_text(encoding="utf-8") if page.exists() else "", timeout_s, "the page")

    def visit(self, url: str) -> str:
        """Go to an address by hand; returns the page's HTML."""
        done = subprocess.run(
            [*self._command(), url], capture_output=True, text=True, timeout=90, check=False, cwd=self.folder
        )
        return done.stdout
