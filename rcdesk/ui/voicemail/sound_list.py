"""The list of voicemails or recordings: who, when, how long, and a line of what was said.

The keys work the player from here: Space, Left and Right, [ and ]; U, Del and M ask for what they say.
Painted on the GUI thread. Read next: sound_side.py, ui/words/voice_words.py.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from rcdesk.core.clock import Clock
from rcdesk.core.messages.kept import Kept, KeptRecording, KeptVoicemail
from rcdesk.ui.kit import moments
from rcdesk.ui.kit.badge import badge_colors
from rcdesk.ui.kit.look import color, font_of, scaled
from rcdesk.ui.kit.plain_text import one_line
from rcdesk.ui.kit.row_list import RIGHT, Index, RowDelegate, RowList, RowModel, width_of, write
from rcdesk.ui.kit.theme import current
from rcdesk.ui.words import voice_words

PAGE = 200


class SoundModel(RowModel):
    """Voicemails or recordings; more_asked() when somebody scrolls to the end of what is read."""

    more_asked = Signal()

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self.limit = PAGE

    def spoken(self, item: Kept) -> str:
        when = moments.recent(item.at, self._clock.now())
        is_new = isinstance(item, KeptVoicemail) and not item.is_read
        parts = (
            self.tr("New") if is_new else "",
            voice_words.who(item, self.region),
            voice_words.detail_line(item, self.region),
            when,
            voice_words.badge_of(item)[0],
            voice_words.said_line(item),
        )
        return ", ".join(filter(None, parts))

    def canFetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> bool:
        return not parent.isValid() and len(self.rows) >= self.limit

    def fetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> None:
        if self.canFetchMore(parent):
            self.limit += PAGE
            self.more_asked.emit()


class SoundDelegate(RowDelegate):
    """Dot, name, badge, time; number and length; a line of what was said."""

    draws = (KeptVoicemail, KeptRecording)
    height_px = 84

    def __init__(self, clock: Clock, region: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._region = region

    def draw(self, painter: QPainter, area: QRect, item: Kept, index: Index, is_chosen: bool) -> None:
        if not is_chosen and index.row() + 1 < index.model().rowCount():
            painter.setPen(color("hairline"))
            painter.drawLine(area.left() + 26, area.bottom(), area.right() - 14, area.bottom())
        is_new = isinstance(item, KeptVoicemail) and not item.is_read
        if is_new:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("accent"))
            painter.drawEllipse(QPointF(area.left() + 12, area.top() + scaled(20)), 4, 4)
        left, right = area.left() + 26, area.right() - 12
        at = moments.recent(item.at, self._clock.now())
        end = right - width_of(painter, at, 12) - 4
        line = QRect(end, area.top() + scaled(9), right - end, scaled(22))
        write(painter, line, at, 12, "ink2", RIGHT)
        end = self._badge(painter, item, end - 8, line)
        top = QRect(left, line.top(), max(0, end - left - 8), line.height())
        write(painter, top, voice_words.who(item, self._region()), 15, "ink", is_bold=True)
        under = QRect(left, top.bottom() + 1, right - left, scaled(19))
        write(painter, under, voice_words.detail_line(item, self._region()), 12, "ink2")
        said = QRect(left, under.bottom() + 1, right - left, scaled(22))
        write(painter, said, one_line(voice_words.said_line(item)), 13, "ink" if is_new else "ink2")

    def _badge(self, painter: QPainter, item: Kept, right: int, line: QRect) -> int:
        """Where what stands left of the badge may end."""
        word, kind = voice_words.badge_of(item)
        if not word:
            return right
        back, ink = badge_colors(current(), kind)
        width = width_of(painter, word, 12, is_bold=True) + 20
        pill = QRectF(right - width, line.top() - 1, width, line.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(back))
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        painter.setPen(QColor(ink))
        painter.setFont(font_of(painter.font(), scaled(12), QFont.Weight.DemiBold))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, word)
        return round(pill.left())


class SoundList(RowList):
    """play_asked(), skip_asked(seconds), speed_asked(step), new_asked(), delete_asked(), mark_asked()."""

    play_asked = Signal()
    skip_asked = Signal(float)
    speed_asked = Signal(int)
    new_asked = Signal()
    delete_asked = Signal()
    mark_asked = Signal()

    def __init__(self, name: str, spoken: str, keys: str) -> None:
        super().__init__(name, lambda item: getattr(item, "id", None))
        self.setAccessibleName(spoken)
        self.setAccessibleDescription(keys)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.doubleClicked.connect(self.play_asked)

    def chosen(self) -> Kept | None:
        item = self.item()
        return item if isinstance(item, KeptVoicemail | KeptRecording) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, is_plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        # A bracket needs a modifier on many keyboards.
        step = {"[": -1, "]": 1}.get(event.text())
        if step is not None:
            self.speed_asked.emit(step)
        elif not is_plain or self.chosen() is None:
            super().keyPressEvent(event)
            return
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.play_asked.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.skip_asked.emit(-5.0 if key == Qt.Key.Key_Left else 5.0)
        elif key in (Qt.Key.Key_U, Qt.Key.Key_Delete, Qt.Key.Key_M):
            asked = {Qt.Key.Key_U: self.new_asked, Qt.Key.Key_Delete: self.delete_asked}
            asked.get(Qt.Key(key), self.mark_asked).emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()
