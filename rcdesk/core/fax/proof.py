"""What a proof pack says: the facts of its report page, already in words where words are wanted.

Pure; gathered by services/fax/proof.py, drawn by ui/folders/proof_page.py, bound to the pages by
documents/convert.py.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from rcdesk.core.fax.fax import FaxEvent, FaxJob


class ProofFacts(Struct, frozen=True, kw_only=True):
    """Everything the report page shows about one fax.

    from_number and from_name: the sender as the account says. The SHA-256 of what was sent is in
    job.files. has_pages: the pages the service rendered follow; otherwise why_no_pages says why not.
    """

    job: FaxJob
    events: tuple[FaxEvent, ...]
    from_name: str
    from_number: str
    made_at: datetime
    has_pages: bool
    why_no_pages: str = ""
