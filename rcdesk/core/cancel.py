"""The cancel token: how one thread asks work on another to stop.

Work checks it between upload chunks and before each request; waiting is ``token.sleep(s)``, never
``time.sleep``. Safe from every thread. Used by api, services and the lanes in bridge/runtime/lane.py.
"""

from __future__ import annotations

import threading

from rcdesk.core.errors import Cancelled


class CancelToken:
    """A one-way flag shared between the asker and the work."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next check. May be called more than once."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        if self._event.is_set():
            raise Cancelled()

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds; raise Cancelled at once when asked to stop meanwhile."""
        if self._event.wait(max(0.0, seconds)):
            raise Cancelled()
