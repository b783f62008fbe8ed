"""A process that renews its sign-in and is killed at a step of it.

`python -m tests.endurance.refresh_process STEP GRANT` with the account as JSON on standard input; prints the
name of who is signed in, or "needs sign-in". STEP is "sign-in", "none", or the step to die at (SIGKILL to
itself, so nothing of Python's own tidying is done). Read next: test_refresh_kill.py.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any

import requests

from rcdesk.api import auth
from rcdesk.api.exchange import Exchange
from rcdesk.api.tokens import Tokens
from rcdesk.core.account.account import Account, Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import SignInNeeded
from rcdesk.services.account.connection import Connection
from rcdesk.services.account.sign_in import KeptSignIn
from rcdesk.store.account.secrets import Secrets
from tests.endurance.file_keyring import FileKeyring

STEPS = ("before", "sent", "answered", "storing", "stored", "used")


def die(*_: object) -> None:
    """Nothing that Python would do at its end happens."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(step: str) -> None:
    """Put the stop in the way."""
    refresh, save = auth.refresh, KeptSignIn.save

    def watched_refresh(*args: Any, **options: Any) -> Any:
        if step == "before":
            die()
        if step == "sent":
            put(Exchange, "all_sent", die)
        if step == "answered":
            put(auth, "read_tokens", die)
        return refresh(*args, **options)

    def watched_save(kept: KeptSignIn, tokens: Tokens) -> None:
        if step == "storing":
            FileKeyring.before_replace = die
        save(kept, tokens)
        if step == "stored":
            die()

    put(auth, "refresh", watched_refresh)
    put(KeptSignIn, "save", watched_save)


def put(place: object, name: str, stand_in: object) -> None:
    """In place of a function of the program."""
    setattr(place, name, stand_in)


def sign_in(connection: Connection, grant: str, who: dict[str, str]) -> Account:
    """For the first time."""
    app = Credentials(client_id=who["client_id"], client_secret=who["client_secret"])
    if grant == "browser":

        def opened(url: str) -> None:
            threading.Thread(target=requests.get, args=(url,), kwargs={"timeout": 30}, daemon=True).start()

        return connection.sign_in_browser("", CancelToken(), opened=opened, noticed=print)
    if grant == "jwt":
        shown = Credentials(client_id=app.client_id, client_secret=app.client_secret, jwt=who["jwt"])
    else:
        shown = Credentials(
            client_id=app.client_id,
            client_secret=app.client_secret,
            username=who["username"],
            extension=who["extension"],
            password=who["password"],
        )
    return connection.sign_in(shown, CancelToken())


def main(step: str, grant: str) -> str:
    """The name of who is signed in in the end."""
    who = json.load(sys.stdin)
    profile = ServerProfile(
        name="t", base_url=who["base_url"], client_id=who["client_id"], redirect_port=who["port"]
    )
    connection = Connection(profile, Secrets())
    assert connection.is_persistent
    if step == "sign-in":
        return sign_in(connection, grant, who).name
    die_at(step)
    try:
        account = connection.resume(CancelToken())
    except SignInNeeded:
        return "needs sign-in"
    if step == "used":
        die()
    return "needs sign-in" if account is None else account.name


if __name__ == "__main__":
    print(main(*sys.argv[1:]), flush=True)
