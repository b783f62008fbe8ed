"""Whom a desk works for: the person who was signed in when it last looked.

A desk remembers this by itself, so that an answer can be told from one for somebody who has left, and so that
what waits on a lane does not go out in the name of the next one. GUI thread, except where said. Read next:
session_desk.py (check_owner), history_desk.py, people_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.runtime.lane import Report, Work
from rcdesk.core.cancel import CancelToken

T = TypeVar("T")

DEFAULT_REGION = "US"


class AccountGuard:
    """Nobody, until the first look()."""

    def __init__(self, session: SessionDesk) -> None:
        self._session = session
        self.id = ""
        """Account.owner_id, "" for nobody."""

    @property
    def region(self) -> str:
        """The country of whoever is signed in, whose numbers may be written without their country code."""
        account = self._session.account
        return account.home_country if account is not None else DEFAULT_REGION

    def look(self) -> bool:
        """See who is signed in now; True when that is another than before."""
        account = self._session.account
        before, self.id = self.id, account.owner_id if account is not None else ""
        return self.id != before

    def in_own_name(self, ask: Callable[[CancelToken], T]) -> Work[T]:
        """Work for a lane, which raises Cancelled there when somebody else is signed in by then."""
        session, owner_id = self._session, self.id

        def work(token: CancelToken, _report: Report) -> T:
            session.check_owner(owner_id)
            return ask(token)

        return work
