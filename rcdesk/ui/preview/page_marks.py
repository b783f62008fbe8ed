"""What the page doctor found, painted on the page: a frame around the place and a short label.

Of several places with the same trouble only the first is labelled, all are framed; what concerns the whole
page is a label at its upper edge. Labels never cover one another. GUI thread. Read next: paper_view.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from rcdesk.core.fax.paper import Area, Finding, FindingKind
from rcdesk.ui.kit.look import color, font_of, glyph

FRAME_PAD = 5.0
LABEL_HEIGHT = 26.0
LABEL_GAP = 4.0
_ICON = 16


def paint_marks(
    painter: QPainter, paper: QRectF, bounds: QRectF, findings: Sequence[Finding], font: QFont, dpr: float
) -> None:
    """Frames and labels of these findings on a page painted at paper; labels stay within bounds."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for finding in findings:
        if finding.place is not None:
            painter.setPen(QPen(color("wait"), 2))
            painter.drawRoundedRect(frame_of(finding.place, paper), 4, 4)
    small = font_of(font, 12, QFont.Weight.DemiBold)
    for words, rect in label_rects(paper, bounds, findings, small):
        _paint_label(painter, rect, words, small, dpr)
    painter.restore()


def frame_of(place: Area, paper: QRectF) -> QRectF:
    """Where a place lies on a page painted at paper, with a little room around it."""
    return QRectF(
        paper.x() + place.x * paper.width(),
        paper.y() + place.y * paper.height(),
        place.width * paper.width(),
        place.height * paper.height(),
    ).adjusted(-FRAME_PAD, -FRAME_PAD, FRAME_PAD, FRAME_PAD)


def label_rects(
    paper: QRectF, bounds: QRectF, findings: Iterable[Finding], font: QFont
) -> list[tuple[str, QRectF]]:
    """The labels and where they go: below the right end of their frame, else the nearest free place."""
    metrics = QFontMetricsF(font)
    placed: list[tuple[str, QRectF]] = []
    said: set[tuple[FindingKind, str]] = set()
    for finding in findings:
        if (finding.kind, finding.words) in said:
            continue
        said.add((finding.kind, finding.words))
        width = metrics.horizontalAdvance(finding.words) + _ICON + 26
        if finding.place is None:
            corner = QPointF(paper.center().x() - width / 2, paper.y() + 8)
        else:
            frame = frame_of(finding.place, paper)
            corner = QPointF(frame.right() + 8 - width, frame.bottom() + LABEL_GAP)
        rect = _within(QRectF(corner.x(), corner.y(), width, LABEL_HEIGHT), bounds)
        placed.append((finding.words, _free(rect, bounds, [r for _, r in placed])))
    return placed


def _within(rect: QRectF, bounds: QRectF) -> QRectF:
    moved = QRectF(rect)
    moved.moveLeft(max(bounds.left() + 2, min(rect.left(), bounds.right() - rect.width() - 2)))
    moved.moveTop(max(bounds.top() + 2, min(rect.top(), bounds.bottom() - rect.height() - 2)))
    return moved


def _free(rect: QRectF, bounds: QRectF, taken: Sequence[QRectF]) -> QRectF:
    """The nearest place straight below, else above, that no other label has."""
    step = LABEL_HEIGHT + LABEL_GAP
    for number in range(1, 40):
        for sign in (1, -1):
            if not any(rect.intersects(other) for other in taken):
                return rect
            tried = rect.translated(0, sign * step * number)
            if bounds.contains(tried) and not any(tried.intersects(other) for other in taken):
                return tried
    return rect


def _paint_label(painter: QPainter, rect: QRectF, words: str, font: QFont, dpr: float) -> None:
    painter.setPen(QPen(color("wait_line"), 1))
    painter.setBrush(color("wait_tint"))
    painter.drawRoundedRect(rect, 7, 7)
    sign = glyph("warn", "wait_ink", _ICON, dpr)
    painter.drawPixmap(QPointF(rect.x() + 8, rect.y() + (rect.height() - _ICON) / 2), sign)
    painter.setFont(font)
    painter.setPen(color("wait_ink"))
    painter.drawText(rect.adjusted(_ICON + 14, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, words)
