"""The arguments of `rcdesk login`, `logout`, `whoami` and `profiles`.

Only argparse and core values. No secret is ever an argument: other people on the machine can read those.
Read next: account.py, which does it, and account_output.py, which prints it and asks for secrets.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from rcdesk.cli.account import AccountCommand, AccountWord
from rcdesk.cli.call_arguments import LineParser
from rcdesk.core.account.account import PRODUCTION_URL, GrantKind, ServerKind

_CLIENT_ID = "--client-id"
_STATUSES = """\
exit status:
   0  done
   1  not done: no network, refused by the service, no keyring to keep the sign-in in, or no answer
   2  the arguments make no sense: no such profile, a file that cannot be read, a port in use
   4  the sign-in was refused, or nobody is signed in
 130  Ctrl+C: nothing was changed, or it says what may have been
"""
_LOGIN_NOTES = """\
--browser (the usual way) opens RingCentral's own page in your browser and prints its address too; the app
must have the redirect address http://127.0.0.1:53682/signed-in, or that of --port. --jwt takes the JWT from a
file, which may also be the JSON file that RingCentral gives out for it, or from standard input for "-".
--password is for old private apps, and with --legacy for the web pages of 2010.

The client secret, the JWT and the password are never arguments: on a terminal you are asked for them, unseen;
otherwise they are read from standard input, one on a line: the JWT of "-" or the password first, then the
client secret, which may be missing for a public app. What is kept lies in the keyring and nowhere else.

"""
_DESCRIPTIONS = {
    AccountWord.LOGIN: "Sign in and keep the sign-in in the keyring, for the window and for every command.",
    AccountWord.LOGOUT: "Sign out: the service is told, and everything that was kept is wiped.",
    AccountWord.WHOAMI: "Say who is signed in, and where.",
    AccountWord.PROFILES: "List the server profiles, or use another one.",
}


def parse_account(word: str, given: Sequence[str]) -> AccountCommand:
    """What follows one of the words. Exits with a message, status 2, when it makes no sense."""
    what = AccountWord(word)
    parser = LineParser(
        prog=f"rcdesk {word}",
        description=_DESCRIPTIONS[what],
        epilog=(_LOGIN_NOTES if what is AccountWord.LOGIN else "") + _STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print objects instead of sentences")
    if what in (AccountWord.LOGIN, AccountWord.LOGOUT):
        parser.add_argument("--profile", default="", metavar="NAME", help="the server profile, by its name")
    if what is AccountWord.PROFILES:
        parser.add_argument("--use", default="", metavar="NAME", help="go on with this one")
    if what is AccountWord.LOGIN:
        _add_login(parser)
    found = parser.parse_args(_with_client_id(parser, given))
    if what is not AccountWord.LOGIN:
        name = found.use if what is AccountWord.PROFILES else getattr(found, "profile", "")
        return AccountCommand(word=what, is_json=found.json, profile=name)
    grant = GrantKind.JWT if found.jwt else GrantKind.PASSWORD if found.password else GrantKind.BROWSER
    if found.legacy and grant is not GrantKind.PASSWORD:
        parser.error("--legacy needs --password")
    if grant is GrantKind.PASSWORD and not found.user:
        parser.error("--password needs --user NUMBER")
    return AccountCommand(
        word=what,
        is_json=found.json,
        profile=found.profile,
        grant=grant,
        server=found.server.rstrip("/"),
        client_id=found.client_id,
        jwt_file=found.jwt or "",
        user=found.user,
        extension=found.extension,
        port=found.port,
        # The profile is used from every folder.
        ca_file=os.path.abspath(os.path.expanduser(found.ca_file)) if found.ca_file else "",
        opens_browser=not found.no_open,
        kind=ServerKind.LEGACY if found.legacy else ServerKind.REST,
    )


def _add_login(parser: argparse.ArgumentParser) -> None:
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--browser", action="store_true", help="on RingCentral's page in your browser (usual)")
    ways.add_argument(
        "--jwt", metavar="FILE", help='with a JWT credential from a file, "-" for standard input'
    )
    ways.add_argument("--password", action="store_true", help="with a number or user name and a password")
    parser.add_argument(
        "--server",
        default="",
        metavar="URL",
        help=f"the server (default: the profile's, else {PRODUCTION_URL})",
    )
    parser.add_argument(_CLIENT_ID, default="", metavar="ID", help="the app's client id")
    parser.add_argument("--user", default="", metavar="NUMBER", help="who signs in with a password")
    parser.add_argument("--extension", default="", metavar="N", help="their extension")
    parser.add_argument("--legacy", action="store_true", help="the server speaks the web pages of 2010")
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="where the browser comes back to")
    parser.add_argument("--ca-file", default="", metavar="FILE", help="certificates to trust, in PEM")
    parser.add_argument("--no-open", action="store_true", help="only print the address for the browser")


def _with_client_id(parser: LineParser, given: Sequence[str]) -> list[str]:
    """The same arguments, with a client id tied to its option: it may begin with a dash, as options do."""
    words = list(given)
    for at in range(len(words) - 2, -1, -1):
        if words[at] == _CLIENT_ID and words[at + 1].partition("=")[0] not in parser.option_words:
            words[at : at + 2] = [f"{_CLIENT_ID}={words[at + 1]}"]
    return words


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)
