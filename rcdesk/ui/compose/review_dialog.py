"""The one question before an odd fax goes: who gets it in large print, its first page, what is odd.

Asked only when send_checks found something, and never more than once for a fax. For a new or nearly known
number the button that sends is not the one with the focus, so that it takes one key press more. GUI thread.
Read next: sending.py, core/fax/send_checks.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import assert_never

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QKeySequence, QPainter, QPaintEvent, QPen, QPixmap, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from rcdesk.core.fax.fax import FaxDraft
from rcdesk.core.fax.send_checks import Oddity, RecipientFacts, SendQuestion
from rcdesk.ui.compose.chips import odd_words
from rcdesk.ui.kit.look import (
    Button,
    across,
    color,
    down,
    dress,
    fill,
    font_of,
    label,
    named,
    scaled,
    scrolling,
    smooth,
)
from rcdesk.ui.kit.moments import coming, day_in_sentence
from rcdesk.ui.kit.paper import paint_page
from rcdesk.ui.kit.plain_text import Line
from rcdesk.ui.kit.theme import theme

_tr = partial(QCoreApplication.translate, "ReviewDialog")

PAGE_WIDTH_PX = 190
_PAGE_HEIGHT_PX = 246
_MORE_SHOWN = 50


class ReviewPage(QWidget):
    """The first page on a table; a painted sheet until its picture is there, or when there is none."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._picture = QPixmap()
        named(self, "reviewPage", words)
        self.setFixedSize(PAGE_WIDTH_PX + 24, _PAGE_HEIGHT_PX + 24)

    def show_picture(self, png: bytes) -> None:
        """Show the page; bytes that are no picture are ignored."""
        picture = QPixmap()
        if picture.loadFromData(png):
            self._picture = picture
            self.update()

    @property
    def has_picture(self) -> bool:
        return not self._picture.isNull()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = smooth(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("table"))
        painter.drawRoundedRect(QRectF(self.rect()), 10, 10)
        room = self.rect().adjusted(12, 12, -12, -12)
        if self._picture.isNull():
            painter.setOpacity(0.85)
            paint_page(painter, QRectF(room))
        else:
            size = self._picture.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(QRectF(room).center())
            painter.fillRect(place, color("paper"))
            painter.drawPixmap(place, self._picture, QRectF(self._picture.rect()))


class BigNumber(QWidget):
    """A number in large print; digits that differ from those of a similar one are marked."""

    def __init__(self, number: str, similar: str = "") -> None:
        super().__init__()
        self.number = number
        self._marked = frozenset(
            i for i, (one, other) in enumerate(zip(number, similar, strict=False)) if one != other
        )
        if len(number) != len(similar):
            self._marked = frozenset()
        named(self, "reviewNumber", number)
        self.setFixedHeight(round(46 * theme().scale))
        self.setMinimumWidth(QFontMetrics(self._big()).horizontalAdvance(number) + 8)

    def _big(self) -> QFont:
        return font_of(self.font(), scaled(32), QFont.Weight.Bold)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Character by character, the marked ones on the colour of waiting."""
        painter = smooth(self)
        painter.setFont(self._big())
        metrics = painter.fontMetrics()
        for position, char in enumerate(self.number):
            left = metrics.horizontalAdvance(self.number[:position])
            cell = QRectF(left, 0, metrics.horizontalAdvance(char), self.height())
            if position in self._marked:
                painter.setPen(QPen(color("wait_line"), 1))
                painter.setBrush(color("wait_tint"))
                painter.drawRoundedRect(cell.adjusted(-1, 2, 1, -2), 6, 6)
            painter.setPen(color("wait_ink" if position in self._marked else "ink"))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, char)


class ReviewDialog(QDialog):
    """confirmed() sends it anyway, correct_asked(number) goes back to that entry; closing cancels."""

    confirmed = Signal()
    correct_asked = Signal(str)

    def __init__(
        self,
        question: SendQuestion,
        draft: FaxDraft,
        *,
        pretty: Callable[[str], str],
        pages_words: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._question, self._draft, self._pretty = question, draft, pretty
        self._first = question.odd[0]
        named(self, "reviewDialog", self.tr("Before it goes"))
        self.setWindowTitle(self.tr("Before it goes"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(680)
        title = draft.documents[0].name if draft.documents else self.tr("Cover page only")
        self.page = ReviewPage(self.tr("First page: {0}, {1}").format(title, pages_words))
        number = pretty(self._first.recipient.number)
        self.setAccessibleDescription(f"{self._first.recipient.name} {number}. {self._sentence()}".strip())
        self._build(title, pages_words)
        self._set_focus()

    @property
    def needs_extra_key(self) -> bool:
        """True when the button that sends must not have the focus."""
        return self._question.oddity is not Oddity.FAILED_LATELY

    def _build(self, title: str, pages_words: str) -> None:
        name = label(title, "rowTitle")
        name.setMaximumWidth(PAGE_WIDTH_PX + 24)
        name.setToolTip(title)
        name.setText(self.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, PAGE_WIDTH_PX))
        left = down(self.page, name, label(pages_words, "small"), ..., spacing=6)
        row = across(left, (self._make_words(), 1), spacing=24)
        down((row, 1), self._make_foot(), of=self, margins=(24, 24, 24, 20), spacing=18)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self._confirm)

    def _make_words(self) -> QVBoxLayout:
        recipient = self._first.recipient
        column = down(spacing=8)
        if recipient.name:
            column.addWidget(label(recipient.name, "section", wraps=True, name="reviewName"))
        near = self._first.near if self._question.oddity is Oddity.ONE_DIGIT_OFF else None
        column.addWidget(BigNumber(self._pretty(recipient.number), self._pretty(near.number) if near else ""))
        what = label(self._sentence(), "wait", wraps=True, name="reviewWhat")
        dress(what, "font-size: 15px; font-weight: 600; color: $wait_ink;")
        column.addWidget(what)
        more = self._make_more()
        if more is not None:
            fill(column, 6, label(self._more_title(), "label"), (more, 1))
        else:
            column.addStretch(1)
        return column

    def _sentence(self) -> str:
        """What is odd about the first one, and since when or why."""
        fact = self._first
        words = odd_words(fact, self._pretty)
        oddity = self._question.oddity
        match oddity:
            case Oddity.SAME_PAGES_TODAY:
                at = fact.duplicate_at
                if at is None:
                    return words
                return self.tr("These same pages already went to this number: {0}.").format(coming(at))
            case Oddity.ONE_DIGIT_OFF:
                near = fact.near
                if near is None:
                    return words
                known = (
                    f"{near.name}, {self._pretty(near.number)}" if near.name else self._pretty(near.number)
                )
                return self.tr("You never faxed this number. It is one digit from {0}.").format(known)
            case Oddity.VOICE_NUMBER:
                words = self.tr("This number is known as a telephone (“{0}”), not as a fax.")
                return words.replace("{0}", fact.voice_label)
            case Oddity.MAY_NOT_EXIST:
                return self.tr("As far as is known, nobody has such a number. Check it digit by digit.")
            case Oddity.FAILED_LATELY:
                why = fact.failed_why.strip().rstrip(".")
                when = day_in_sentence(fact.failed_at) if fact.failed_at is not None else ""
                return self.tr("The last fax to this number failed{0}{1}.").format(
                    f" {when}" if when else "", f": {why}" if why else ""
                )
            case Oddity.FIRST_TIME:
                return self.tr("This is the first fax to this number. Read it once more, digit by digit.")
            case _:
                assert_never(oddity)

    def _more_title(self) -> str:
        count = len(self._question.odd) - 1
        if count == 1:
            return self.tr("One more to look at")
        return self.tr("{0} more to look at").format(count)

    def _make_more(self) -> QScrollArea | None:
        """The other odd ones, one line each."""
        others: tuple[RecipientFacts, ...] = self._question.odd[1:]
        if not others:
            return None
        inner = QWidget()
        inner.setProperty("surface", "clear")
        column = down(of=inner, margins=(0, 0, 8, 0), spacing=6)
        for fact in others[:_MORE_SHOWN]:
            whose = f"{fact.recipient.name}: " if fact.recipient.name else ""
            column.addWidget(label(whose + odd_words(fact, self._pretty), "small", wraps=True))
        if len(others) > _MORE_SHOWN:
            column.addWidget(label(self.tr("and {0} more").format(len(others) - _MORE_SHOWN), "small"))
        column.addStretch(1)
        area = named(scrolling(inner), "reviewMore", self._more_title())
        area.setMinimumHeight(70)
        return area

    def _make_foot(self) -> QHBoxLayout:
        count = len(self._draft.recipients)
        words = self.tr("Send anyway") if count == 1 else self.tr("Send to all {0} anyway").format(count)
        self.confirm = Button(words, kind="primary", icon_name="send", name="reviewConfirm")
        self.confirm.setToolTip(self.tr("Send anyway (Ctrl+Enter)"))
        self.confirm.clicked.connect(self._confirm)
        self.correct = Button(self.tr("Correct it"), name="reviewCorrect", act=self._correct)
        self.cancel = Button(self.tr("Cancel"), name="reviewCancel", act=self.reject)
        hint = self.tr("Ctrl+Enter sends it anyway.")
        small = Line("small")
        small.setText(hint)
        foot = across((small, 1), spacing=10)
        for button in (self.cancel, self.correct, self.confirm):
            button.setAutoDefault(True)
            button.setMinimumHeight(40)
            foot.addWidget(button)
        return foot

    def _set_focus(self) -> None:
        chosen = self.correct if self.needs_extra_key else self.confirm
        chosen.setDefault(True)
        chosen.setFocus(Qt.FocusReason.TabFocusReason)

    def sizeHint(self) -> QSize:
        return QSize(720, super().sizeHint().height())

    @Slot()
    def _confirm(self) -> None:
        self.confirmed.emit()
        self.accept()

    @Slot()
    def _correct(self) -> None:
        self.correct_asked.emit(self._first.recipient.number)
        self.accept()
