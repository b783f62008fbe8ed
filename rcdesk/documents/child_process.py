"""Child processes that draw files: how one is started, and waiting until it ends.

A child runs no code of the folder the program was started in, which may be full of downloads: Python does not
look there for modules (-P), and the child's own working directory is a folder of ours. Used for the
renderers, the HTML and the cover process; waiting also for LibreOffice. Blocking, on a lane. Read next:
render_process.py, conversion.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled

LOOK_EVERY_S = 0.05
PAGE_ROOM, CONFINED = "rcdesk.documents.worker.render_worker", "rcdesk.documents.confined"


def python_command(module: str, flag: str, *more: str, is_confined: bool = True) -> list[str]:
    """How one of our modules is started; a packaged program starts itself with this flag.

    is_confined: False for one that reads nothing foreign and needs the system's services.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, flag, *more]
    if is_confined and module != PAGE_ROOM:  # which does it when it has what it needs
        module, more = CONFINED, (module, *more)
    return [sys.executable, "-P", "-m", module, *more]


def start(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a child in a folder of ours; environment is added to the program's own. Raises OSError."""
    return subprocess.Popen(
        command,
        cwd=folder,
        env=child_environment(environment),
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def child_environment(more: Mapping[str, str]) -> dict[str, str]:
    """The program's own, without what would bring code of the current folder."""
    return {**os.environ, "PYTHONPATH": module_path(), "PYTHONSAFEPATH": "1", **more}


def module_path() -> str:
    """PYTHONPATH for a child: where rcdesk is, then what the user says, without the current folder.

    An empty or relative entry means the current folder, whichever that is.
    """
    root = str(Path(__file__).resolve().parents[2])
    said = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.pathsep.join([root, *(entry for entry in said if os.path.isabs(entry))])


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    timeout_s: float,
    token: CancelToken,
    is_closed: threading.Event | None = None,
) -> int | None:
    """As start, to its end, which comes at the latest with the time-out: then None, else its exit status.

    Raises OSError when it cannot be started, Cancelled.
    """
    process = start(command, folder, environment)
    try:
        return exit_status(process, timeout_s, token, is_closed)
    finally:
        process.kill()
        process.wait()


def exit_status(
    process: subprocess.Popen[bytes],
    timeout_s: float,
    token: CancelToken,
    is_closed: threading.Event | None = None,
) -> int | None:
    """Its exit status, None when it has taken longer than timeout_s; ending it is the caller's.

    Raises Cancelled as soon as the token is cancelled or is_closed is set.
    """
    deadline_s = time.monotonic() + timeout_s
    while True:
        try:
            return process.wait(LOOK_EVERY_S)
        except subprocess.TimeoutExpired:
            if token.is_cancelled or (is_closed is not None and is_closed.is_set()):
                raise Cancelled() from None
            if time.monotonic() > deadline_s:
                return None
