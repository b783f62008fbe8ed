"""The arguments of `rcdesk call`, `status`, `cancel` and `numbers`, and what all commands share.

Only argparse and core values: what is asked is looked at before anything slow is imported. Read next:
call.py, which does it, and output.py, which prints it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rcdesk.cli.spoken import plain

if TYPE_CHECKING:
    from rcdesk.cli.call import Command, CommandOrder

_STATUSES = """\
exit status:
   0  done; with --wait: you talked
   1  not done: no network, the service refused the request, or the running rcdesk does not answer
   2  the arguments make no sense: no number that can be called, no such phone, no such call
   3  as far as is known, nobody has this number: not called without --yes
   4  nobody is signed in
   5  they were busy                          (5 to 11: call --wait, or a call that ended at once)
   6  they did not answer
   7  your own phone was busy, not picked up, or refused
   8  they refused the call
   9  it could not be connected, or RingCentral does not allow it
  10  it is not known what became of it
  11  it was cancelled: by Ctrl+C, in the window, or by rcdesk cancel
  12  rcdesk cancel: there was nothing to cancel any more
 130  Ctrl+C, but the call goes on: they had answered already
"""
_JSON_NOTE = """\
With --json every line is one object and the last one has "status", the exit status; what went wrong is in
"error". The README lists all keys.

"""
_HOW = """\
With a window of rcdesk open, the window does it. Without one this command signs in by itself: with the
sign-in that the window keeps in the keyring, or with --sign-in FILE.

"""


class LineParser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, plain(f"{self.prog}: {message}. See {self.prog} --help.") + "\n")

    @property
    def option_words(self) -> frozenset[str]:
        return frozenset(self._option_string_actions)


def add_sign_in(parser: argparse.ArgumentParser, *, demo: str) -> None:
    """Where to sign in. demo: the help of --demo."""
    parser.add_argument("--demo", action="store_true", help=demo)
    parser.add_argument(
        "--demo-speed", type=_speed, default=1.0, metavar="N", help="let the simulator live N times faster"
    )
    parser.add_argument(
        "--sign-in",
        type=Path,
        metavar="FILE",
        help="sign in with base_url, client_id, client_secret, jwt of a JSON file",
    )


def parse_command(word: str, given: Sequence[str]) -> Command:
    """What follows one of the words. Exits with a message, status 2, when it makes no sense."""
    parser = LineParser(
        prog=f"rcdesk {word}",
        description=_DESCRIPTIONS[word],
        epilog=_HOW + _JSON_NOTE + _STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if word == "call":
        _add_call(parser)
    elif word == "cancel":
        parser.add_argument("id", nargs="?", default="", metavar="ID", help="the call, as rcdesk status says")
    parser.add_argument("--json", action="store_true", help="print objects instead of sentences")
    add_sign_in(parser, demo="use the demo's archive, and the built-in simulator when no demo is open")
    found = parser.parse_intermixed_args(list(given))
    order = _order(word, found)
    from rcdesk.cli.call import Command

    return Command(
        order=order,
        is_json=found.json,
        demo=found.demo,
        demo_speed=found.demo_speed,
        sign_in=found.sign_in,
    )


_DESCRIPTIONS = {
    "call": "Call a number: RingCentral rings your own phone first, then theirs. The call is placed at once.",
    "status": "List the calls that are going on, with both legs.",
    "cancel": "Cancel a call that is not connected yet, and look whether it is cancelled.",
    "numbers": "List your phones that can ring and the numbers that can be shown.",
}


def _add_call(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "number", nargs="+", metavar="NUMBER", help="whom to call, in any form; a tel: link as well"
    )
    parser.add_argument(
        "--from",
        dest="ring_me_on",
        default="",
        metavar="PHONE",
        help="which phone of yours rings: its label, as much of it as makes it plain, or a number",
    )
    parser.add_argument(
        "--show-as", default="", metavar="NUMBER", help="which number of yours they see, or its label"
    )
    prompt = parser.add_mutually_exclusive_group()
    prompt.add_argument("--no-prompt", action="store_true", help="do not ask you to press 1 first")
    prompt.add_argument("--prompt", action="store_true", help="ask you to press 1 first")
    parser.add_argument(
        "--wait", action="store_true", help="stay until the call has ended; Ctrl+C cancels it"
    )
    parser.add_argument("--yes", action="store_true", help="call also a number that nobody is known to have")


def _order(word: str, found: argparse.Namespace) -> CommandOrder:
    from rcdesk.core.orders.order import CallOrder, CancelOrder, NumbersOrder, StatusOrder, number_of

    match word:
        case "call":
            return CallOrder(
                number=number_of(" ".join(found.number)),
                ring_me_on=found.ring_me_on,
                show_as=found.show_as,
                ask_to_press_1=False if found.no_prompt else True if found.prompt else None,
                is_wait=found.wait,
                is_sure=found.yes,
            )
        case "status":
            return StatusOrder()
        case "cancel":
            return CancelOrder(call_id=found.id)
        case _:
            return NumbersOrder()


def _speed(text: str) -> float:
    value = float(text)
    if not 0.1 <= value <= 1000:
        raise argparse.ArgumentTypeError("between 0.1 and 1000")
    return value
