"""Paper on a table: one page as it will arrive, with the page doctor's marks, at any zoom.

It shows a picture, a sketch that paints itself, or a sentence; where pictures come from is the pane's
business. zoomed() tells that another size is wanted, stepped(-1 | 1) that another page is. GUI thread.

Keys: + and - zoom, 0 fits the page, 1 shows 100 %; PgUp and PgDown turn pages; arrows scroll. Ctrl with the
wheel zooms. Read next: preview_pane.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QMenu

from rcdesk.core.fax.paper import Area, Finding, FindingKind, PaperSize
from rcdesk.ui.kit.look import color, font_of, glyph, smooth
from rcdesk.ui.kit.theme import theme

FULL_WIDTH_PX = 816
"""A letter page at 96 pixels an inch: what 100 % means."""
ZOOMS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
EDGE = 13
LETTER_RATIO = 11 / 8.5

Sketch = Callable[[QPainter, QRectF], None]


FRAME_PAD = 5.0
LABEL_HEIGHT = 26.0
LABEL_GAP = 4.0
_ICON = 16


def paint_marks(
    painter: QPainter, paper: QRectF, bounds: QRectF, findings: Sequence[Finding], font: QFont, dpr: float
) -> None:
    """Frames and labels of these findings on a page painted at paper; labels stay within bounds.

    Of several places with the same trouble only the first is labelled; labels never cover one another.
    """
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


class PaperView(QAbstractScrollArea):
    """zoom is None while the whole page is fitted, else 1.0 for 100 %. paper_asked(PaperSize): from the menu,
    which is there when paper is set."""

    zoomed = Signal()
    stepped = Signal(int)
    paper_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("paperView")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(200, 180)
        self.viewport().setAutoFillBackground(False)
        self.setStyleSheet("#paperView { background: transparent; border: none; }")
        self._image = QImage()
        self._sketch: Sketch | None = None
        self.words = ""
        """The sentence shown instead of a page, "" when there is a page."""
        self._ratio = LETTER_RATIO
        self.findings: tuple[Finding, ...] = ()
        self.zoom: float | None = None
        self._is_dimmed = False
        self._wheel = 0
        self.paper: PaperSize | None = None
        theme().changed.connect(self.viewport().update)

    @property
    def percent(self) -> int:
        """How large the page is shown, 100 for a letter page of 816 logical pixels."""
        return round(self.paper_rect().width() / FULL_WIDTH_PX * 100)

    @property
    def wanted_width_px(self) -> int:
        """Device pixels a picture of the page should be wide."""
        return max(1, round(self.paper_rect().width() * self.devicePixelRatioF()))

    @property
    def has_picture(self) -> bool:
        """True when a picture or a sketch is shown."""
        return not self._image.isNull() or self._sketch is not None

    def show_picture(self, image: QImage, ratio: float, *, is_dimmed: bool = False) -> None:
        """A page; ratio is height by width of the paper, is_dimmed for one that is left out."""
        self._put(image, None, "", ratio)
        self._is_dimmed = is_dimmed

    def show_sketch(self, sketch: Sketch, ratio: float) -> None:
        """A page that is painted here; sketch gets the painter and the paper's rectangle."""
        self._put(QImage(), sketch, "", ratio)
        self._is_dimmed = False

    def show_empty(self, ratio: float) -> None:
        """A sheet on which nothing is drawn yet."""
        self.show_sketch(_nothing, ratio)

    def show_words(self, sentence: str) -> None:
        self._put(QImage(), None, sentence, LETTER_RATIO)
        self._is_dimmed = False

    def set_findings(self, findings: Sequence[Finding]) -> None:
        if tuple(findings) != self.findings:
            self.findings = tuple(findings)
            self.viewport().update()

    def set_zoom(self, zoom: float | None, anchor: QPointF | None = None) -> None:
        """Fit the page (None) or show it at this size; what is at anchor (in the viewport) stays there."""
        if zoom is not None:
            zoom = max(ZOOMS[0], min(zoom, ZOOMS[-1]))
        if zoom == self.zoom:
            return
        anchor = anchor or QRectF(self.viewport().rect()).center()
        paper = self.paper_rect()
        x, y = (anchor.x() - paper.x()) / paper.width(), (anchor.y() - paper.y()) / paper.height()
        self.zoom = zoom
        self._measure()
        size = self._paper_size()
        self.horizontalScrollBar().setValue(round(EDGE + x * size.width() - anchor.x()))
        self.verticalScrollBar().setValue(round(EDGE + y * size.height() - anchor.y()))
        self.viewport().update()
        self.zoomed.emit()

    @Slot()
    def fit(self) -> None:
        self.set_zoom(None)

    @Slot()
    def zoom_in(self) -> None:
        self._zoom_step(1, None)

    @Slot()
    def zoom_out(self) -> None:
        self._zoom_step(-1, None)

    def _zoom_step(self, by: int, anchor: QPointF | None) -> None:
        now = self.percent / 100
        if by > 0:
            self.set_zoom(next((z for z in ZOOMS if z > now + 0.01), ZOOMS[-1]), anchor)
        else:
            self.set_zoom(next((z for z in reversed(ZOOMS) if z < now - 0.01), ZOOMS[0]), anchor)

    def paper_rect(self) -> QRectF:
        """Where the paper lies in the viewport, in logical pixels."""
        size = self._paper_size()
        area = self.viewport().rect()
        x = (area.width() - size.width()) / 2
        y = (area.height() - size.height()) / 2
        if size.width() + 2 * EDGE > area.width():
            x = EDGE - self.horizontalScrollBar().value()
        if size.height() + 2 * EDGE > area.height():
            y = EDGE - self.verticalScrollBar().value()
        return QRectF(round(x), round(y), size.width(), size.height())

    def sizeHint(self) -> QSize:
        return QSize(400, 440)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()
        if self.zoom is None:
            self.zoomed.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl zooms; else scroll, and turn the page where there is nothing to scroll."""
        steps = self._wheel_steps(event.angleDelta().y())
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            for _ in range(abs(steps)):
                self._zoom_step(steps, event.position())
            event.accept()
        elif self.verticalScrollBar().maximum() == 0:
            if steps:
                self.stepped.emit(-1 if steps > 0 else 1)
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom_in()
            case Qt.Key.Key_Minus:
                self.zoom_out()
            case Qt.Key.Key_0:
                self.fit()
            case Qt.Key.Key_1:
                self.set_zoom(1.0)
            case Qt.Key.Key_PageUp:
                self.stepped.emit(-1)
            case Qt.Key.Key_PageDown:
                self.stepped.emit(1)
            case _:
                super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Sizes, and the paper of the other machine."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Whole page") + "\t0", self.fit)
        menu.addAction(self.tr("100 %") + "\t1", partial(self.set_zoom, 1.0))
        if self.paper is not None:
            menu.addSection(self.tr("Their paper"))
            for paper in PaperSize:
                action = menu.addAction(paper.words, partial(self.paper_asked.emit, paper))
                action.setCheckable(True)
                action.setChecked(paper is self.paper)
        menu.popup(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = smooth(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        table = QRectF(self.viewport().rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("table"))
        painter.drawRoundedRect(table, 10, 10)
        if self.words:
            self._paint_words(painter, table)
        elif self.has_picture:
            self._paint_page(painter, table)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRoundedRect(table.adjusted(1, 1, -1, -1), 10, 10)

    def _paint_words(self, painter: QPainter, table: QRectF) -> None:
        painter.setPen(color("ink2"))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(table.adjusted(32, 20, -32, -20), flags, self.words)

    def _paint_page(self, painter: QPainter, table: QRectF) -> None:
        paper = self.paper_rect()
        painter.setClipRect(table)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("paper"))
        painter.drawRect(paper)
        if self._sketch is not None:
            self._sketch(painter, paper)
        else:
            self._paint_image(painter, paper, table)
        if self._is_dimmed:
            painter.setOpacity(0.72)
            painter.fillRect(paper, color("table"))
            painter.setOpacity(1.0)
        elif self.findings:
            dpr = self.devicePixelRatioF()
            paint_marks(painter, paper, table.adjusted(2, 2, -2, -2), self.findings, self.font(), dpr)

    def _paint_image(self, painter: QPainter, paper: QRectF, table: QRectF) -> None:
        """Only the part of the picture that can be seen; the paper's own white shows through."""
        seen = paper.intersected(table)
        if seen.isEmpty():
            return
        across, down = self._image.width() / paper.width(), self._image.height() / paper.height()
        part = QRectF(
            (seen.x() - paper.x()) * across,
            (seen.y() - paper.y()) * down,
            seen.width() * across,
            seen.height() * down,
        )
        painter.save()
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        painter.drawImage(seen, self._image, part)
        painter.restore()

    def _put(self, image: QImage, sketch: Sketch | None, words: str, ratio: float) -> None:
        self._image, self._sketch, self.words = image, sketch, words
        if words or sketch is not None:
            self.findings = ()
        if abs(ratio - self._ratio) > 1e-4:
            self._ratio = ratio
            self._measure()
        self.viewport().update()

    def _paper_size(self) -> QSize:
        if self.zoom is not None:
            width = FULL_WIDTH_PX * self.zoom
            return QSize(round(width), round(width * self._ratio))
        area = self.viewport().size()
        width = min(area.width() - 2 * EDGE, (area.height() - 2 * EDGE) / self._ratio)
        return QSize(max(20, round(width)), max(20, round(width * self._ratio)))

    def _measure(self) -> None:
        size, area = self._paper_size(), self.viewport().size()
        has_page = self.zoom is not None
        for bar, paper, room in (
            (self.horizontalScrollBar(), size.width(), area.width()),
            (self.verticalScrollBar(), size.height(), area.height()),
        ):
            bar.setRange(0, max(0, paper + 2 * EDGE - room) if has_page else 0)
            bar.setPageStep(room)
            bar.setSingleStep(40)

    def _wheel_steps(self, delta: int) -> int:
        self._wheel += delta
        steps = int(self._wheel / 120)
        self._wheel -= steps * 120
        return steps

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()


def _nothing(painter: QPainter, paper: QRectF) -> None:
    """The sketch of an empty sheet."""
