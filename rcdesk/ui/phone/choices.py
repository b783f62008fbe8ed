"""Choices of the dialer: which of your phones rings first, and which number the other party sees.

PhoneRow is a radio button that paints itself as a row; ShowAs a combo box with our arrow. GUI thread.
Read next: dialer.py, which fills them from the account.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QRadioButton,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.account import Account, ForwardingNumber
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.ui.kit.icons import pixmap
from rcdesk.ui.kit.look import down, font_of, named, scaled, smooth
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.kit.theme import current, theme
from rcdesk.ui.words.call_words import phone_icon

ROW_HEIGHT = 40
ROW_GAP = 4
ROWS_SHOWN = 3
SMALLEST_PX = 12
WIDEST_LABEL = 130
FRAME_PX = 52


class PhoneRow(QRadioButton):
    """One phone of yours: icon, label, number, radio."""

    def __init__(self, phone: ForwardingNumber, shown: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.phone = phone
        self._shown = shown
        self._label_width = 64
        self.setObjectName(f"ringMeOn_{phone.id}")
        self.setAccessibleName(
            self.tr("Ring me on {0}, {1}").replace("{0}", phone.label).replace("{1}", shown)
        )
        self.setToolTip(f"{phone.label} {shown}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(ROW_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(280, ROW_HEIGHT)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def label_width(self) -> int:
        """Pixels the label wants, to line up the numbers of all rows."""
        metrics = QFontMetrics(self._font(QFont.Weight.DemiBold))
        return metrics.horizontalAdvance(self.phone.label) + 2  # rounded down, it would be cut

    def set_label_width(self, width: int) -> None:
        """Where the number starts."""
        self._label_width = width
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current()
        painter = smooth(self)
        is_on = self.isChecked()
        has_ring = self.hasFocus() and bool(self.property("keyboardFocus"))
        edge = tokens.accent if is_on or has_ring else tokens.hairline
        back = tokens.accent_tint if is_on else tokens.hover if self.underMouse() else tokens.surface
        painter.setPen(QPen(QColor(edge), 2.5 if has_ring else 1.5 if is_on else 1))
        painter.setBrush(QColor(back))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        ink = tokens.accent_ink if is_on else tokens.ink2
        painter.drawPixmap(12, 10, pixmap(phone_icon(self.phone.kind), ink, 20, self.devicePixelRatioF()))
        painter.setPen(QColor(tokens.ink))
        painter.setFont(self._font(QFont.Weight.DemiBold))
        self._text(painter, 44, self._label_width, self.phone.label)
        painter.setPen(QColor(tokens.ink2))
        left = 44 + self._label_width + 14
        room = self.width() - left - 40
        painter.setFont(self._number_font(room))
        self._text(painter, left, room, self._shown)
        self._paint_radio(painter, is_on)

    def _text(self, painter: QPainter, left: int, width: int, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_radio(self, painter: QPainter, is_on: bool) -> None:
        tokens = current()
        centre = QPointF(self.width() - 22, self.height() / 2)
        painter.setBrush(QColor(tokens.surface) if not is_on else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.accent_ink if is_on else tokens.border), 2 if is_on else 1.5))
        painter.drawEllipse(centre, 8.5, 8.5)
        if is_on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_ink))
            painter.drawEllipse(centre, 4.5, 4.5)

    def _font(self, weight: QFont.Weight) -> QFont:
        return font_of(self.font(), scaled(14), weight)

    def _number_font(self, room: int) -> QFont:
        """The number is read whole: with a large font it is set a little smaller before it is cut."""
        font = self._font(QFont.Weight.Normal)
        while QFontMetrics(font).horizontalAdvance(self._shown) > room and font.pixelSize() > SMALLEST_PX:
            font.setPixelSize(font.pixelSize() - 1)
        return font


class RingMeOn(QScrollArea):
    """The rows; chosen(str) gives the forwarding number's id when the person picks another."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Ring me on"))
        self._inside = QWidget()
        self._inside.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self._empty = PlainLabel("", self._inside, role="muted")
        self._empty.setWordWrap(True)
        self._column = down(self._empty, of=self._inside, margins=0, spacing=ROW_GAP)
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._picked)
        self._rows: list[PhoneRow] = []
        self._into_sight = single_shot(self, self._show_chosen, 0)
        self.setWidget(self._inside)
        self._inside.setAutoFillBackground(False)
        theme().changed.connect(self._line_up)
        self.say("")

    def phone(self) -> ForwardingNumber | None:
        """The chosen phone, None when there is none to choose."""
        return next((row.phone for row in self._rows if row.isChecked()), None)

    @property
    def rows(self) -> tuple[PhoneRow, ...]:
        """What is listed, from the top."""
        return tuple(self._rows)

    def say(self, sentence: str) -> None:
        """A sentence in the place of the rows; "" when there are rows."""
        self._empty.setText(sentence)
        self._empty.setVisible(not self._rows)
        self._fit()

    def show_phones(self, phones: Sequence[ForwardingNumber], region: str, chosen_id: str) -> None:
        """Show these; choose chosen_id, or the first when it is not there."""
        for row in self._rows:
            self._group.removeButton(row)
            self._column.removeWidget(row)
            row.hide()  # without a parent a shown widget would be a window
            row.setParent(None)
            row.deleteLater()
        self._rows = [PhoneRow(phone, pretty(phone.phone_number, region), self._inside) for phone in phones]
        self._line_up()
        for row in self._rows:
            self._group.addButton(row)
            self._column.addWidget(row)
            row.show()
        self.choose(chosen_id)
        self._empty.setVisible(not self._rows)
        self._fit()

    def choose(self, phone_id: str) -> None:
        """Choose the phone with this id, or the first."""
        wanted = next((row for row in self._rows if row.phone.id == phone_id), None)
        row = wanted or next(iter(self._rows), None)
        if row is not None:
            row.setChecked(True)
            self._into_sight.start()

    @Slot()
    def _show_chosen(self) -> None:
        """Once the rows have their places: the chosen one is seen."""
        row = next((row for row in self._rows if row.isChecked()), None)
        if row is not None:
            self.ensureWidgetVisible(row, 0, 0)

    @Slot(object)
    def _picked(self, button: object) -> None:
        if isinstance(button, PhoneRow):
            self.chosen.emit(button.phone.id)

    @Slot()
    def _line_up(self) -> None:
        """The numbers stand below each other, beside the widest label of this font."""
        width = max([56, *(min(row.label_width(), WIDEST_LABEL) for row in self._rows)])
        for row in self._rows:
            row.set_label_width(width)

    def _fit(self) -> None:
        count = min(max(1, len(self._rows)), ROWS_SHOWN)
        self.setFixedHeight(count * ROW_HEIGHT + (count - 1) * ROW_GAP)


class ShowAs(QComboBox):
    """Numbers that may be shown to the other party; chosen(str) gives E.164."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "showAs", self.tr("Show as"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(self._picked)

    def show_numbers(self, account: Account, chosen: str) -> None:
        """Fill from the account; choose the remembered one, else the caller ID, else the first."""
        self.clear()
        for number in account.showable:
            shown = pretty(number.phone_number, account.home_country)
            self.addItem(f"{number.label} {shown}".strip(), (number.phone_number, number.label or shown))
        if not account.showable:
            self.addItem(self.tr("What your account shows"), ("", ""))
        if not self.choose(chosen) and not self.choose(account.ring_out_caller_id):
            self.setCurrentIndex(0)

    def number(self) -> tuple[str, str]:
        """(E.164, label) of the choice; ("", "") lets the service decide."""
        data = self.currentData()
        return (str(data[0]), self.currentText() if data[0] else "") if data else ("", "")

    def fitting_width(self) -> int:
        """Pixels in which every number is read whole, with the frame and our arrow."""
        texts = [self.itemText(index) for index in range(self.count())]
        return max((self.fontMetrics().horizontalAdvance(text) for text in texts), default=0) + FRAME_PX

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page; it must not change a number by accident."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.drawPixmap(
            self.width() - 28,
            (self.height() - 16) // 2,
            pixmap("updown", current().ink2, 16, self.devicePixelRatioF()),
        )

    def choose(self, e164: str) -> bool:
        """Choose this number; False when it is not among them."""
        for index in range(self.count()):
            if e164 and self.itemData(index)[0] == e164:
                self.setCurrentIndex(index)
                return True
        return False

    @Slot(int)
    def _picked(self, index: int) -> None:
        self.chosen.emit(str(self.itemData(index)[0]))
