"""The strip of pages below the preview: cover first, thumbnails, what is left out dimmed, trouble marked.

A list view, so selecting, keyboard and screen readers work as everywhere; pages are dragged within it to
another place. It only shows and asks: the pane arranges. GUI thread. Read next: preview_pane.py.

Keys: Left and Right choose, Shift and Ctrl extend; Alt+Left and Alt+Right move the pages, Del leaves them out
(and puts them back), R turns them right, Shift+R left, Ctrl+Z takes the last of these back.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from rcdesk.ui.kit.look import color, glyph, named, smooth
from rcdesk.ui.kit.paper import paint_cover, paint_page, paint_sheet
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.preview.strip_model import Index, StripItem, StripModel

CELL = QSize(60, 90)
CARD = QSize(52, 66)
SHEET = QSize(40, 54)


class _Delegate(QStyledItemDelegate):
    """Paints a place of the strip."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, StripModel)
        item, picture = model.item(index.row()), model.picture(index.row())
        state, rect = option.state, option.rect
        view = self.parent()
        assert isinstance(view, PageStrip)
        is_on = bool(state & QStyle.StateFlag.State_Selected)
        is_current = view.currentIndex().row() == index.row()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        card = QRectF(rect.x() + 2, rect.y() + 2, CARD.width(), CARD.height())
        edge = "accent" if is_current else "accent_line" if is_on else "hairline"
        painter.setPen(QPen(color(edge), 2 if is_current else 1))
        is_hot = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setBrush(color("accent_tint" if is_on else "hover" if is_hot else "surface"))
        painter.drawRoundedRect(card, 7, 7)
        if is_current and view.hasFocus():
            painter.setPen(QPen(color("accent"), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(card.adjusted(3, 3, -3, -3), 5, 5)
        self._paint_sheet(painter, card, item, picture)
        if item.is_marked and not item.is_removed:
            self._paint_badge(painter, card, view.devicePixelRatioF())
        self._paint_title(painter, QRect(rect.x(), rect.y() + 70, 56, 18), item, is_current)
        painter.restore()

    def _paint_sheet(self, painter: QPainter, card: QRectF, item: StripItem, picture: QPixmap | None) -> None:
        sheet = QRectF(
            card.center().x() - SHEET.width() / 2,
            card.center().y() - SHEET.height() / 2,
            SHEET.width(),
            SHEET.height(),
        )
        if item.is_removed:
            painter.setOpacity(0.32)
        if item.kind == "cover":
            paint_cover(painter, sheet, item.cover_style)
        elif item.kind == "file":
            paint_page(painter, sheet, is_form=True)
        elif picture is None:
            paint_sheet(painter, sheet)
        else:
            size = picture.size().scaled(SHEET, Qt.AspectRatioMode.KeepAspectRatio)
            inner = QRectF(
                round(sheet.center().x() - size.width() / 2),
                round(sheet.center().y() - size.height() / 2),
                size.width(),
                size.height(),
            )
            painter.fillRect(inner, color("paper"))
            painter.drawPixmap(inner, picture, QRectF(picture.rect()))
            painter.setPen(QPen(color("hairline"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(inner.adjusted(-0.5, -0.5, 0.5, 0.5), 2, 2)
        painter.setOpacity(1.0)
        if item.is_removed:
            painter.setPen(QPen(color("ink2"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(sheet.bottomLeft() + QPoint(4, -8), sheet.topRight() + QPoint(-4, 8))

    def _paint_badge(self, painter: QPainter, card: QRectF, dpr: float) -> None:
        badge = QRectF(card.right() - 19, card.bottom() - 19, 16, 16)
        painter.setPen(QPen(color("wait_line"), 1))
        painter.setBrush(color("wait_tint"))
        painter.drawEllipse(badge)
        painter.drawPixmap(badge.topLeft().toPoint() + QPoint(2, 2), glyph("warn", "wait_ink", 12, dpr))

    def _paint_title(self, painter: QPainter, rect: QRect, item: StripItem, is_current: bool) -> None:
        font = QFont(painter.font())
        font.setPixelSize(12)
        font.setWeight(QFont.Weight.Bold if is_current else QFont.Weight.DemiBold)
        font.setStrikeOut(item.is_removed)
        painter.setFont(font)
        painter.setPen(QColor(color("accent_ink" if is_current else "ink2")))
        words = painter.fontMetrics().elidedText(item.title, Qt.TextElideMode.ElideMiddle, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)


class PageStrip(QListView):
    """shown(row): another place is current. moved(rows, before), removal_asked(rows), turn_asked(rows,
    degrees), undo_asked() and scrolled() are for the pane. can_undo: Ctrl+Z belongs to the strip."""

    shown = Signal(int)
    moved = Signal(object, int)
    removal_asked = Signal(object)
    turn_asked = Signal(object, int)
    undo_asked = Signal()
    scrolled = Signal()

    def __init__(self) -> None:
        super().__init__()
        named(self, "pageStrip", self.tr("Pages of this fax"))
        self.strip = StripModel(self)
        self.setModel(self.strip)
        self.setItemDelegate(_Delegate(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(CELL.height() + 8)
        self.setTabKeyNavigation(False)
        self.can_undo = False
        self._press = QPoint()
        self._dragged: tuple[int, ...] = ()
        self.drop_at: int | None = None
        """Where dragged pages would go, None while nothing is dragged."""
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.horizontalScrollBar().valueChanged.connect(self.scrolled)
        theme().changed.connect(self.viewport().update)

    @property
    def current_row(self) -> int:
        """The place that is shown large, -1 for none."""
        return self.currentIndex().row()

    @property
    def selected_rows(self) -> tuple[int, ...]:
        """The chosen places, in order; the current one when nothing else is."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return tuple(rows) or ((self.current_row,) if self.current_row >= 0 else ())

    def visible_rows(self) -> range:
        offset, step = self.horizontalScrollBar().value(), CELL.width()
        first = offset // step
        last = (offset + self.viewport().width()) // step
        return range(max(0, first), min(self.strip.count, last + 1))

    def choose(self, row: int) -> None:
        """Make one place current and the only one chosen."""
        if 0 <= row < self.strip.count:
            index = self.strip.index(row)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

    def choose_all(self, rows: Sequence[int]) -> None:
        """Choose these places; the first becomes current."""
        if rows:
            self.choose(rows[0])
            for row in rows[1:]:
                self.selectionModel().select(self.strip.index(row), QItemSelectionModel.SelectionFlag.Select)

    def event(self, event: QEvent) -> bool:
        """Ctrl+Z takes back what was done to the pages while there is something, before the window's own."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if (
            isinstance(event, QKeyEvent)
            and is_override
            and self.can_undo
            and event.matches(QKeySequence.StandardKey.Undo)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo) and self.can_undo:
            self.undo_asked.emit()
            return
        is_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        is_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        rows = self.selected_rows
        match event.key():
            case Qt.Key.Key_Left if is_alt and rows:
                self.moved.emit(rows, max(0, rows[0] - 1))
            case Qt.Key.Key_Right if is_alt and rows:
                self.moved.emit(rows, min(self.strip.count, rows[-1] + 2))
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace if rows:
                self.removal_asked.emit(rows)
            case Qt.Key.Key_R if rows:
                self.turn_asked.emit(rows, 270 if is_shift else 90)
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press may become a drag; pressing on one of several chosen pages keeps them chosen."""
        index = self.indexAt(event.position().toPoint())
        self._press = event.position().toPoint()
        is_left = event.button() == Qt.MouseButton.LeftButton
        is_plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        is_among = index.isValid() and self.selectionModel().isSelected(index)
        if is_left and is_plain and is_among and len(self.selected_rows) > 1:
            self._dragged = self.selected_rows
            event.accept()
            return
        super().mousePressEvent(event)
        self._dragged = self.selected_rows if is_left and index.isValid() else ()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show where the pages would go."""
        place = event.position().toPoint()
        is_held = bool(event.buttons() & Qt.MouseButton.LeftButton)
        far = (place - self._press).manhattanLength() >= QApplication.startDragDistance()
        rows = self._movable(self._dragged)
        if is_held and rows and (far or self.drop_at is not None):
            self.drop_at = self._gap_at(place.x())
            self._scroll_at_edge(place.x())
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.viewport().update()
            return
        if not is_held:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the pages go, or choose the one that was pressed."""
        gap, rows = self.drop_at, self._movable(self._dragged)
        was_among = len(self._dragged) > 1
        self._end_drag()
        if gap is not None:
            self.moved.emit(rows, gap)
            event.accept()
            return
        index = self.indexAt(event.position().toPoint())
        if was_among and index.isValid() and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.choose(index.row())
            return
        super().mouseReleaseEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.drop_at is None:
            return
        painter = smooth(self.viewport())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent"))
        x = self.drop_at * CELL.width() - self.horizontalScrollBar().value() - 2
        painter.drawRoundedRect(QRectF(max(0, x - 1.5), 2, 3, CARD.height()), 1.5, 1.5)

    def _movable(self, rows: Sequence[int]) -> tuple[int, ...]:
        return tuple(row for row in rows if self.strip.item(row).is_movable)

    def _gap_at(self, x: int) -> int:
        """The gap between places nearest to x; never in front of the cover."""
        first = 1 if self.strip.count and not self.strip.item(0).is_movable else 0
        gap = round((x + self.horizontalScrollBar().value()) / CELL.width())
        return max(first, min(gap, self.strip.count))

    def _scroll_at_edge(self, x: int) -> None:
        bar = self.horizontalScrollBar()
        if x < 24:
            bar.setValue(bar.value() - 12)
        elif x > self.viewport().width() - 24:
            bar.setValue(bar.value() + 12)

    def _end_drag(self) -> None:
        self._dragged, self.drop_at = (), None
        self.unsetCursor()
        self.viewport().update()

    def _current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        self.shown.emit(current.row())
