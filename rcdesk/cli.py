"""The command line: arguments to one thing to do.

    rcdesk [FILE…]                   the desk, with these files in a new fax
    rcdesk fax [FILE…] --to NUMBER   the composer filled in; with --yes queued when nothing is odd
    rcdesk tel:NUMBER                the desk, with this number to call
    rcdesk call NUMBER | status | cancel [ID] | numbers   calls without a window: command_arguments.py

A program that runs already gets the request. What is asked for is looked at first: wrong input is one
sentence and status 2, and nothing is opened. Nothing slow is imported before the arguments are understood.
Read next: app.py, commands.py, services/command_fax.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from rcdesk import __version__
from rcdesk.command_arguments import LineParser, add_sign_in, parse_command

if TYPE_CHECKING:
    from rcdesk.commands import Command
    from rcdesk.core.wish import FaxWish

_STATUSES = """\
exit status:
  0  done: the running rcdesk has the request, or the window was opened and closed again
  1  rcdesk could not start, or the running one did not answer
  2  the arguments make no sense or cannot be faxed; nothing was opened, nothing queued
  3  --yes, but the running rcdesk needs your answer first: it is shown there, nothing is queued yet
"""
_WORDS_NOTE = """\
rcdesk fax FILE… --to NUMBER opens a fax filled in. rcdesk call NUMBER, rcdesk status, rcdesk cancel and
rcdesk numbers place, list and cancel calls, with and without a window. Each has a --help of its own.

"""
_LINKS = ("tel:", "callto:")
_FAX_NOTES = """\
The files and numbers are looked at before anything happens. Without --yes the composer opens, filled in, and
nothing is sent until you press Send. With --yes the fax is queued without a question when nothing about it is
odd (a first fax to a number, a number one digit off, the same pages twice in a day, a fax that failed
lately) and the last cover page was not one of your own; otherwise the question is shown and nothing is
queued until you answer. The time to undo applies in both cases. To open a file that is called "fax", write
./fax.

"""
_ROOMS = frozenset({"--page-room", "--html-room"})
_WITH_VALUE = frozenset({"--demo-speed", "--tour", "--sign-in", "--color-scheme"})
_WORDS = frozenset({"fax", "call", "status", "cancel", "numbers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxArguments:
    """What follows the word fax, as it was typed. cover None: as chosen last; at "": at once."""

    files: tuple[Path, ...] = ()
    to: tuple[str, ...] = ()
    note: str = ""
    cover: int | None = None
    is_standard: bool = False
    at: str = ""
    is_yes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asked for. demo_speed: simulator seconds per real second.

    fax is what was typed after the word fax, fax_wish what became of it once it was looked at. link: a tel:
    or callto: link to call, "" for none.
    """

    demo: bool = False
    demo_speed: float = 1.0
    tour: Path | None = None
    sign_in: Path | None = None
    color_scheme: str = ""
    files: tuple[Path, ...] = ()
    link: str = ""
    fax: FaxArguments | None = None
    fax_wish: FaxWish | None = None


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Read the arguments; exits with a message (status 2) when they make no sense."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    at = _command_word(given)
    if at is not None and given[at] == "fax":
        return _parse_fax([*given[:at], *given[at + 1 :]])
    parser = argparse.ArgumentParser(
        prog="rcdesk",
        description="Phone and fax console for RingCentral accounts.",
        epilog=_WORDS_NOTE + _STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "given", nargs="*", metavar="FILE", help="files to put into a new fax, or one tel: or callto: link"
    )
    _add_common(parser)
    parser.add_argument(
        "--tour", type=Path, metavar="DIR", help="show the demo by itself and leave screenshots in DIR"
    )
    parser.add_argument("--version", action="version", version=f"rcdesk {__version__}")
    found = parser.parse_args(given)
    links = [text for text in found.given if text.lower().startswith(_LINKS)]
    if len(links) > 1:
        parser.error("one link at a time")
    return Options(
        demo=found.demo or found.tour is not None,
        demo_speed=found.demo_speed,
        tour=found.tour,
        sign_in=found.sign_in,
        color_scheme=found.color_scheme,
        files=tuple(_path(text) for text in found.given if text not in links),
        link=links[0] if links else "",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run rcdesk; returns the exit status, see --help."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in _ROOMS:
        return _room(given)
    command = _command(given)
    if command is not None:
        from rcdesk import told

        return told.run(command)
    options = parse(given)
    if options.fax is not None:
        from rcdesk.core.errors import UserError

        try:
            options = replace(options, fax_wish=_wish(options, options.fax))
        except UserError as exc:
            print(f"rcdesk fax: {exc}", file=sys.stderr)
            return 2
    from rcdesk import app

    return app.run(options)


def _room(given: list[str]) -> int:
    """Be a child process of a packaged program, which has no interpreter to start for it."""
    if given[0] == "--page-room":
        from rcdesk.documents import room

        return room.main()
    from rcdesk.ui import html_room

    return html_room.main(given[1:])


def desk() -> None:
    """Entry point of the desktop launcher, which has no console to report to."""
    sys.exit(main())


def _parse_fax(given: list[str]) -> Options:
    parser = LineParser(
        prog="rcdesk fax",
        description="Open a fax filled in, in the running rcdesk or a new one.",
        epilog=_FAX_NOTES + _STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="files to fax, in this order")
    parser.add_argument(
        "--to",
        action="append",
        default=[],
        metavar="NUMBER",
        help='a fax number, or "Name <number>"; repeat it for more people',
    )
    parser.add_argument("--note", default="", metavar="TEXT", help="a note on the cover page")
    parser.add_argument(
        "--cover", type=_cover, metavar="N", help="cover page by its number, 0 for none (default: as last)"
    )
    parser.add_argument("--standard", action="store_true", help="standard resolution instead of fine")
    parser.add_argument(
        "--at", default="", metavar="TIME", help='send later: 16:45 or "2030-01-31 16:45", local time'
    )
    parser.add_argument("--yes", action="store_true", help="queue it without asking when nothing is odd")
    _add_common(parser)
    found = parser.parse_intermixed_args(given)
    if not found.files and not found.note.strip():
        parser.error("give at least one file, or a --note")
    if found.yes and not found.to:
        parser.error("--yes needs at least one --to")
    return Options(
        demo=found.demo,
        demo_speed=found.demo_speed,
        sign_in=found.sign_in,
        color_scheme=found.color_scheme,
        fax=FaxArguments(
            files=tuple(found.files),
            to=tuple(found.to),
            note=found.note,
            cover=found.cover,
            is_standard=found.standard,
            at=found.at,
            is_yes=found.yes,
        ),
    )


def _add_common(parser: argparse.ArgumentParser) -> None:
    add_sign_in(parser, demo="open the desk on the built-in simulator")
    parser.add_argument(
        "--color-scheme", choices=("light", "dark", "system"), default="", help="override the theme"
    )


def _command(given: Sequence[str]) -> Command | None:
    """What the words call, status, cancel and numbers ask for, None when the first word is none of them."""
    at = _command_word(given)
    if at is None or given[at] == "fax":
        return None
    return parse_command(given[at], [*given[:at], *given[at + 1 :]])


def _command_word(given: Sequence[str]) -> int | None:
    """Where a command stands when it is the first word that is no option, None when there is none."""
    is_value = False
    for position, text in enumerate(given):
        if is_value:
            is_value = False
        elif text == "--":
            return None
        elif text.startswith("-"):
            is_value = text in _WITH_VALUE
        else:
            return position if text in _WORDS else None
    return None


def _wish(options: Options, asked: FaxArguments) -> FaxWish:
    """Look at everything that was asked. Raises UserError."""
    from rcdesk.core.fax import Resolution
    from rcdesk.core.wish import FaxWish
    from rcdesk.services.command_fax import draft_asked
    from rcdesk.store import preferences
    from rcdesk.store.paths import Paths

    remembered = preferences.load(Paths.chosen(is_demo=options.demo).preferences_file)
    draft = draft_asked(
        files=asked.files,
        to=asked.to,
        note=asked.note,
        cover_index=asked.cover,
        resolution=Resolution.STANDARD if asked.is_standard else Resolution.FINE,
        at=asked.at,
        region=remembered.home_country,
    )
    return FaxWish(draft=draft, is_yes=asked.is_yes)


def _cover(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise argparse.ArgumentTypeError("a cover page's number is 0, 1, 2…")
    return int(text)


def _path(text: str) -> Path:
    """A file as it was given, or as a desktop gives it: file:///home/…"""
    parts = urlsplit(text) if text.lower().startswith("file://") else None
    if parts is None or parts.netloc not in ("", "localhost"):
        return Path(text)
    return Path(unquote(parts.path, errors="surrogateescape"))
