"""The command line: arguments to one thing to do.

Today that is opening the window (on an account, or on the simulator with --demo) with files ready to be
faxed; single commands without a window come later. Nothing slow is imported before the arguments are
understood. Read next: app.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rcdesk import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asked for. demo_speed: simulator seconds per real second."""

    demo: bool = False
    demo_speed: float = 1.0
    tour: Path | None = None
    sign_in: Path | None = None
    color_scheme: str = ""
    files: tuple[Path, ...] = ()


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Read the arguments; exits with a usage message (status 2) when they make no sense."""
    parser = argparse.ArgumentParser(
        prog="rcdesk", description="Phone and fax console for RingCentral accounts."
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="files to put into a new fax")
    parser.add_argument("--demo", action="store_true", help="open the desk on the built-in simulator")
    parser.add_argument(
        "--demo-speed", type=_speed, default=1.0, metavar="N", help="let the simulator live N times faster"
    )
    parser.add_argument(
        "--tour", type=Path, metavar="DIR", help="show the demo by itself and leave screenshots in DIR"
    )
    parser.add_argument(
        "--sign-in",
        type=Path,
        metavar="FILE",
        help="sign in with base_url, client_id, client_secret, jwt of a JSON file",
    )
    parser.add_argument(
        "--color-scheme", choices=("light", "dark", "system"), default="", help="override the theme"
    )
    parser.add_argument("--version", action="version", version=f"rcdesk {__version__}")
    found = parser.parse_args(arguments)
    return Options(
        demo=found.demo or found.tour is not None,
        demo_speed=found.demo_speed,
        tour=found.tour,
        sign_in=found.sign_in,
        color_scheme=found.color_scheme,
        files=tuple(found.files),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run rcdesk; returns the exit status: 0 fine, 1 no start or a failed tour, 2 bad arguments."""
    options = parse(arguments)
    from rcdesk import app

    return app.run(options)


def desk() -> None:
    """Entry point of the desktop launcher, which has no console to report to."""
    sys.exit(main())


def _speed(text: str) -> float:
    value = float(text)
    if not 0.1 <= value <= 1000:
        raise argparse.ArgumentTypeError("between 0.1 and 1000")
    return value
