"""The proof pack: the facts of one fax, the pages the service rendered, and both bound into one PDF.

The pages are downloaded once and kept in a folder of their own; without them the report still proves the
rest, and says why they are missing. Blocking; facts() asks the network (calls lane), the rest reads the disk.
Read next: core/fax/proof.py, documents/convert.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from msgspec.structs import replace

from rcdesk.core.account.account import Account
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import ApiError, NetworkError, SignInNeeded, StoreUnavailable, UserError
from rcdesk.core.fax.fax import FaxJob, FaxState
from rcdesk.core.fax.proof import ProofFacts
from rcdesk.documents.convert import bind
from rcdesk.documents.fresh_file import fresh_file, make_folder_of
from rcdesk.documents.kinds import MEDIA_TYPES, PDF, TIFF, kind_of
from rcdesk.documents.page_image import page_count
from rcdesk.store.fax.outbox import Outbox

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection

CACHE = "pages"
MAX_KEPT = 500
"""How many rendered faxes are kept; the ones not used for longest go first."""

_NEVER_THERE = "RingCentral never had this fax, so there are no pages of its own."
_MARKED = "This fax only counts as sent here; which message of RingCentral it is, is not known."
_UNCERTAIN = "It is not certain that RingCentral has this fax, so there are no pages of its own."
_NOT_YET = "RingCentral has not drawn the pages yet. Make the proof again later."
_GONE = "RingCentral does not keep the pages of this fax any more."
_NO_NETWORK = "RingCentral could not be reached for the pages. Make the proof again later."
_SIGNED_OUT = "The pages are at RingCentral, and nobody is signed in. Sign in and make the proof again."


class ProofPages(NamedTuple):
    """Rendered pages on this disk."""

    path: Path
    media_type: str


class ProofService:
    """Proofs of the faxes of one archive.

    The rendered pages lie in a folder of proof_dir, one file a message; it may be emptied at any time.
    """

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        outbox: Outbox,
        proof_dir: Path,
        clock: Clock | None = None,
    ) -> None:
        self._connection = connection
        self._outbox = outbox
        self._folder = proof_dir / CACHE
        self._clock: Clock = clock or SystemClock()

    def facts(self, job_id: int, account: Account | None, token: CancelToken) -> ProofFacts:
        """Gather what the report page says and fetch the rendered pages unless they are here already.

        A failure to get the pages is said in the facts. Raises StoreUnavailable when they cannot be kept or
        the archive cannot be read, UserError for an unknown fax, Cancelled.
        """
        job = self._outbox.get(job_id)
        why = ""
        if self.pages(job) is None:
            try:
                job = self._fetch(job, token)
            except SignInNeeded:
                why = _SIGNED_OUT
            except NetworkError:
                why = _NO_NETWORK
            except ApiError as error:
                why = _why(error)
            except UserError as error:
                why = str(error)
        return ProofFacts(
            job=job,
            events=self._outbox.events(job_id),
            from_name=", ".join(filter(None, (account.name, account.company))) if account is not None else "",
            from_number=_sender_number(account),
            made_at=self._clock.now(),
            has_pages=not why,
            why_no_pages=why,
        )

    def pages(self, job: FaxJob) -> ProofPages | None:
        """The rendered pages of a fax when they are on this disk and can be opened."""
        if not job.message_id:
            return None
        path = self._kept(job)
        try:
            pages = ProofPages(path, _media_type(path))
            page_count(*pages)
        except UserError:
            return None
        return pages

    def other(self, job_id: int, token: CancelToken) -> ProofPages:
        """The pages of the message that may be this fax. Raises UserError when there are none yet.

        Nothing of it is noted as this fax's: that only the user can say.
        """
        job = self._outbox.get(job_id)
        other = replace(job, message_id=job.maybe_message_id, server_pages=job.server_pages or 0)
        if self.pages(other) is None:
            self._fetch(other, token)
        pages = self.pages(other)
        if pages is None:
            raise UserError(_NOT_YET)
        return pages

    def bind(
        self, facts: ProofFacts, report_pdf: bytes, target: Path, token: CancelToken | None = None
    ) -> Path:
        """Write the report page and the rendered pages as one PDF to target and return it.

        The folder of target is made when it is the only one missing. Raises UserError when the pages went
        missing or are damaged, StoreUnavailable when target cannot be written; what was there is then
        untouched.
        """
        pages = self.pages(facts.job) if facts.has_pages else None
        if facts.has_pages and pages is None:
            raise UserError("The pages of this fax are not here any more. Make the proof again.")
        make_folder_of(target)
        if pages is None:
            bind(report_pdf, None, "", target, token)
        else:
            bind(report_pdf, pages.path, pages.media_type, target, token)
        return target

    def _fetch(self, job: FaxJob, token: CancelToken) -> FaxJob:
        """Download the pages; the job comes back with the service's own page count when it was not known."""
        from rcdesk.api.rest import message_store
        from rcdesk.services.account.connection import session_of

        if not job.message_id:
            raise UserError(_why_unknown(job))
        session = session_of(self._connection())
        message = message_store.get(session, job.message_id, token)
        pages = message.pages
        if pages is None:
            raise UserError(_NOT_YET if job.state is FaxState.HANDED_OVER else _GONE)
        kept = self._kept(job)
        self._make_room()
        with fresh_file(kept) as unfinished:
            with unfinished.open("wb") as file:
                message_store.content(session, pages, _into(file), token)
            page_count(unfinished, _media_type(unfinished))
        if job.server_pages is None and message.page_count is not None:
            self._outbox.set_server_pages(job.id, message.page_count)
            return replace(job, server_pages=message.page_count)
        return job

    def _kept(self, job: FaxJob) -> Path:
        name = hashlib.sha256(f"{job.owner_id}\n{job.message_id}".encode()).hexdigest()
        return self._folder / name

    def _make_room(self) -> None:
        """Make the folder, and forget the pages not used for longest when there are too many."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime)
            for file in kept[: max(0, len(kept) - MAX_KEPT + 1)]:
                file.unlink(missing_ok=True)
        except OSError as exc:
            raise StoreUnavailable(
                f"The folder {self._folder} cannot be used ({exc.strerror}). The pages are kept there."
            ) from exc


def _into(file: BinaryIO) -> Callable[[bytes], None]:
    def write(chunk: bytes) -> None:
        file.write(chunk)

    return write


def _media_type(path: Path) -> str:
    """What the pages are, by their first bytes. Raises UserError when they are neither PDF nor TIFF."""
    try:
        with path.open("rb") as file:
            kind = kind_of(file.read(1024), "")
    except OSError as exc:
        raise UserError(f"The pages of this fax cannot be read ({exc.strerror}).") from exc
    media_type = MEDIA_TYPES.get(kind or "", "")
    if media_type not in (PDF, TIFF):
        raise UserError("What RingCentral sent is no fax page. Make the proof again later.")
    return media_type


def _why_unknown(job: FaxJob) -> str:
    """Why a fax has no message of the service."""
    if job.state is FaxState.SENT:
        return _MARKED
    return _UNCERTAIN if job.is_in_doubt else _NEVER_THERE


def _why(error: ApiError) -> str:
    return _GONE if error.is_gone else f"{error} The pages are missing here because of that."


def _sender_number(account: Account | None) -> str:
    """The number a fax of this account goes out with: its fax caller ID, or a number that can fax."""
    if account is None:
        return ""
    able = [number for number in account.numbers if number.can_fax]
    able.sort(key=lambda number: not number.is_primary)
    return account.fax_caller_id or (able[0].phone_number if able else "")
