"""Opening a file of the user's: only what is a file, and never waiting.

What lay under a name a moment ago may be a pipe by now, whose opening waits for somebody to write, or a
device that never ends. Any thread.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_AT_ONCE = sum(getattr(os, flag, 0) for flag in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"))


def open_regular(path: Path) -> BinaryIO:
    """Open it for reading. Raises OSError, also for a pipe, a socket or a device."""
    handle = os.open(path, os.O_RDONLY | _AT_ONCE)
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise OSError(errno.EINVAL, "this is not a file", str(path))
    return os.fdopen(handle, "rb")
