"""The list of faxes: a model over FaxDesk's jobs, filtered by page, and the delegate that paints a row.

Rows change in place while a fax is uploaded, so the selection and the scroll position stay. GUI thread.
Read next: fax_pages.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from rcdesk.core.fax import FaxJob, FaxState
from rcdesk.core.phone_number import pretty
from rcdesk.ui.fax_words import percent, sentence, state_badge, who
from rcdesk.ui.look import color
from rcdesk.ui.paper import paint_page

JOB_ROLE = Qt.ItemDataRole.UserRole + 1
ROW_HEIGHT = 88

_Index = QModelIndex | QPersistentModelIndex


class FaxListModel(QAbstractListModel):
    """The jobs that belong to one page, newest first."""

    def __init__(self, belongs: Callable[[FaxJob], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._belongs = belongs
        self._jobs: list[FaxJob] = []

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        """How many faxes; children have none."""
        return 0 if parent.isValid() else len(self._jobs)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The recipient for display, the whole row for screen readers, the job under JOB_ROLE."""
        if not index.isValid() or index.row() >= len(self._jobs):
            return None
        job = self._jobs[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return who(job)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{who(job)}, {job.title}: {state_badge(job.state)[0]}. {sentence(job)}"
        if role == JOB_ROLE:
            return job
        return None

    def set_jobs(self, jobs: tuple[FaxJob, ...]) -> None:
        """Show these; rows that stay are changed in place."""
        wanted = [j for j in jobs if self._belongs(j)]
        if [j.id for j in wanted] == [j.id for j in self._jobs]:
            for job in wanted:
                self.update_job(job)
            return
        ids = {j.id for j in wanted}
        for row in range(len(self._jobs) - 1, -1, -1):
            if self._jobs[row].id not in ids:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._jobs[row]
                self.endRemoveRows()
        known = {j.id for j in self._jobs}
        for row, job in enumerate(wanted):
            if job.id not in known:
                self.beginInsertRows(QModelIndex(), row, row)
                self._jobs.insert(row, job)
                self.endInsertRows()
        for job in wanted:
            self.update_job(job)

    def update_job(self, job: FaxJob) -> None:
        """Change one row when it is here."""
        row = self.row_of(job.id)
        if row is not None and self._jobs[row] != job and self._belongs(job):
            self._jobs[row] = job
            index = self.index(row)
            self.dataChanged.emit(index, index)

    def row_of(self, job_id: int) -> int | None:
        """The row of a job, None when it is not on this page."""
        return next((r for r, j in enumerate(self._jobs) if j.id == job_id), None)


def paint_badge(painter: QPainter, right: float, top: float, words: str, family: str) -> float:
    """A round badge whose right edge is at right; returns its left edge in px."""
    font = QFont(painter.font())
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    width = painter.fontMetrics().horizontalAdvance(words) + 20
    rect = QRectF(right - width, top, width, painter.fontMetrics().height() + 6)
    is_plain = family == "plain"
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("well" if is_plain else f"{family}_tint"))
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    painter.setPen(color("ink2" if is_plain else f"{family}_ink"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)
    return rect.left()


class FaxDelegate(QStyledItemDelegate):
    """Paints a fax: sheet, who, number · document, one sentence, badge, progress."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """One row; taller with large fonts."""
        return QSize(200, max(ROW_HEIGHT, option.fontMetrics.height() * 4 + 20))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one row."""
        job = index.data(JOB_ROLE)
        if not isinstance(job, FaxJob):
            return
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        back = rect.adjusted(0, 1, 0, -2)
        if state & QStyle.StateFlag.State_Selected or state & QStyle.StateFlag.State_MouseOver:
            is_chosen = bool(state & QStyle.StateFlag.State_Selected)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("navsel" if is_chosen else "hover"))
            painter.drawRoundedRect(back, 8, 8)
        if index.row() + 1 < index.model().rowCount():
            painter.setPen(QPen(color("hairline"), 1))
            painter.drawLine(rect.bottomLeft() + _shift(16), rect.bottomRight() - _shift(16))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(back.adjusted(1, 1, -1, -1), 8, 8)
        paint_page(painter, QRectF(rect.x() + 16, rect.y() + 16, 40, 52), is_form=job.id % 3 == 1)
        self._words(painter, rect, job, QFont(option.font))
        painter.restore()

    def _words(self, painter: QPainter, rect: QRectF, job: FaxJob, font: QFont) -> None:
        small = QFont(font)
        small.setPixelSize(round(painter.fontMetrics().height() * 0.72))
        painter.setFont(small)
        words, family = state_badge(job.state)
        left_of_badge = paint_badge(painter, rect.right() - 16, rect.y() + 14, words, family)
        x = rect.x() + 72
        title = QFont(font)
        title.setPixelSize(small.pixelSize() + 3)
        title.setWeight(QFont.Weight.DemiBold)
        step = painter.fontMetrics().height() + 4
        y = rect.y() + 12
        _line(painter, title, "ink", QRectF(x, y, left_of_badge - x - 12, step + 4), who(job))
        number = pretty(job.recipient.number) if job.recipient.name else ""
        second = " · ".join(filter(None, [number, job.title]))
        width = rect.right() - 16 - x
        done = percent(job)
        bar = min(180.0, width * 0.4)
        narrow = width - bar - 16 if job.state is FaxState.SENDING else width
        _line(painter, small, "ink2", QRectF(x, y + step + 3, width, step), second)
        _line(painter, small, "ink2", QRectF(x, y + 2 * step + 3, narrow, step), sentence(job))
        if job.state is FaxState.SENDING:
            paint_progress(painter, QRectF(rect.right() - 16 - bar, y + 2.5 * step, bar, 6), done or 0)


def paint_progress(painter: QPainter, rect: QRectF, done_percent: int) -> None:
    """A thin bar; done_percent from 0 to 100."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("press"))
    painter.drawRoundedRect(rect, 3, 3)
    if done_percent:
        filled = QRectF(rect.x(), rect.y(), max(6.0, rect.width() * done_percent / 100), rect.height())
        painter.setBrush(color("accent"))
        painter.drawRoundedRect(filled, 3, 3)


def _line(painter: QPainter, font: QFont, token: str, rect: QRectF, text: str) -> None:
    painter.setFont(font)
    painter.setPen(color(token))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _shift(x: float) -> Any:
    from PySide6.QtCore import QPointF

    return QPointF(x, 0)
