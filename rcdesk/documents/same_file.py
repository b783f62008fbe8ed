"""Whether a file is still the one that was looked at: what was looked at is what is sent.

A look notes inode, size, time of change and SHA-256. The first three are compared often, for they cost
nothing; the bytes decide when something of it differs. Disk lanes. Read next: inspect.py,
services/fax/drafts.py.
"""

from __future__ import annotations

from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Document
from rcdesk.core.regular_file import sha256_of

MOST_BYTES = 512 * 1024 * 1024
"""What is larger can be no fax and is not read for this."""

_NOT_READ = "-"


def seen(path: Path, token: CancelToken) -> str:
    """What the file is now, for Document.seen. Raises OSError, Cancelled, UserError while it changes."""
    before = _outside(path)
    if path.stat().st_size > MOST_BYTES:
        return f"{before} {_NOT_READ}"
    digest = sha256_of(path, token)
    if _outside(path) != before:
        raise UserError("Another program is writing this file. Wait until it is finished, then add it again.")
    return f"{before} {digest}"


def check_same(document: Document, token: CancelToken) -> None:
    """Raises UserError when the file is another one than the one that was looked at."""
    if not document.seen:
        return
    outside = document.seen.rpartition(" ")[0]
    try:
        if _outside(document.path) == outside:
            return
        now = seen(document.path, token)
    except OSError as exc:
        raise UserError(f"{document.name} is not there any more. Nothing was sent.") from exc
    check_digest(document, now.rpartition(" ")[2])


def check_digest(document: Document, digest: str) -> None:
    """The same by the SHA-256 of what would be sent."""
    looked_at = document.seen.rpartition(" ")[2]
    if looked_at and looked_at != digest:
        raise UserError(
            f"{document.name} was changed after it was added, so it is not what you looked at. Nothing was "
            "sent. Remove it from the fax, add it again and look at its pages."
        )


def _outside(path: Path) -> str:
    found = path.stat()
    return f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}"
