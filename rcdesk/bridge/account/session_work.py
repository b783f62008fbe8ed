"""What the session has done on a lane, and the values that come back from there.

Each function here runs on a lane's thread with the Connection it is given; the connection is safe from every
thread. Read next: session_desk.py, services/account/connection.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from rcdesk.core.account.account import Account, AppSecret, GrantKind, ServerProfile

if TYPE_CHECKING:
    from rcdesk.bridge.runtime.lane import Report
    from rcdesk.core.cancel import CancelToken
    from rcdesk.services.account.connection import Connection


class Answer(Struct, frozen=True, kw_only=True):
    """Who is signed in (None: nobody), whether that survives the program, how they signed in last, and
    whether the secret of the app is kept."""

    account: Account | None
    is_persistent: bool
    grant: GrantKind
    app_secret: AppSecret


class BrowserNews(Struct, frozen=True, kw_only=True):
    """The address for the browser, and what strange answers were ignored, "" for none."""

    url: str
    sentence: str = ""


def answer_of(account: Account | None, connection: Connection) -> Answer:
    """Asking for the keyring may import it, which takes a fifth of a second: not on the GUI thread."""
    profile = connection.profile
    return Answer(
        account=account,
        is_persistent=connection.is_persistent,
        grant=profile.grant,
        app_secret=profile.app_secret,
    )


def sign_in_browser(
    connection: Connection, client_secret: str, token: CancelToken, report: Report
) -> Account:
    """Wait for the browser; reports BrowserNews, each with the address, for only the newest one is seen."""
    address = ""

    def opened(url: str) -> None:
        nonlocal address
        address = url
        report(BrowserNews(url=url))

    def noticed(sentence: str) -> None:
        report(BrowserNews(url=address, sentence=sentence))

    return connection.sign_in_browser(client_secret, token, opened=opened, noticed=noticed)


def leave(connection: Connection, token: CancelToken) -> bool:
    """Sign out and let go of the network; False when the service could not be told."""
    try:
        return connection.sign_out(token)
    finally:
        connection.close()


def is_same_server(profile: ServerProfile, other: ServerProfile | None) -> bool:
    """Whether a connection to one serves the other: they differ in their names or the last sign-in only."""
    if other is None:
        return False
    return replace(profile, name=other.name, grant=other.grant, app_secret=other.app_secret) == other
