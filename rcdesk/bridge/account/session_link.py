"""The session's link to the server in use: its Connection, made, asked, changed for another and closed.

GUI thread; the work itself runs on a lane. Everything asked belongs to a round. A new round begins with
whatever the user wants next, and what an earlier one still brings is not listened to: a late connection is
closed, unless the window shows an account again that would have none; a late answer is heard only by who
asked for late ones. What the answers mean is not known here. Read next: session_desk.py, session_work.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from rcdesk.bridge.account.session_work import Answer, BrowserNews, answer_of, is_same_server, leave
from rcdesk.bridge.runtime.lane import Lane, Report, Task, ignore
from rcdesk.core.account.account import Account, ServerProfile
from rcdesk.core.account.keyring import KeyringState
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import RcdeskError

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection

_log = logging.getLogger(__name__)


class SessionLink:
    """connect makes a Connection on the lane, for its imports are slow. profile is the server in use, None
    before the first; it may be set anew when the same connection serves it."""

    def __init__(self, lane: Lane, connect: Callable[[ServerProfile], Connection]) -> None:
        self.profile: ServerProfile | None = None
        self._lane = lane
        self._connect = connect
        self.connection: Connection | None = None
        """The connection in use, from any thread; None while there is none yet, or none any more."""
        self._task: Task[Answer] | None = None
        self._round = 0

    @property
    def is_asking(self) -> bool:
        """True while an answer of this round is due."""
        return self._task is not None

    def serves(self, profile: ServerProfile) -> bool:
        """True when the connection there is can be used for this profile too."""
        return self.connection is not None and is_same_server(profile, self.profile)

    def begin_round(self) -> None:
        """Cancel what is being asked, and listen to nothing any more that was asked before."""
        self._round += 1
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def change(
        self,
        profile: ServerProfile,
        *,
        opened: Callable[[], None],
        failed: Callable[[RcdeskError], None],
        has_account: Callable[[], bool],
    ) -> None:
        """Make a connection to this server and close the one there is; when that fails, that one goes on.

        opened() or failed() follows, in the same round only. has_account says whether the window shows an
        account, which then needs a connection although this one was given up.
        """
        old, former = self.connection, self.profile
        self.connection, self.profile = None, profile
        round_, connect = self._round, self._connect

        def is_left_without() -> bool:
            """Given up meanwhile, and the account that is shown again has no connection yet."""
            return self.connection is None and self.profile is profile and has_account()

        def made(connection: Connection) -> None:
            if round_ == self._round:
                # One that came late for the same profile may stand there already.
                self._close(self.connection)
                self.connection = connection
                opened()
            elif is_left_without():
                self.connection = connection
            else:
                self._close(connection)

        def not_made(error: RcdeskError) -> None:
            if round_ != self._round:
                if is_left_without():
                    self.connection, self.profile = old, former
                else:
                    self._close(old)
                return
            if old is not None:
                self.connection, self.profile = old, former
            failed(error)

        def work() -> Connection:
            connection = connect(profile)
            if old is not None:
                old.close()
            return connection

        self._lane.ask(work, made, not_made)

    def ask(
        self,
        work: Callable[[Connection, CancelToken, Report], Account | None],
        *,
        done: Callable[[Answer], None],
        failed: Callable[[RcdeskError], None],
        came_late: Callable[[Answer], None] | None = None,
        heard: Callable[[BrowserNews], None] | None = None,
        lane: Lane | None = None,
    ) -> None:
        """Have the connection find out who is signed in, on this lane or the usual one.

        done or failed follows in the same round only, and heard with what is reported until then; came_late
        gets the answer when another round has begun with the connection still in use. Without a connection
        nothing is asked.
        """
        connection = self.connection
        if connection is None:
            return
        round_ = self._round

        def answered(answer: Answer) -> None:
            if round_ == self._round:
                self._task = None
                done(answer)
            elif came_late is not None and connection is self.connection:
                came_late(answer)

        def not_answered(error: RcdeskError) -> None:
            if round_ == self._round:
                self._task = None
                failed(error)

        def reported(news: BrowserNews) -> None:
            if heard is not None and round_ == self._round:
                heard(news)

        self._task = (lane or self._lane).submit(
            lambda token, report: answer_of(work(connection, token, report), connection),
            done=answered,
            failed=not_answered,
            progress=reported,
        )

    def leave(self, done: Callable[[bool], None], failed: Callable[[RcdeskError], None]) -> bool:
        """Sign out there and close the connection; what is kept is wiped although there may be none yet.

        done hears whether the service was told. False when there is nothing to leave.
        """
        self.begin_round()
        connection, self.connection = self.connection, None
        profile, connect = self.profile, self._connect
        if profile is None:
            return False
        self._lane.submit(
            lambda token, report: leave(connection or connect(profile), token),
            done=done,
            failed=failed,
            is_kept=True,
        )
        return True

    def look_for_keyring(self, done: Callable[[KeyringState], None]) -> None:
        """Ask the keyring whether it can be used now; done hears how it stands."""
        connection = self.connection
        if connection is not None:
            self._lane.ask(lambda: connection.look_for_keyring(), done, _not_looked)

    def _close(self, connection: Connection | None) -> None:
        if connection is not None:
            self._lane.ask(lambda: connection.close(), ignore, _not_closed)


def _not_looked(error: RcdeskError) -> None:
    _log.info("the keyring could not be looked for: %s", type(error).__name__)


def _not_closed(error: RcdeskError) -> None:
    _log.info("a connection nobody needs could not be closed: %s", type(error).__name__)
