"""What RingCentral pushes of the account. Blocking, on a lane of its own. Read next: api/events/stream.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rcdesk.core.account.news import News
from rcdesk.core.cancel import CancelToken

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection


class NewsService:
    """What concerns whoever is signed in, and for administrators everybody of the account."""

    def __init__(self, connection: Callable[[], Connection | None]) -> None:
        self._connection = connection

    def listen(self, token: CancelToken, *, of_all: bool = False) -> Iterator[News]:
        """News until cancelled; of_all: also the calls and presence of the account's other extensions.

        Raises NotAllowed when there can be none: an older service, or neither app nor user may.
        """
        # The library behind it is only needed by who listens.
        from rcdesk.api.events.stream import ALL_EXTENSIONS, OWN, EventStream
        from rcdesk.services.account.connection import session_of

        filters = (*OWN, *ALL_EXTENSIONS) if of_all else OWN
        return EventStream(session_of(self._connection()), filters).listen(token)
