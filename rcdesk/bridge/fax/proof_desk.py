"""Proof packs, the log of all faxes, and pictures of pages to look at.

GUI thread. The facts of a proof need the service (downloads lane); binding, rendering and the log run on the
disk lane, so that folders stay quick. Only the first pages in a folder's rows are
drawn where the rows are read. Read next: services/fax/proof.py, services/fax/csv_log.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Signal

from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import RcdeskError
from rcdesk.core.fax.fax import FaxJob
from rcdesk.core.fax.folder import FaxRow
from rcdesk.core.fax.proof import ProofFacts

if TYPE_CHECKING:
    from rcdesk.services.fax.proof import ProofService


class PageImages(Protocol):
    """Draws pages of a file: documents.page_image."""

    def page_count(self, path: Path, media_type: str) -> int: ...

    def page_png(self, path: Path, media_type: str, page: int, width_px: int) -> bytes: ...


class ProofDesk(Telling):
    """problem(str) and said(str): one sentence. write_log(owner id, target) writes the CSV."""

    said = Signal(str)

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        session: SessionDesk,
        proofs: ProofService,
        write_log: Callable[[str, Path], object],
        images: PageImages,
        proof_dir: Path,
        first_page: Callable[[FaxRow, int], bytes] | None = None,
    ) -> None:
        super().__init__()
        self._disk = lanes["disk"]
        self._archive = lanes["archive"]
        self._downloads = lanes["downloads"]
        self._session = session
        self._service = proofs
        self._write_log = write_log
        self._images = images
        self._proof_dir = proof_dir
        self._first_page = first_page

    def default_target(self, job: FaxJob) -> Path:
        """Where a proof is saved when the user says nothing else: named by time and last four digits."""
        digits = "".join(c for c in job.recipient.number if c.isdigit())[-4:]
        return self._proof_dir / f"Fax {job.created_at.astimezone():%Y-%m-%d %H%M} to {digits} ({job.id}).pdf"

    def default_log_target(self) -> Path:
        """Where the log is saved when the user says nothing else."""
        return self._proof_dir / "Fax log.csv"

    def ask(self, job_id: int, done: Callable[[ProofFacts], None]) -> None:
        """Gather what the report page says, with the pages the service rendered; may take seconds."""
        account, service = self._session.account, self._service
        if account is None:
            self.problem.emit(self.tr("Sign in to RingCentral first, then open the proof."))
            return

        def failed(error: RcdeskError) -> None:
            self._session.heard_error(error)
            self._tell(error)

        self._downloads.submit(
            lambda token, report: service.facts(job_id, account, token), done=done, failed=failed
        )

    def ask_other(
        self, job_id: int, done: Callable[[tuple[Path, str]], None], failed: Callable[[str], None]
    ) -> None:
        """The pages of the message that may be this fax: where they lie, and their media type."""
        service = self._service

        def told(error: RcdeskError) -> None:
            self._session.heard_error(error)
            failed(str(error))

        def work(token: CancelToken, report: object) -> tuple[Path, str]:
            return service.other(job_id, token)

        self._downloads.submit(work, done=done, failed=told)

    def bind(self, facts: ProofFacts, report_pdf: bytes, target: Path, done: Callable[[Path], None]) -> None:
        """Write the pack: the report page, then the pages; done brings where it lies."""
        service = self._service

        def saved(path: Path) -> None:
            self.said.emit(self.tr("Proof saved: {0}").replace("{0}", str(path)))
            done(path)

        self._disk.keep(lambda: service.bind(facts, report_pdf, target), saved, self._tell)

    def write_log(self, target: Path, done: Callable[[Path], None]) -> None:
        """Write all faxes of the account as CSV."""
        account, write = self._session.account, self._write_log
        if account is None:
            self.problem.emit(self.tr("Sign in to RingCentral first, then save the log."))
            return
        owner_id = account.owner_id

        def saved(_: object) -> None:
            self.said.emit(self.tr("Log saved: {0}").replace("{0}", str(target)))
            done(target)

        self._disk.keep(lambda: write(owner_id, target), saved, self._tell)

    def page_image(
        self, path: Path, media_type: str, page: int, width_px: int, done: Callable[[bytes], None]
    ) -> None:
        """Draw one page (from 0) as PNG."""
        images = self._images
        self._disk.ask(lambda: images.page_png(path, media_type, page, width_px), done, self._tell)

    def first_page(self, row: FaxRow, width_px: int, done: Callable[[bytes], None]) -> None:
        """The first page of a listed fax as PNG, b"" when there is no picture of it. Ask for one at a time:
        the archive lane reads the folders meanwhile.
        """
        draw = self._first_page
        if draw is None:
            done(b"")
            return
        self._archive.ask(lambda: draw(row, width_px), done, lambda error: done(b""))

    def page_count(self, path: Path, media_type: str, done: Callable[[int], None]) -> None:
        images = self._images
        self._disk.ask(lambda: images.page_count(path, media_type), done, self._tell)
