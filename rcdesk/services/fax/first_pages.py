"""The first page of a fax as a small picture, for the rows of the folders.

Taken from the spooled copy of what was sent, from the pages RingCentral rendered when the copy was tidied
away, or from the archive of received faxes. Blocking; archive lane. Read next: documents/page_image.py,
bridge/fax/proof_desk.py.
"""

from __future__ import annotations

from pathlib import Path

from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import FaxJob
from rcdesk.core.fax.folder import FaxRow
from rcdesk.documents.page_image import page_png
from rcdesk.services.fax.proof import ProofService
from rcdesk.store.fax.received import ReceivedFaxes
from rcdesk.store.fax.spool import Spool

MAX_BYTES = 30 * 1024 * 1024
"""Larger files are not opened for a picture of the size of a stamp."""


def first_page(
    spool: Spool, received: ReceivedFaxes, proofs: ProofService, row: FaxRow, width_px: int
) -> bytes:
    """As a PNG width_px wide; b"" when the pages are not here or cannot be drawn."""
    if not isinstance(row, FaxJob):
        here = row.is_here and row.size_bytes <= MAX_BYTES
        return _drawn(received.path(row), row.media_type, width_px) if here else b""
    if not row.files:
        return b""
    first = row.files[0]
    if first.size_bytes <= MAX_BYTES and spool.has(first.digest, first.size_bytes):
        drawn = _drawn(spool.path(first.digest), first.media_type, width_px)
        if drawn:
            return drawn
    pages = proofs.pages(row)
    return _drawn(pages.path, pages.media_type, width_px) if pages is not None else b""


def _drawn(path: Path, media_type: str, width_px: int) -> bytes:
    try:
        return page_png(path, media_type, 0, width_px)
    except UserError:
        return b""
