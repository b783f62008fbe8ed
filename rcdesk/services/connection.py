"""The connection to one server as one user: signing in, resuming, and what the account offers.

Holds the ApiSession that calls and faxes share, and keeps its tokens in the keyring (memory only where there
is none, and for the demo). Safe from every lane. Read next: calls.py, faxes.py, api/session.py.
"""

from __future__ import annotations

import json
from datetime import datetime

from rcdesk.api.auth import JwtGrant
from rcdesk.api.rest import account as account_resource
from rcdesk.api.rest import covers, numbers
from rcdesk.api.session import ApiSession
from rcdesk.api.tokens import Tokens
from rcdesk.core.account import Account, Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import NotAllowed, Rejected, SignInNeeded
from rcdesk.store.secrets import Secrets

RING_OUT_FEATURE = "RingOut"
FAX_FEATURE = "FaxNumber"


class Connection:
    """One server profile with at most one signed-in user."""

    def __init__(self, profile: ServerProfile, secrets: Secrets) -> None:
        self.profile = profile
        self._secrets = Secrets(use_keyring=False) if profile.is_demo else secrets
        self._keeper = KeptTokens(self._secrets, f"{profile.base_url} {profile.client_id}")
        self.session = ApiSession(profile, self._keeper, client_secret=self._keeper.client_secret())

    @property
    def is_persistent(self) -> bool:
        """True when the sign-in survives a restart, in the keyring."""
        return self._secrets.is_persistent

    def sign_in_jwt(self, credentials: Credentials, token: CancelToken) -> Account:
        """Sign in with a JWT and read the account. Raises UserError, SignInNeeded, NetworkError, ApiError."""
        grant = JwtGrant(credentials)
        self._keeper.remember_client_secret(grant.client.client_secret)
        self.session.sign_in(grant, token)
        return self.load_account(token)

    def resume(self, token: CancelToken) -> Account | None:
        """Go on with the saved sign-in; None when nothing was saved."""
        return self.load_account(token) if self.session.has_tokens else None

    def load_account(self, token: CancelToken) -> Account:
        """Read who is signed in, their numbers and the cover pages."""
        extension = account_resource.read_extension(self.session, token)
        company = extension.company or self._company(token)
        shown = self._caller_ids(token)
        return Account(
            owner_id=extension.owner_id,
            name=extension.name,
            company=company,
            extension_number=extension.extension_number,
            home_country=extension.home_country,
            forwarding_numbers=numbers.forwarding_numbers(self.session, token),
            numbers=numbers.phone_numbers(self.session, token),
            cover_pages=covers.cover_pages(self.session, token),
            ring_out_caller_id=shown.get(RING_OUT_FEATURE, ""),
            fax_caller_id=shown.get(FAX_FEATURE, ""),
        )

    def sign_out(self, token: CancelToken) -> None:
        """Forget the sign-in here and at the service."""
        try:
            self.session.sign_out(token)
        finally:
            self._keeper.clear()

    def close(self) -> None:
        """Close the network connections."""
        self.session.close()

    def _company(self, token: CancelToken) -> str:
        """The company's name is decoration: an account that may not read it still works."""
        try:
            return account_resource.read_account(self.session, token).name
        except (NotAllowed, Rejected):
            return ""

    def _caller_ids(self, token: CancelToken) -> dict[str, str]:
        """Some accounts may not read their caller IDs; the desk then shows none."""
        try:
            return numbers.caller_ids(self.session, token)
        except (NotAllowed, Rejected):
            return {}


class KeptTokens:
    """The api's TokenKeeper over the keyring: one JSON text under one key."""

    def __init__(self, secrets: Secrets, key: str) -> None:
        self._secrets = secrets
        self._key = f"tokens {key}"
        self._client_key = f"client {key}"

    def load(self) -> Tokens | None:
        """The saved tokens; None when there are none or they cannot be read any more."""
        saved = self._secrets.load(self._key)
        if not saved:
            return None
        try:
            found = json.loads(saved)
            return Tokens(
                access_token=found["access_token"],
                refresh_token=found["refresh_token"],
                expires_at=datetime.fromisoformat(found["expires_at"]),
                refresh_expires_at=datetime.fromisoformat(found["refresh_expires_at"]),
                owner_id=found["owner_id"],
                scope=found.get("scope", ""),
            )
        except (ValueError, KeyError, TypeError):
            return None

    def save(self, tokens: Tokens) -> None:
        """Keep these tokens instead of the former ones."""
        kept = {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "expires_at": tokens.expires_at.isoformat(),
            "refresh_expires_at": tokens.refresh_expires_at.isoformat(),
            "owner_id": tokens.owner_id,
            "scope": tokens.scope,
        }
        self._secrets.save(self._key, json.dumps(kept))

    def clear(self) -> None:
        """Forget the tokens and the client secret."""
        self._secrets.delete(self._key)
        self._secrets.delete(self._client_key)

    def client_secret(self) -> str:
        """The app's secret of the last sign-in, "" when there is none."""
        return self._secrets.load(self._client_key) or ""

    def remember_client_secret(self, client_secret: str) -> None:
        """Keep the app's secret, which refreshing needs after a restart."""
        self._secrets.save(self._client_key, client_secret)


def need(connection: Connection | None) -> Connection:
    """The connection, or SignInNeeded when nobody is signed in."""
    if connection is None:
        raise SignInNeeded("Sign in to RingCentral first.", status=401)
    return connection
