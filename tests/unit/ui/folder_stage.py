"""Folders for the tests of the window: the real FolderModel over an archive in memory, on a lane at once.

StageLane runs work where it is submitted, or keeps it until run() when is_slow, so that a test sees the
waiting. StageReceived and StagePages answer like ReceivedDesk and ProofDesk. Used by stage.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from rcdesk.bridge.fax.folder_model import FolderModel
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.fax.fax import FaxJob, FaxState
from rcdesk.core.fax.folder import FaxRow, Folder, FolderQuery, Only, ReceivedFax
from rcdesk.core.fax.proof import ProofFacts

NOW = datetime.now(UTC).replace(microsecond=0)


def received_fax(fax_id: int, name: str = "Pine Street Pharmacy", **changes: Any) -> ReceivedFax:
    """A received fax that was downloaded and not read yet."""
    made = ReceivedFax(
        id=fax_id,
        owner_id="1",
        message_id=str(9000 + fax_id),
        number=f"+1650555{fax_id:04}",
        name=name,
        to_number="+18885550109",
        created_at=NOW - timedelta(minutes=fax_id),
        pages=2,
        is_read=False,
        attachment_id="1",
        digest=f"{fax_id:064}",
        media_type="application/pdf",
        size_bytes=20_000,
    )
    return replace(made, **changes)


def page_png(width_px: int = 400, words: str = "1") -> bytes:
    """A picture of a page."""
    image = QImage(width_px, width_px * 11 // 8, QImage.Format.Format_Grayscale8)
    image.fill(QColor("white"))
    painter = QPainter(image)
    for line in range(6, 40):
        painter.fillRect(
            width_px // 10, line * width_px // 32, width_px * (5 + line * 7 % 4) // 10, 3, QColor("#444")
        )
    painter.drawText(width_px // 10, width_px // 10, words)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


class StageLane:
    """Runs what is submitted at once, or keeps it until run() while is_slow."""

    def __init__(self) -> None:
        self.is_slow = False
        self._kept: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []

    def ask(self, work: Callable[[], Any], done: Callable[[Any], None], failed: object) -> None:
        """As Lane.ask, without a thread."""
        if self.is_slow:
            self._kept.append((work, done))
        else:
            done(work())

    def run(self) -> None:
        """Do what was kept, and what that leads to."""
        while self._kept:
            work, done = self._kept.pop(0)
            done(work())
        self.is_slow = False


class StageArchive:
    """Rows in memory, found by folder, text, filter and date."""

    def __init__(self) -> None:
        self.rows: list[FaxRow] = []
        self.queries: list[FolderQuery] = []

    def _found(self, query: FolderQuery) -> list[FaxRow]:
        rows = [row for row in self.rows if _belongs(row, query) and query.owner_id == "1"]
        return sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)

    def count(self, query: FolderQuery) -> int:
        """How many."""
        self.queries.append(query)
        return len(self._found(query))

    def page(self, query: FolderQuery, offset: int, limit: int) -> tuple[FaxRow, ...]:
        """A stretch of them."""
        return tuple(self._found(query)[offset : offset + limit])

    def position(self, query: FolderQuery, row_id: int, /) -> int | None:
        """Where one is listed."""
        return next((n for n, row in enumerate(self._found(query)) if row.id == row_id), None)

    def all_ids(self, query: FolderQuery) -> tuple[int, ...]:
        """All of them."""
        return tuple(row.id for row in self._found(query))


def _belongs(row: FaxRow, query: FolderQuery) -> bool:
    if isinstance(row, ReceivedFax):
        words, is_here = f"{row.name} {row.number}", query.folder is Folder.RECEIVED
        is_unseen = not row.is_read
    else:
        words, is_here = f"{row.recipient.name} {row.recipient.number}", row.state in query.folder.states
        is_unseen = not row.is_seen
    is_wanted = query.text.lower() in words.lower() and (query.only is not Only.UNSEEN or is_unseen)
    if isinstance(row, FaxJob):
        by_state = {Only.FAILED: FaxState.FAILED, Only.CANCELLED: FaxState.CANCELLED}
        is_wanted &= by_state.get(query.only, row.state) is row.state
    is_new_enough = query.since is None or row.created_at >= query.since
    return is_here and is_wanted and is_new_enough and (query.until is None or row.created_at < query.until)


def new_folder_model(lane: StageLane, archive: StageArchive, parent: QObject | None) -> FolderModel:
    """The real model on the stage."""
    return FolderModel(cast(Lane, lane), archive, parent)


class StageReceived(QObject):
    """ReceivedDesk's face; rows live in the archive."""

    received = Signal(object)
    changed = Signal()
    problem = Signal(str)
    said = Signal(str)

    def __init__(self, archive: StageArchive) -> None:
        super().__init__()
        self._archive = archive
        self.marked: list[tuple[tuple[int, ...], bool]] = []
        self.exports: list[tuple[int, Path, str]] = []
        self.opened: list[int] = []
        self.syncs = 0

    def sync_now(self) -> None:
        """Count it."""
        self.syncs += 1

    def mark_read(self, fax_ids: Sequence[int], is_read: bool = True) -> None:
        """Mark them and tell."""
        self.marked.append((tuple(fax_ids), is_read))
        self._archive.rows = [
            replace(row, is_read=is_read) if isinstance(row, ReceivedFax) and row.id in fax_ids else row
            for row in self._archive.rows
        ]
        self.changed.emit()

    def open_pages(self, fax: ReceivedFax, done: Callable[[Path], None]) -> None:
        """Bring a path at once."""
        self.opened.append(fax.id)
        done(Path("/nowhere") / f"{fax.id}.pdf")

    def export(self, fax: ReceivedFax, target: Path, kind: str, done: Callable[[Path], None]) -> None:
        """Keep what was asked."""
        self.exports.append((fax.id, target, kind))
        done(target)


class StagePages(QObject):
    """ProofDesk's face: every file has `count` pages, drawn at once."""

    problem = Signal(str)
    said = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.count = 3
        self.drawn: list[tuple[int, int]] = []
        self.facts: ProofFacts | None = None
        self.bound: list[tuple[bytes, Path]] = []
        self.logs: list[Path] = []
        self.png = b""
        self.stamps: set[int] = set()
        self.stamped: list[int] = []

    def default_target(self, job: FaxJob) -> Path:
        """Beside nothing."""
        return Path("/nowhere") / f"Fax {job.id}.pdf"

    def default_log_target(self) -> Path:
        """Beside nothing."""
        return Path("/nowhere") / "Fax log.csv"

    def ask(self, job_id: int, done: Callable[[ProofFacts], None]) -> None:
        """Bring the facts the test set."""
        if self.facts is not None:
            done(self.facts)

    def bind(self, facts: ProofFacts, report_pdf: bytes, target: Path, done: Callable[[Path], None]) -> None:
        """Keep what was asked."""
        self.bound.append((report_pdf, target))
        done(target)

    def write_log(self, target: Path, done: Callable[[Path], None]) -> None:
        """Keep what was asked."""
        self.logs.append(target)
        done(target)

    def first_page(self, row: FaxRow, width_px: int, done: Callable[[bytes], None]) -> None:
        """Draw the rows of `stamps`; of any other the picture the test set."""
        self.stamped.append(row.id)
        done(page_png(width_px, str(row.id)) if row.id in self.stamps else self.png)

    def page_count(self, path: Path, media_type: str, done: Callable[[int], None]) -> None:
        """Bring the count."""
        done(self.count)

    def page_image(
        self, path: Path, media_type: str, page: int, width_px: int, done: Callable[[bytes], None]
    ) -> None:
        """Draw at once."""
        self.drawn.append((page, width_px))
        done(page_png(width_px, str(page + 1)))
