"""What a proof pack says: the facts of its report page, already in words where words are wanted.

Pure; gathered by services/proof.py, drawn by ui/proof_page.py, bound to the pages by documents/bind.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rcdesk.core.fax import FaxEvent, FaxJob


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFacts:
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
