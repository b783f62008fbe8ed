"""A service before it exists: the desks are built at once, what they work with is made on a lane.

Importing requests takes a tenth of a second and opening the archive may take longer, so neither may happen
before the first paint. Safe from every thread. Read next: app.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")


def late(make: Callable[[], T]) -> T:
    """What make gives, made at its first use, which is a lane's."""
    return cast("T", _Late(make))


class _Late:
    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._made: object | None = None
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            if self._made is None:
                self._made = self._make()
        return getattr(self._made, name)
