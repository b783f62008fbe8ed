"""Waiting for a program that draws a file: until it ends, is called off, or has taken too long.

Used for LibreOffice and for the HTML room, which both are given a file and leave a PDF. Blocking, on a lane.
Read next: office.py, html_pdf.py.
"""

from __future__ import annotations

import subprocess
import threading
import time

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled

LOOK_EVERY_S = 0.05


def exit_status(
    process: subprocess.Popen[bytes], timeout_s: float, token: CancelToken, is_closed: threading.Event
) -> int | None:
    """Its exit status, None when it has taken longer than timeout_s; ending it is the caller's.

    Raises Cancelled as soon as the token is cancelled or is_closed is set.
    """
    deadline_s = time.monotonic() + timeout_s
    while True:
        try:
            return process.wait(LOOK_EVERY_S)
        except subprocess.TimeoutExpired:
            if token.is_cancelled or is_closed.is_set():
                raise Cancelled() from None
            if time.monotonic() > deadline_s:
                return None
