"""PDFs that a child process makes of other files: one at a time, kept by content until the program ends.

Any thread but the GUI's. Read next: html_pdf.py, office/conversion.py.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, StoreUnavailable
from rcdesk.documents.child_process import LOOK_EVERY_S
from rcdesk.documents.fresh_file import not_saved


class KeptPdfs:
    """folder: where they lie, of this program alone."""

    def __init__(self, folder: Path, timeout_s: float) -> None:
        self._folder = folder
        self._timeout_s = timeout_s
        self._is_closed = threading.Event()
        self._turn = threading.Lock()

    def close(self) -> None:
        """End what is under way as cancelled and remove everything that was kept."""
        self._is_closed.set()
        with self._turn:
            shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def _my_turn(self, kept: Path, token: CancelToken) -> Iterator[None]:
        """While nobody else makes one. Raises StoreUnavailable when `kept` cannot be written, Cancelled."""
        while not self._turn.acquire(timeout=LOOK_EVERY_S):
            token.check()
        try:
            if self._is_closed.is_set():
                raise Cancelled()
            yield
        except OSError as exc:
            raise StoreUnavailable(not_saved(kept, exc)) from exc
        finally:
            self._turn.release()
