"""Choosing the cover page: None first, then the pages the service offers, then one's own, as little sheets.

A radio group for keyboard and screen readers: arrows move, Space chooses; F2 or a double click edits an own
page, the last tile writes a new one. GUI thread. Read next: composer_card.py, cover_editor.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFont, QKeyEvent, QMouseEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QMenu,
    QScrollArea,
    QWidget,
)

from rcdesk.core.account.account import CoverPage
from rcdesk.core.fax.cover import CoverChoice, CoverTemplate
from rcdesk.ui.kit.look import across, color, dress, fill, font_of, glyph, named, smooth
from rcdesk.ui.kit.paper import paint_cover

_WIDTH, _HEIGHT = 78, 90


_OWN_FROM = 100_000
"""Own covers are numbered from here in the group; the service's have their index."""


class CoverButton(QAbstractButton):
    """One cover page. edit_asked() for an own one."""

    edit_asked = Signal()

    def __init__(self, cover: CoverPage) -> None:
        super().__init__()
        self.cover = cover
        self.is_own = cover.index >= _OWN_FROM
        self.setObjectName(
            f"cover_{cover.index}" if not self.is_own else f"ownCover_{cover.index - _OWN_FROM}"
        )
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setText(self.tr("None") if cover.index == 0 else cover.name)
        self.setToolTip(self.text())
        self.setAccessibleName(self.tr("Cover page: {0}").format(self.text()))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(_WIDTH, _HEIGHT)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """An own page opens in the editor."""
        if self.is_own:
            self.edit_asked.emit()
        else:
            super().mouseDoubleClickEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.is_own:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(self.tr("Edit…") + "\tF2", self.edit_asked.emit)
            menu.popup(event.globalPos())

    def paintEvent(self, event: object) -> None:
        painter = smooth(self)
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
        painter.setFont(_tile_font(self, QFont.Weight.Bold if is_on else QFont.Weight.Medium))
        painter.setPen(color("accent_ink" if is_on else "ink2"))
        line = self.rect().adjusted(4, 64, -4, -6)
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)


class NewCoverButton(QAbstractButton):
    """The last tile: write a cover of one's own."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "newCover", self.tr("Write a cover page of your own"))
        self.setText(self.tr("Own…"))
        self.setToolTip(self.tr("Write a cover page of your own, or take one from an HTML file"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(_WIDTH, _HEIGHT)

    def paintEvent(self, event: object) -> None:
        painter = smooth(self)
        is_strong = self.hasFocus() or self.underMouse()
        painter.setPen(QPen(color("accent" if is_strong else "border"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(color("hover" if self.underMouse() else "surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        plus = glyph("plus", "ink2", 20, self.devicePixelRatioF())
        painter.drawPixmap((_WIDTH - 20) // 2, 24, plus)
        painter.setFont(_tile_font(self, QFont.Weight.Medium))
        painter.setPen(color("ink2"))
        painter.drawText(self.rect().adjusted(4, 64, -4, -6), Qt.AlignmentFlag.AlignCenter, self.text())


class CoverPicker(QScrollArea):
    """A row of cover pages that scrolls sideways. chosen(int) brings the index of a new choice, 0 also for an
    own page; edit_asked(CoverTemplate | None) wants one edited or a new one written."""

    chosen = Signal(int)
    rebuilt = Signal()
    edit_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        named(self, "coverPicker", self.tr("Cover page"))
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
        self._own: tuple[CoverTemplate, ...] = ()
        self.covers: tuple[CoverPage, ...] = ()
        self.set_covers((), 0)

    def sizeHint(self) -> QSize:
        """Wide enough for five."""
        return QSize(5 * (_WIDTH + 8), _HEIGHT + 14)

    @property
    def index(self) -> int:
        """The chosen page's index at the service; 0 is none, also for an own one."""
        return max(0, self._group.checkedId()) if self.own is None else 0

    @property
    def own(self) -> CoverTemplate | None:
        """The chosen own page, None when it is not one."""
        number = self._group.checkedId() - _OWN_FROM
        return self._own[number] if 0 <= number < len(self._own) else None

    @property
    def choice(self) -> CoverChoice:
        if self.own is not None:
            return self.own
        return next((c for c in self._covers if c.index == self.index and c.index), None)

    @property
    def name(self) -> str:
        choice = self.choice
        return choice.name if choice is not None else ""

    def set_covers(self, covers: Sequence[CoverPage], chosen: int) -> None:
        """Offer these pages (None is added when the service did not list it) and choose one of them."""
        own_id = self.own.id if self.own is not None else ""
        self.covers = tuple(covers)
        rest = tuple(c for c in covers if c.index != 0)
        self._covers = (CoverPage(index=0, name=self.tr("None")), *rest)
        self._rebuild()
        if not own_id or not self.choose_own(own_id):
            self.choose(chosen)

    def set_own(self, covers: Sequence[CoverTemplate], chosen_id: str = "") -> None:
        """Offer these pages of one's own; what is chosen stays unless chosen_id names another one."""
        index, own_id = self.index, chosen_id or (self.own.id if self.own is not None else "")
        self._own = tuple(covers)
        self._rebuild()
        if not own_id or not self.choose_own(own_id):
            self.choose(index)

    def choose(self, index: int) -> None:
        """Choose a page of the service by index; none when there is no such page."""
        button = self._group.button(index) or self._group.button(0)
        if button is not None:
            button.setChecked(True)

    def choose_own(self, cover_id: str) -> bool:
        """Choose an own page; False when there is no such page."""
        for number, cover in enumerate(self._own):
            button = self._group.button(_OWN_FROM + number)
            if cover.id == cover_id and button is not None:
                button.setChecked(True)
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End choose the first and the last page, F2 edits an own one."""
        buttons = self._group.buttons()
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and buttons:
            button = buttons[0 if event.key() == Qt.Key.Key_Home else -1]
            button.setChecked(True)
            button.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if event.key() == Qt.Key.Key_F2 and self.own is not None:
            self.edit_asked.emit(self.own)
            return
        super().keyPressEvent(event)

    def _rebuild(self) -> None:
        was_blocked = self._group.blockSignals(True)
        for button in self._group.buttons():
            self._group.removeButton(button)
        row = named(QWidget(), "coverRow")
        row.setProperty("surface", "clear")
        layout = across(of=row, margins=0, spacing=8)
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        own = (CoverPage(index=_OWN_FROM + n, name=c.name) for n, c in enumerate(self._own))
        for cover in (*self._covers, *own):
            button = CoverButton(cover)
            button.edit_asked.connect(self._edit)
            self._group.addButton(button, cover.index)
            layout.addWidget(button)
        new = NewCoverButton()
        new.clicked.connect(self._write_new)
        fill(layout, new, ...)
        self.setWidget(row)
        self._group.blockSignals(was_blocked)
        self.rebuilt.emit()

    @property
    def tab_stops(self) -> tuple[QWidget, ...]:
        row = self.widget()
        return (*self._group.buttons(), *(row.findChildren(NewCoverButton) if row is not None else ()))

    @Slot()
    def _edit(self) -> None:
        button = self.sender()
        if isinstance(button, CoverButton):
            button.setChecked(True)
        self.edit_asked.emit(self.own)

    @Slot()
    def _write_new(self) -> None:
        self.edit_asked.emit(None)

    @Slot(int, bool)
    def _toggled(self, number: int, is_on: bool) -> None:
        if is_on:
            button = self._group.button(number)
            if button is not None:
                self.ensureWidgetVisible(button, 8, 0)
            self.chosen.emit(self.index)


def _tile_font(tile: QWidget, weight: QFont.Weight) -> QFont:
    return font_of(tile.font(), max(10, round(tile.fontMetrics().height() * 0.66)), weight)
