"""The list of conversations: avatar, who, when, what was said last, how many are unread.

Painted rows; Enter opens, Del deletes, U marks as unread. GUI thread. Read next: messages_page.py,
ui/words/text_words.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from rcdesk.core.clock import Clock
from rcdesk.core.messages.conversation import Conversation
from rcdesk.ui.kit import moments
from rcdesk.ui.kit.badge import letters_of
from rcdesk.ui.kit.look import color, glyph, scaled
from rcdesk.ui.kit.row_list import CENTRE, RIGHT, Index, RowDelegate, RowList, width_of, write
from rcdesk.ui.words import text_words

AVATAR_PX = 40


class ConversationDelegate(RowDelegate):
    """One conversation; 64 px high."""

    draws = Conversation
    height_px = 64

    def __init__(self, clock: Clock, region: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._region = region

    def draw(self, painter: QPainter, area: QRect, item: Any, index: Index, is_chosen: bool) -> None:
        paint_avatar(painter, QRect(area.left() + 8, area.center().y() - 20, AVATAR_PX, AVATAR_PX), item)
        left, right = area.left() + 8 + AVATAR_PX + 12, area.right() - 8
        middle, line = area.center().y(), scaled(21)
        at = moments.recent(item.newest.at, self._clock.now()) if item.newest is not None else ""
        width = width_of(painter, at, 12) + 8
        upper = QRect(left, middle - line, right - left, line)
        write(painter, upper, at, 12, "ink2", RIGHT)
        title = text_words.title(item, self._region())
        write(
            painter,
            QRect(left, upper.top(), right - left - width, line),
            title,
            14,
            "ink",
            is_bold=True,
        )
        lower = QRect(left, middle + 1, right - left, line)
        if item.unread:
            lower.setRight(_paint_count(painter, lower, item.unread) - 8)
        sign, words, token = text_words.preview(item, self._region())
        if sign:
            picture = glyph(sign, token, 16, painter.device().devicePixelRatio())
            painter.drawPixmap(lower.left(), lower.center().y() - 8, picture)
            lower.setLeft(lower.left() + 22)
        write(painter, lower, words, 13, token)


def paint_avatar(painter: QPainter, area: QRect, conversation: Conversation) -> None:
    """The round sign of a person, or of a group."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("accent_tint"))
    painter.drawEllipse(area)
    letters = "" if conversation.is_group or not conversation.people else conversation.people[0].name
    letters = letters_of(letters)
    if letters:
        write(painter, area, letters, 13, "accent_ink", CENTRE, is_bold=True)
        return
    sign = "people" if conversation.is_group else "person"
    picture = glyph(sign, "accent_ink", 20, painter.device().devicePixelRatio())
    painter.drawPixmap(area.center().x() - 9, area.center().y() - 9, picture)


def _paint_count(painter: QPainter, area: QRect, count: int) -> int:
    """The pill with how many are unread; where it begins."""
    words = str(min(count, 999))
    width = max(scaled(24), width_of(painter, words, 12, is_bold=True) + 14)
    height = scaled(20)
    pill = QRect(area.right() - width, area.center().y() - height // 2, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("accent"))
    painter.drawRoundedRect(QRectF(pill), height / 2, height / 2)
    write(painter, pill, words, 12, "onaccent", CENTRE, is_bold=True)
    return pill.left()


def key_of_conversation(item: object) -> object:
    """What tells conversations apart."""
    return item.id if isinstance(item, Conversation) else None


class ConversationList(RowList):
    """open_asked() on Enter or Right, delete_asked() on Del, unread_asked() on U."""

    open_asked = Signal()
    delete_asked = Signal()
    unread_asked = Signal()

    def __init__(self) -> None:
        super().__init__("conversationList", key_of_conversation)
        self.setAccessibleName(self.tr("Conversations"))
        self.setAccessibleDescription(self.tr("Enter writes, U marks as unread, Delete deletes."))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def chosen(self) -> Conversation | None:
        item = self.item()
        return item if isinstance(item, Conversation) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of a list."""
        asked = {
            Qt.Key.Key_Return: self.open_asked,
            Qt.Key.Key_Enter: self.open_asked,
            Qt.Key.Key_Right: self.open_asked,
            Qt.Key.Key_Delete: self.delete_asked,
            Qt.Key.Key_U: self.unread_asked,
        }.get(Qt.Key(event.key()))
        if asked is None or self.chosen() is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        asked.emit()
        event.accept()
