"""The report page of a proof pack, drawn as PDF: what was sent, to whom, when, and how it ended.

Black on white whatever the colours of the desk, A4 or Letter as the system's locale measures; a long history
goes on to further pages. documents/convert.py puts the pages themselves behind it. GUI thread; units are
points. Read next: core/fax/proof.py, actions.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice, QLocale, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPageSize, QPainter, QPdfWriter, QPen

from rcdesk.core.fax.fax import FaxJob, FaxState, Resolution, SpooledFile
from rcdesk.core.fax.proof import ProofFacts
from rcdesk.ui.kit.tokens import LIGHT
from rcdesk.ui.words.fax_words import state_badge

_tr = partial(QCoreApplication.translate, "ProofPage")

DPI = 300
EDGE = 54.0
LABEL_WIDTH = 190.0
INK, FAINT, LINE = QColor(LIGHT.paperink), QColor(LIGHT.ink2), QColor(LIGHT.border)


def moment(at: datetime) -> str:
    """A time to the second with its zone: 2026-11-22 10:47:12 CET (UTC+01:00)."""
    local = at.astimezone()
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M:%S} {local:%Z} (UTC{offset[:3]}:{offset[3:5]})"


def paper_size() -> QPageSize.PageSizeId:
    """Letter where the locale measures as in the United States, A4 everywhere else."""
    is_us = QLocale().measurementSystem() is QLocale.MeasurementSystem.ImperialUSSystem
    return QPageSize.PageSizeId.Letter if is_us else QPageSize.PageSizeId.A4


def report_pdf(facts: ProofFacts) -> bytes:
    """The report as a PDF of one page or, with a long history, more."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DPI)
    writer.setPageSize(QPageSize(paper_size()))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(_tr("Fax report"))
    writer.setCreator("rcdesk")
    sheet = _ProofSheet(writer)
    sheet.draw(facts)
    sheet.end()
    buffer.close()
    return bytes(data.data())


class _ProofSheet:
    """A painter that goes down the page and takes a new one when it is full."""

    def __init__(self, writer: QPdfWriter) -> None:
        self._writer = writer
        size = QPageSize(paper_size()).sizePoints()
        self._width, self._height = float(size.width()), float(size.height())
        self._painter = QPainter(writer)
        self._painter.scale(DPI / 72, DPI / 72)
        self._y = EDGE
        self._family = QFont().family()
        self._mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()

    def draw(self, facts: ProofFacts) -> None:
        self._text(_tr("Fax report"), 22, is_heavy=True, after=2)
        self._text(_result(facts.job), 12, ink=FAINT, after=14)
        self._rule()
        for name, value in _facts(facts):
            self._row(name, value)
        self._rule()
        self._files(facts.job.files)
        self._text(_tr("What happened"), 12, is_heavy=True, before=8, after=4)
        for event in facts.events:
            self._row(moment(event.at), event.detail or state_badge(event.state)[0], label_width=240)
        self._rule()
        for words in _remarks(facts):
            self._text(words, 8.5, ink=FAINT, after=3)

    def end(self) -> None:
        self._painter.end()

    def _files(self, files: Sequence[SpooledFile]) -> None:
        if not files:
            return
        self._text(_tr("What was sent"), 12, is_heavy=True, after=4)
        for file in files:
            size = QLocale().formattedDataSize(file.size_bytes)
            pages = _tr("pages: {0}").format(file.pages) if file.pages else ""
            self._text(" · ".join(filter(None, [file.name, pages, size])), 10, after=0)
            self._text(f"SHA-256 {file.digest}", 8, ink=FAINT, is_mono=True, after=6)
        self._rule()

    def _font(self, size: float, *, is_heavy: bool = False, is_mono: bool = False) -> QFont:
        font = QFont(self._mono if is_mono else self._family)
        font.setPixelSize(max(1, round(size)))
        font.setWeight(QFont.Weight.Bold if is_heavy else QFont.Weight.Normal)
        return font

    def _text(
        self,
        words: str,
        size: float,
        *,
        ink: QColor = INK,
        is_heavy: bool = False,
        is_mono: bool = False,
        before: float = 0.0,
        after: float = 4.0,
    ) -> None:
        font = self._font(size, is_heavy=is_heavy, is_mono=is_mono)
        self._y += before
        height = self._height_of(font, words, self._width - 2 * EDGE)
        self._make_room(height)
        self._put(QRectF(EDGE, self._y, self._width - 2 * EDGE, height), words, font, ink)
        self._y += height + after

    def _row(self, name: str, value: str, label_width: float = LABEL_WIDTH) -> None:
        font = self._font(10)
        wide = self._width - 2 * EDGE - label_width
        height = max(self._height_of(font, value, wide), self._height_of(font, name, label_width - 8))
        self._make_room(height)
        self._put(QRectF(EDGE, self._y, label_width - 8, height), name, font, FAINT)
        self._put(QRectF(EDGE + label_width, self._y, wide, height), value, font, INK)
        self._y += height + 4

    def _put(self, rect: QRectF, words: str, font: QFont, ink: QColor) -> None:
        self._painter.setFont(font)
        self._painter.setPen(ink)
        self._painter.drawText(rect, Qt.TextFlag.TextWrapAnywhere | Qt.TextFlag.TextWordWrap, words)

    def _height_of(self, font: QFont, words: str, width: float) -> float:
        flags = Qt.TextFlag.TextWrapAnywhere | Qt.TextFlag.TextWordWrap
        return QFontMetricsF(font).boundingRect(QRectF(0, 0, width, 1e5), flags, words).height() + 1

    def _rule(self) -> None:
        self._make_room(14)
        self._painter.setPen(QPen(LINE, 0.7))
        y = self._y + 4
        self._painter.drawLine(round(EDGE), round(y), round(self._width - EDGE), round(y))
        self._y += 14

    def _make_room(self, height: float) -> None:
        if self._y + height > self._height - EDGE:
            self._writer.newPage()
            self._y = EDGE


def _result(job: FaxJob) -> str:
    """How it ended, promising no more than is known."""
    if job.state is FaxState.SENT and not job.is_marked:
        return _tr("Accepted by their machine")
    if job.is_arrival_unknown:
        return job.detail
    words = state_badge(job.state)[0]
    return f"{words}: {job.detail}" if job.detail else words


def _facts(facts: ProofFacts) -> list[tuple[str, str]]:
    job = facts.job
    here, there = job.pages, job.server_pages
    unknown = _tr("not known")
    fine = _tr("Fine") if job.resolution is Resolution.FINE else _tr("Standard")
    rows = [
        (_tr("From"), " · ".join(filter(None, [facts.from_name, facts.from_number]))),
        (_tr("To"), " · ".join(filter(None, [job.recipient.name, job.recipient.number]))),
        (_tr("Handed to the desk"), moment(job.created_at)),
        (_tr("Scheduled for"), moment(job.send_at) if job.send_at is not None else ""),
        (_tr("Ended"), moment(job.changed_at)),
        (_tr("Pages, counted here"), _counted_here(job) if here is not None else unknown),
        (_tr("Pages, counted by RingCentral"), str(there) if there is not None else unknown),
        (_tr("Tries"), str(job.tries)),
        (_tr("RingCentral message"), job.message_id or _tr("none")),
        (_tr("Error code"), "" if job.is_marked else job.error_code),
        (_tr("Cover page"), job.cover_name),
        (_tr("Note"), job.note),
        (_tr("Resolution"), fine),
    ]
    return [(name, value) for name, value in rows if value]


def _counted_here(job: FaxJob) -> str:
    """RingCentral counts the cover page it adds as well; without a word, the two counts seem to differ."""
    return _tr("{0}, without the cover page").format(job.pages) if job.cover_index != 0 else str(job.pages)


def _remarks(facts: ProofFacts) -> list[str]:
    pages = (
        _tr("The pages as RingCentral rendered them follow.")
        if facts.has_pages
        else facts.why_no_pages or _tr("RingCentral keeps no pages of this fax.")
    )
    return [
        pages,
        _tr("“Accepted” means that their machine took the pages; it does not say that anybody read them."),
        _tr("Made by rcdesk on {0}.").format(moment(facts.made_at)),
    ]
