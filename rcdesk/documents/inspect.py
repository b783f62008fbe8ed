"""Looking at a file before it is faxed: can it be, what is it, how many pages has it.

Every refusal is one sentence that says what is wrong and what to do. Office files are accepted without a page
count: the service counts them. Runs on the disk lane; pypdfium2 and Pillow are imported at first use.
Read next: kinds.py, services/faxes.py.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

from rcdesk.core.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax import Document
from rcdesk.documents.kinds import media_type

LINES_PER_PAGE = 60
_CHUNK_BYTES = 1 << 20


def inspect(path: Path, token: CancelToken | None = None) -> Document:
    """What this file is. Raises UserError when it cannot be faxed, Cancelled when asked to stop."""
    token = token or CancelToken()
    size_bytes = _size(path)
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as exc:
        raise UserError(f"{path.name} cannot be read ({exc.strerror}). Check its permissions.") from exc
    kind = media_type(path.name, head)
    if not kind:
        raise UserError(
            f"{path.name} is not a kind of file RingCentral can fax. Save it as PDF and add that instead."
        )
    return Document(
        path=path,
        name=path.name,
        size_bytes=size_bytes,
        media_type=kind,
        pages=_pages(path, kind, token),
    )


def check_total(documents: Sequence[Document], profile: ServerProfile) -> None:
    """Raise UserError when the documents together are over the service's limits of one fax."""
    size_bytes = sum(document.size_bytes for document in documents)
    if size_bytes > profile.max_fax_bytes:
        raise UserError(
            f"These files are {size_bytes / 1e6:.0f} MB together; RingCentral takes at most "
            f"{profile.max_fax_bytes / 1e6:.0f} MB in one fax. Send them in several faxes."
        )
    pages = sum(document.pages or 0 for document in documents)
    if pages > profile.max_fax_pages:
        raise UserError(
            f"These are {pages} pages; RingCentral takes at most {profile.max_fax_pages} in one fax. "
            "Send them in several faxes."
        )


def _size(path: Path) -> int:
    try:
        found = path.stat()
    except FileNotFoundError as exc:
        raise UserError(f"{path.name} is not there any more. Choose it again.") from exc
    except OSError as exc:
        raise UserError(f"{path.name} cannot be read ({exc.strerror}). Check its permissions.") from exc
    if stat.S_ISDIR(found.st_mode):
        raise UserError(f"{path.name} is a folder. Folders cannot be faxed: drop the files inside it.")
    if not stat.S_ISREG(found.st_mode):
        raise UserError(f"{path.name} is not an ordinary file. Choose another.")
    if found.st_size == 0:
        raise UserError(f"{path.name} is empty (0 bytes). Choose another.")
    return found.st_size


def _pages(path: Path, kind: str, token: CancelToken) -> int | None:
    if kind == "application/pdf":
        return _pdf_pages(path)
    if kind.startswith("image/") and kind != "image/vnd.adobe.photoshop":
        return _image_pages(path)
    if kind == "text/plain":
        return _text_pages(path, token)
    return None


def _pdf_pages(path: Path) -> int:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as exc:
        if "password" in str(exc).lower():
            raise UserError(f"{path.name} is protected by a password. Save a copy without one.") from exc
        raise UserError(f"{path.name} is damaged and cannot be opened. Print it to a new PDF.") from exc
    try:
        return max(1, len(document))
    finally:
        document.close()


def _image_pages(path: Path) -> int:
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise UserError(f"{path.name} has too many pixels to be faxed. Save a smaller copy.") from exc
    except (OSError, ValueError, SyntaxError) as exc:
        raise UserError(f"{path.name} is damaged and cannot be opened. Save it again.") from exc


def _text_pages(path: Path, token: CancelToken) -> int:
    lines = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                token.check()
                lines += chunk.count(b"\n")
    except OSError as exc:
        raise UserError(f"{path.name} cannot be read to its end ({exc.strerror}).") from exc
    return lines // LINES_PER_PAGE + 1
