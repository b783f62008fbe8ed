"""What is kept of a sign-in: tokens, the app's secret, and the credentials it may be repeated with.

All of it lies among the secrets under the key of the server profile, nothing in a file. Tokens are kept as a
whole under one name, so that whoever dies while renewing them leaves either the old or the new ones.
Credentials (a JWT, a password) are kept as well: with them a refused refresh is mended without a question.
Each entry names the server it is for, and is given to no other one that the profile is changed to. Any
thread. Read next: connection.py, api/session.py.
"""

from __future__ import annotations

import json
from typing import TypeVar

import msgspec
from msgspec import Struct, to_builtins

from rcdesk.api.auth import Grant, grant_of
from rcdesk.api.tokens import Tokens
from rcdesk.core.account.account import Credentials, GrantKind, ServerProfile
from rcdesk.core.errors import KeyringUnavailable, UserError
from rcdesk.store.account.secrets import Secrets

_S = TypeVar("_S", bound=Struct)


class KeptSignIn:
    """The secrets of one server profile; TokenKeeper and KeptGrant of api/."""

    def __init__(self, secrets: Secrets, profile: ServerProfile) -> None:
        self._secrets = secrets
        self._key = profile.key
        self._server = profile.base_url

    @property
    def client_secret(self) -> str:
        """The app's secret, "" for a public client."""
        text = self._secrets.load(self._name("client-secret")) or ""
        found = _texts(text)
        # Earlier versions kept the secret alone.
        return self._mine(found).get("secret", "") if "secret" in found else text

    def keep_client_secret(self, secret: str) -> None:
        """Needed for every refresh, so it is kept before the tokens are."""
        if secret:
            self._keep("client-secret", {"secret": secret})
        else:
            self._secrets.delete(self._name("client-secret"))

    def load(self) -> Tokens | None:
        return self._found("tokens", Tokens)

    def save(self, tokens: Tokens) -> None:
        self._keep("tokens", to_builtins(tokens))

    def clear(self) -> None:
        self._secrets.delete(self._name("tokens"))

    @property
    def credentials(self) -> Credentials | None:
        """What to sign in with again without asking; None when nothing is kept."""
        return self._found("credentials", Credentials)

    def keep_credentials(self, credentials: Credentials) -> None:
        """Keep a JWT or password the service has accepted; a browser sign-in leaves nothing to keep."""
        if credentials.grant is GrantKind.BROWSER:
            self.forget()
        else:
            self._keep("credentials", to_builtins(credentials))

    def grant(self) -> Grant | None:
        credentials = self.credentials
        try:
            return None if credentials is None else grant_of(credentials)
        except UserError:
            return None

    def forget(self) -> None:
        """Forget the credentials: the service does not accept them any more."""
        self._secrets.delete(self._name("credentials"))

    def wipe(self) -> None:
        """Forget everything that is kept for this profile. The service is not told.

        Raises KeyringUnavailable when the keyring may still have it.
        """
        self.forget()
        self.clear()
        self.keep_client_secret("")
        self.check_wiped()

    def check_wiped(self) -> None:
        """Raise KeyringUnavailable when what was to be forgotten may still be in the keyring."""
        if self._secrets.survives:
            state = self._secrets.state
            raise KeyringUnavailable(
                f"{state.trouble or 'The keyring cannot be used'}, so the sign-in that is kept there is "
                f"still there. {state.advice}"
            )

    def _keep(self, what: str, value: dict[str, str]) -> None:
        self._secrets.save(self._name(what), json.dumps({**value, "server": self._server}))

    def _found(self, what: str, kind: type[_S]) -> _S | None:
        """What was kept; None without it, and for what makes no sense."""
        try:
            return msgspec.convert(self._mine(_texts(self._secrets.load(self._name(what)))), kind)
        except msgspec.ValidationError:
            return None

    def _mine(self, found: dict[str, str]) -> dict[str, str]:
        """What was kept, when it is for this server; earlier versions did not say which."""
        return found if found.get("server", self._server) == self._server else {}

    def _name(self, what: str) -> str:
        return f"{what} {self._key}"


def _texts(text: str | None) -> dict[str, str]:
    """A JSON object of texts; empty for anything else."""
    try:
        return msgspec.convert(json.loads(text or "{}"), dict[str, str])
    except (ValueError, RecursionError):
        return {}
