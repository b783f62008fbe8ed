"""The arguments of `rcdesk fax`: what was typed, and what --help says about it.

Only argparse: nothing slow is imported before the arguments are understood. Read next: cli/main.py,
services/fax/typed_fax.py (they are looked at), fax.py (they are sent).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from rcdesk.cli.call_arguments import LineParser
from rcdesk.core.fax.fax import FaxOptions, Resolution

_STATUSES = """\
exit status:
  0  done; with --wait: every machine accepted it; else RingCentral, or the running rcdesk, has it
  1  not done: no network, the archive cannot be used, or the running rcdesk does not answer
  2  the arguments make no sense or cannot be faxed; nothing was opened, nothing queued
  3  something is odd and needs your answer first: in the window, or with --yes; nothing is queued yet
  4  nobody is signed in; what was queued stays safe in the outbox
  9  it failed, for one recipient at least: refused, or tried in vain; or the account may not fax
 10  it is not known whether it was sent; do not send it again blindly
 11  it was cancelled in the window
 13  it could not go now and stays safe in the outbox: the next window or rcdesk fax sends it
130  Ctrl+C: the fax goes on, or stays safe in the outbox, which is said
"""
_NOTES = """\
The files and numbers are looked at before anything happens. Without --wait, --yes and --json the composer
opens, filled in, and nothing is sent until you press Send. With one of them the fax is sent:

 by the window, when rcdesk is open: queued without a question when nothing about it is odd (a first fax to a
 number, a number one digit off, the same pages twice in a day, a fax that failed lately) and the last cover
 page was not one of your own; otherwise the question is shown there and nothing is queued until you answer.
 The time to undo applies.

 by this command, when it is not: it signs in with the sign-in that the window or rcdesk login keeps in the
 keyring, or with --sign-in FILE, and asks here when something is odd; --yes answers that. A first fax to a
 number is not odd here. What waits in the outbox goes first.

--cover takes a number or a name ("Classic", or as much of it as makes it plain), also of a cover page of your
own; 0 or none for no cover page. With --json every line is one object; the README lists the keys. To open a
file that is called "fax", write ./fax.

"""


class FaxArguments(Struct, frozen=True, kw_only=True):
    """What follows the word fax, as it was typed.

    cover_name: instead of the number of the cover; without either: as chosen last. at "": at once.
    is_sent_here: sent from the shell, not opened in the composer.
    """

    files: tuple[Path, ...] = ()
    to: tuple[str, ...] = ()
    options: FaxOptions = FaxOptions(cover_index=None)
    cover_name: str = ""
    at: str = ""
    is_yes: bool = False
    is_wait: bool = False
    is_json: bool = False

    @property
    def is_sent_here(self) -> bool:
        """True for --yes, --wait and --json."""
        return self.is_yes or self.is_wait or self.is_json


class FaxLine(Struct, frozen=True, kw_only=True):
    """The whole line: the fax, and what every start takes."""

    fax: FaxArguments
    demo: bool = False
    demo_speed: float = 1.0
    sign_in: Path | None = None
    color_scheme: str = ""


def parse_fax(given: Sequence[str], *, add_common: Callable[[argparse.ArgumentParser], None]) -> FaxLine:
    """Read what follows the word fax. Exits with a message, status 2, when it makes no sense."""
    parser = LineParser(
        prog="rcdesk fax",
        description="Send a fax from the shell, or open it filled in, in the running rcdesk or a new one.",
        epilog=_NOTES + _STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_fax(parser)
    add_common(parser)
    found = parser.parse_intermixed_args(list(given))
    if not found.files and not found.note.strip():
        parser.error("give at least one file, or a --note")
    for option in ("yes", "wait", "json"):
        if getattr(found, option) and not found.to:
            parser.error(f"--{option} needs at least one --to")
    index, name = found.cover if found.cover is not None else (None, "")
    return FaxLine(
        demo=found.demo,
        demo_speed=found.demo_speed,
        sign_in=found.sign_in,
        color_scheme=found.color_scheme,
        fax=FaxArguments(
            files=tuple(found.files),
            to=tuple(found.to),
            options=FaxOptions(
                cover_index=index,
                note=found.note,
                resolution=Resolution.STANDARD if found.standard else Resolution.FINE,
            ),
            cover_name=name,
            at=found.at,
            is_yes=found.yes,
            is_wait=found.wait,
            is_json=found.json,
        ),
    )


def _add_fax(parser: argparse.ArgumentParser) -> None:
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
        "--cover",
        type=_cover,
        metavar="NAME",
        help="cover page by its name or number, 0 for none (default: as last)",
    )
    resolution = parser.add_mutually_exclusive_group()
    resolution.add_argument("--fine", action="store_true", help="fine resolution, as usual")
    resolution.add_argument("--standard", action="store_true", help="standard resolution instead of fine")
    parser.add_argument(
        "--at", default="", metavar="TIME", help='send later: 16:45 or "2030-01-31 16:45", local time'
    )
    parser.add_argument(
        "--wait", action="store_true", help="send it, and stay until it is known what became of it"
    )
    parser.add_argument("--yes", action="store_true", help="send it without asking when nothing is odd")
    parser.add_argument("--json", action="store_true", help="send it, and print objects instead of sentences")


def _cover(text: str) -> tuple[int | None, str]:
    """(number, "") or (None, name)."""
    if text.isascii() and text.isdigit() and len(text) <= 3:
        return int(text), ""
    if not text.strip() or text.startswith("-") or text.isdigit() or len(text) > 60:
        raise argparse.ArgumentTypeError("a cover page has a name or a number: 0, 1, 2…")
    return None, text.strip()
