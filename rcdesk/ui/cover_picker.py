"""Choosing the cover page: None first, then the pages the service offers, as little painted sheets.

A radio group for keyboard and screen readers: arrows move, Space chooses. GUI thread. Read next: fax_page.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QEnterEvent, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout, QScrollArea, QWidget

from rcdesk.core.account import CoverPage
from rcdesk.ui.look import color, dress, glyph
from rcdesk.ui.paper import paint_cover

_WIDTH, _HEIGHT = 78, 90


class CoverButton(QAbstractButton):
    """One cover page."""

    def __init__(self, cover: CoverPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cover = cover
        self.setObjectName(f"cover_{cover.index}")
        self.setCheckable(True)
        self.setText(self.tr("None") if cover.index == 0 else cover.name)
        self.setToolTip(self.text())
        self.setAccessibleName(self.tr("Cover page: {0}").format(self.text()))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(_WIDTH, _HEIGHT)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the hover colour."""
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Back to calm."""
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, event: object) -> None:
        """A card with a sheet and a name; framed in accent when chosen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_on = self.isChecked()
        fill = "accent_tint" if is_on else "hover" if self.underMouse() else "surface"
        painter.setPen(QPen(color("accent" if is_on or self.hasFocus() else "hairline"), 2 if is_on else 1))
        painter.setBrush(color(fill))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 4, -4, -4), 6, 6)
        sheet = QRectF((_WIDTH - 42) / 2, 7, 42, 54)
        if self.cover.index == 0:
            cross = glyph("x", "accent_ink" if is_on else "ink2", 20, self.devicePixelRatioF())
            painter.drawPixmap((_WIDTH - 20) // 2, 24, cross)
        else:
            paint_cover(painter, sheet, self.cover.index)
        font = QFont(self.font())
        font.setPixelSize(max(10, round(self.fontMetrics().height() * 0.66)))
        font.setWeight(QFont.Weight.Bold if is_on else QFont.Weight.Medium)
        painter.setFont(font)
        painter.setPen(color("accent_ink" if is_on else "ink2"))
        line = self.rect().adjusted(4, 64, -4, -6)
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()


class CoverPicker(QScrollArea):
    """A row of cover pages that scrolls sideways. chosen(int) brings the index of a new choice."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("coverPicker")
        self.setAccessibleName(self.tr("Cover page"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(_HEIGHT + 14)
        dress(self, "#coverPicker, #coverRow { background: transparent; border: none; }")
        self.viewport().setAutoFillBackground(False)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idToggled.connect(self._toggled)
        self._covers: tuple[CoverPage, ...] = ()
        self.covers: tuple[CoverPage, ...] = ()
        self.set_covers((), 0)

    def sizeHint(self) -> QSize:
        """Wide enough for five."""
        return QSize(5 * (_WIDTH + 8), _HEIGHT + 14)

    @property
    def index(self) -> int:
        """The chosen cover page's index; 0 is none."""
        return max(0, self._group.checkedId())

    @property
    def name(self) -> str:
        """The chosen cover page's name, "" for none."""
        return next((c.name for c in self._covers if c.index == self.index and c.index), "")

    def set_covers(self, covers: Sequence[CoverPage], chosen: int) -> None:
        """Offer these pages (None is added when the service did not list it) and choose one of them."""
        self.covers = tuple(covers)
        rest = tuple(c for c in covers if c.index != 0)
        self._covers = (CoverPage(index=0, name=self.tr("None")), *rest)
        for button in self._group.buttons():
            self._group.removeButton(button)
        row = QWidget()
        row.setObjectName("coverRow")
        row.setProperty("surface", "clear")
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        for cover in self._covers:
            button = CoverButton(cover)
            self._group.addButton(button, cover.index)
            layout.addWidget(button)
        layout.addStretch(1)
        self.setWidget(row)
        self.choose(chosen)

    def choose(self, index: int) -> None:
        """Choose a page by index; none when there is no such page."""
        button = self._group.button(index) or self._group.button(0)
        if button is not None:
            button.setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End choose the first and the last page."""
        buttons = self._group.buttons()
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and buttons:
            button = buttons[0 if event.key() == Qt.Key.Key_Home else -1]
            button.setChecked(True)
            button.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        super().keyPressEvent(event)

    @Slot(int, bool)
    def _toggled(self, index: int, is_on: bool) -> None:
        if is_on:
            button = self._group.button(index)
            if button is not None:
                self.ensureWidgetVisible(button, 8, 0)
            self.chosen.emit(index)
