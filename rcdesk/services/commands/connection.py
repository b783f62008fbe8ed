"""One command's way to the service, without a window: signed in from the keyring or from given credentials.

A command works in short turns under the archive's lock; between them another program may have renewed the
sign-in, so each turn goes on from what the keyring says then. Without Qt; blocking, in the thread of the
command. Read next: connection.py, call.py, send.py.
"""

from __future__ import annotations

from collections.abc import Callable

from rcdesk.core.account.account import Account, Credentials, ServerKind, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import SignInNeeded
from rcdesk.core.service import PhoneApi
from rcdesk.services.account.connection import Connection, connection_for
from rcdesk.store.account.secrets import Secrets

NOBODY = "Nobody is signed in. Open rcdesk and sign in, or give --sign-in FILE."


class CommandConnection:
    """Every method is called under the lock; new_turn() says that it had been given away.

    make_secrets opens the keyring afresh: another program may have renewed the sign-in since the last turn.
    """

    def __init__(
        self,
        profile: ServerProfile,
        credentials: Credentials | None,
        *,
        make_secrets: Callable[[], Secrets] = Secrets,
        clock: Clock | None = None,
    ) -> None:
        self._profile = profile
        self._credentials = credentials
        self._make_secrets = make_secrets
        self._clock: Clock = clock or SystemClock()
        self._is_new_turn = False
        self._connection: Connection | None = None

    @property
    def current(self) -> Connection | None:
        """The connection, None before the first question."""
        return self._connection

    @property
    def phone(self) -> PhoneApi:
        """What calls are placed through. Raises SignInNeeded."""
        return self.connected().phone

    @property
    def owner_id(self) -> str:
        """Who is signed in. Raises SignInNeeded."""
        return self.connected().owner_id

    def close(self) -> None:
        """Close the network connections; what is saved stays saved."""
        if self._connection is not None:
            self._connection.close()

    def new_turn(self) -> None:
        """The lock was given away and is back: others may have renewed the sign-in meanwhile."""
        self._is_new_turn = True

    def account(self, token: CancelToken | None = None) -> Account:
        """Read the account; signs in again with given credentials when the saved sign-in is void."""
        token = token or CancelToken()
        connection = self.connected(token)
        try:
            return connection.load_account(token)
        except SignInNeeded:
            if self._credentials is None:
                raise
            return connection.sign_in(self._credentials, token)

    def connected(self, token: CancelToken | None = None) -> Connection:
        """The connection of this turn. Raises SignInNeeded when there is nothing to sign in with."""
        is_legacy = self._profile.kind is ServerKind.LEGACY
        if self._credentials is None and not self._profile.client_id and not is_legacy:
            raise SignInNeeded(NOBODY, status=401)
        old = self._connection
        if old is None:
            secrets = self._make_secrets()
            self._connection = connection_for(self._profile, self._credentials, secrets, self._clock)
        elif self._is_new_turn and old.is_persistent:
            fresh = Connection(self._profile, self._make_secrets(), self._clock)
            if fresh.session.tokens == old.session.tokens and fresh.owner_id == old.owner_id:
                fresh.close()
            else:
                old.close()
                self._connection = fresh
        self._is_new_turn = False
        connection = self._connection
        assert connection is not None
        if not connection.is_signed_in:
            if self._credentials is None:
                connection.check_keyring()
                raise SignInNeeded(NOBODY, status=401)
            connection.sign_in(self._credentials, token or CancelToken())
        return connection
