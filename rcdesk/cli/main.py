"""The command line: arguments to one thing to do.

    rcdesk [FILE…]                   the desk, with these files in a new fax
    rcdesk fax [FILE…] --to NUMBER   the composer filled in; with --wait or --yes sent at once
    rcdesk tel:NUMBER                the desk, with this number to call
    rcdesk call NUMBER | status | cancel [ID] | numbers   calls without a window
    rcdesk login | logout | whoami | profiles             signing in

A program that runs already gets the request. What is asked for is looked at first: wrong input is one
sentence and status 2, and nothing is opened. Nothing slow is imported before the arguments are understood.
Read next: app.py, cli/call.py, cli/fax.py, cli/account.py.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from rcdesk import __version__
from rcdesk.cli.call_arguments import add_sign_in, parse_command
from rcdesk.cli.spoken import say

if TYPE_CHECKING:
    from rcdesk.cli.call import Command
    from rcdesk.cli.fax_arguments import FaxArguments
    from rcdesk.core.orders.asked_fax import AskedFax

_STATUSES = """\
exit status:
  0  done: the running rcdesk has the request, or the window was opened and closed again
  1  rcdesk could not start, or the running one did not answer
  2  the arguments make no sense or cannot be faxed; nothing was opened, nothing queued
  3  a fax needs your answer first: rcdesk fax --help
"""
_WORDS_NOTE = """\
rcdesk fax FILE… --to NUMBER opens a fax filled in, with --wait it is sent. rcdesk call NUMBER, rcdesk status,
rcdesk cancel and rcdesk numbers place, list and cancel calls. rcdesk login, logout, whoami and profiles say
who is signed in and where. All work with and without a window. Each has a --help of its own.

"""
_LINKS = ("tel:", "callto:")
_CHILDREN = frozenset(
    {"--page-process", "--html-process", "--cover-process", "--decode-process", "--play-process"}
)
_WITH_VALUE = frozenset({"--demo-speed", "--tour", "--sign-in", "--color-scheme"})
_ACCOUNT_WORDS = frozenset({"login", "logout", "whoami", "profiles"})
_WORDS = frozenset({"fax", "call", "status", "cancel", "numbers"}) | _ACCOUNT_WORDS


class Options(Struct, frozen=True, kw_only=True):
    """What the command line asked for. demo_speed: simulator seconds per real second.

    fax is what was typed after the word fax, asked_fax what became of it once it was looked at. link: a tel:
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
    asked_fax: AskedFax | None = None


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
    # What this program and its children write is for this person only.
    os.umask(0o077)
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in _CHILDREN:
        return _child(given)
    at = _command_word(given)
    if at is not None and given[at] in _ACCOUNT_WORDS:
        from rcdesk.cli import account_output
        from rcdesk.cli.account_arguments import parse_account

        return account_output.run(parse_account(given[at], [*given[:at], *given[at + 1 :]]))
    command = _command(given)
    if command is not None:
        from rcdesk.cli import output

        return output.run(command)
    options = parse(given)
    asked = options.fax
    if asked is not None:
        from rcdesk.core.errors import UserError

        try:
            options = replace(options, asked_fax=_asked_fax(options, asked))
        except UserError as exc:
            return _refuse_fax(asked, str(exc))
        except KeyboardInterrupt:
            return _refuse_fax(asked, "Interrupted. Nothing was queued.", 130)
        if asked.is_sent_here:
            return _send_fax(options)
    from rcdesk.bridge.runtime import garbage

    # The lanes do it anyway; done here, nothing looks for garbage among what start-up has just made.
    garbage.keep_to_gui_thread()
    from rcdesk import app

    return app.run(options)


def _child(given: list[str]) -> int:
    """Be a child process of a packaged program, which has no interpreter to start for it."""
    if given[0] == "--page-process":
        from rcdesk.documents.worker import render_worker

        return render_worker.main()
    if given[0] == "--play-process":
        from rcdesk.documents.sound import play

        return play.main()
    from rcdesk.documents import confined

    confined.confine([os.path.dirname(os.path.abspath(given[-1]))])
    if given[0] == "--cover-process":
        from rcdesk.render import cover

        return cover.main(given[1:])
    if given[0] == "--decode-process":
        from rcdesk.documents.sound import decode

        return decode.main(given[1:])
    from rcdesk.render import html

    return html.main(given[1:])


def desk() -> None:
    """Entry point of the desktop launcher, which has no console to report to."""
    sys.exit(main())


def _parse_fax(given: list[str]) -> Options:
    from rcdesk.cli.fax_arguments import parse_fax

    found = parse_fax(given, add_common=_add_common)
    return Options(
        demo=found.demo,
        demo_speed=found.demo_speed,
        sign_in=found.sign_in,
        color_scheme=found.color_scheme,
        fax=found.fax,
    )


def _refuse_fax(asked: FaxArguments, sentence: str, status: int = 2) -> int:
    if asked.is_json:
        import json

        print(json.dumps({"error": sentence, "status": status}))
    say(f"rcdesk fax: {sentence}", on_error=True)
    return status


def _send_fax(options: Options) -> int:
    """Send it from the shell, through a window or without one."""
    from rcdesk.cli import fax_output
    from rcdesk.cli.archive_lock import SignInWay
    from rcdesk.cli.fax import FaxCommand

    assert options.fax is not None and options.asked_fax is not None
    return fax_output.run(
        FaxCommand(
            asked_fax=options.asked_fax,
            is_wait=options.fax.is_wait,
            is_json=options.fax.is_json,
            is_sure=options.fax.is_yes,
            way=SignInWay(demo=options.demo, demo_speed=options.demo_speed, sign_in=options.sign_in),
        )
    )


def _add_common(parser: argparse.ArgumentParser) -> None:
    add_sign_in(parser, demo="open the desk on the built-in simulator")
    parser.add_argument(
        "--color-scheme", choices=("light", "dark", "system"), default="", help="override the theme"
    )


def _command(given: Sequence[str]) -> Command | None:
    """What the words call, status, cancel and numbers ask for, None when the first word is none of them."""
    at = _command_word(given)
    if at is None or given[at] == "fax" or given[at] in _ACCOUNT_WORDS:
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


def _asked_fax(options: Options, asked: FaxArguments) -> AskedFax:
    """Look at everything that was asked. Raises UserError."""
    from rcdesk.core.orders.asked_fax import AskedFax
    from rcdesk.services.fax.typed_fax import draft_asked
    from rcdesk.store.account import preferences
    from rcdesk.store.paths import Paths

    remembered = preferences.load(Paths.chosen(is_demo=options.demo).preferences_file)
    draft = draft_asked(
        files=asked.files,
        to=asked.to,
        options=asked.options,
        at=asked.at,
        region=remembered.home_country,
    )
    return AskedFax(draft=draft, is_yes=asked.is_yes, cover_name=asked.cover_name)


def _path(text: str) -> Path:
    """A file as it was given, or as a desktop gives it: file:///home/…"""
    parts = urlsplit(text) if text.lower().startswith("file://") else None
    if parts is None or parts.netloc not in ("", "localhost"):
        return Path(text)
    return Path(unquote(parts.path, errors="surrogateescape"))
