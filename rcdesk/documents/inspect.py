"""Looking at a file before it is faxed: is it there, what is it, how many pages.

Every refusal is a UserError with one plain sentence that says what is wrong and what to do. Given a page
worker's count, no file is decoded in this process: only its first bytes are looked at. PDFium is not safe on
several threads at once, so a lock guards it. Disk lane. Read next: kinds.py, worker.py,
services/fax/faxes.py.
"""

from __future__ import annotations

import stat
import struct
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Document
from rcdesk.core.fax.paper import NotDrawnHere, PageRef, PasswordNeeded
from rcdesk.core.file_name import readable
from rcdesk.core.regular_file import open_regular, reading
from rcdesk.documents.kinds import ALL_TYPES, kind_of
from rcdesk.documents.office.file import PASSWORD, is_locked_package
from rcdesk.documents.same_file import check_same, seen

PageCounter = Callable[[PageRef, CancelToken | None], int]
"""PageWorker.count: how many pages a file has, found out in a process of its own."""
_HEAD_BYTES = 4096
_SAVE_AS_PDF = "Save it as PDF and add that."

BROKEN_PICTURE = (OSError, EOFError, ValueError, SyntaxError, LookupError, TypeError, struct.error)
"""How Pillow says that a file is broken, depending on where."""

pdfium_lock = threading.RLock()


def inspect(path: Path, token: CancelToken | None = None, count: PageCounter | None = None) -> Document:
    """Look at one file; count finds its pages, this process does without one.

    Raises UserError saying why it cannot be faxed, PasswordNeeded, Cancelled.
    """
    token = token or CancelToken()
    token.check()
    size_bytes = _size(path)
    with reading():
        seen_as = seen(path, token)
        with open_regular(path) as file:
            head = file.read(_HEAD_BYTES)
    ending = path.suffix.lower().removeprefix(".")
    kind = kind_of(head, ending)
    if kind is None:
        raise UserError(PASSWORD if _is_locked(path, token) else _unsupported(ending))
    media_type = ALL_TYPES[kind]
    pages = _counted(PageRef(path=path, media_type=media_type), token, count or counted_here)
    document = Document(
        path=path,
        name=readable(path.name),
        size_bytes=size_bytes,
        media_type=media_type,
        pages=pages,
        seen=seen_as,
    )
    check_same(document, token)
    return document


def look_at(path: Path, token: CancelToken, count: PageCounter | None = None) -> Document:
    """As inspect(), but a PDF whose password is not known yet is a document with pages None."""
    try:
        return inspect(path, token, count)
    except PasswordNeeded:
        return inspect(path, token, uncounted)


def counted_here(ref: PageRef, token: CancelToken | None = None) -> int:
    """A PageCounter that opens the file in this process: none but our own should be."""
    from rcdesk.documents.pages import count_pages

    return count_pages(ref.path, ref.media_type)


def uncounted(ref: PageRef, token: CancelToken | None = None) -> int:
    """A PageCounter that leaves the pages open, so that only what a file is and its size are looked at."""
    raise NotDrawnHere("Its pages are not counted yet.")


def check_total(documents: Iterable[Document], profile: ServerProfile) -> None:
    """Raise UserError when these files together are more than one fax may hold."""
    documents = tuple(documents)
    size_bytes = sum(d.size_bytes for d in documents)
    pages = sum(d.pages or 0 for d in documents)
    what = "This file has" if len(documents) == 1 else "These files have together"
    if size_bytes > profile.max_fax_bytes:
        raise UserError(
            f"{what} {_megabytes(size_bytes)}; a fax may have {_megabytes(profile.max_fax_bytes)}. "
            "Send it in parts."
        )
    if pages > profile.max_fax_pages:
        raise UserError(f"{what} {pages} pages; a fax may have {profile.max_fax_pages}. Send it in parts.")


def _size(path: Path) -> int:
    with reading():
        found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise UserError("Folders cannot be faxed. Drop the files inside it.")
    if not stat.S_ISREG(found.st_mode):
        raise UserError("This is not a file with pages. Choose another.")
    if found.st_size == 0:
        raise UserError("This file is empty (0 bytes). Choose another.")
    return found.st_size


def _is_locked(path: Path, token: CancelToken) -> bool:
    """True for an Office file inside whose password nobody can look; its first bytes are another kind's."""
    with reading():
        return is_locked_package(path, token)


def _unsupported(ending: str) -> str:
    if ending in ALL_TYPES:
        return f"This file is called .{ending} but is something else inside. Choose another."
    kind = f"Files of the kind .{ending}" if ending else "Files of this kind"
    return f"{kind} cannot be faxed. {_SAVE_AS_PDF}"


def _counted(ref: PageRef, token: CancelToken, count: PageCounter) -> int | None:
    try:
        return count(ref, token)
    except NotDrawnHere:
        return None


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:.1f} MB".replace(".0 MB", " MB")
