"""The quiet line at the foot of a list: what reassures, and for a few seconds what has just been said.

Good news, a problem or an offer to undo stand over the standing words, which come back after 12 s. Only a
line that can be seen takes a message. GUI thread. Read next: fax_pages.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.ui.kit.look import Button, dress, glyph, label
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.kit.theme import theme

SHOWN_MS = 12_000
_ICONS = {"good": "check-circle", "bad": "alert", "wait": "pause"}


class FootLine(QFrame):
    """Hidden while there is nothing to say. undo_asked() on the button that say_done() brings."""

    undo_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("footLine")
        dress(
            self,
            "#footLine { background: $well; border: none; border-radius: 10px; }"
            '#footLine[tone="bad"] { background: $bad_tint; }'
            '#footLine[tone="wait"] { background: $wait_tint; }'
            '#footLine[tone="bad"] QLabel { color: $bad_ink; }'
            '#footLine[tone="wait"] QLabel { color: $wait_ink; }',
        )
        self._standing = ("", "good")
        self._tone = "good"
        self._sign = PlainLabel()
        self._words = label("", "label", wraps=True, name="footWords")
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 11, 14, 11)
        layout.setSpacing(10)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words, 1)
        self._undo = Button(self.tr("Undo"), kind="link", icon_name="undo", name="footUndo")
        self._undo.clicked.connect(self._undo_clicked)
        self._undo.hide()
        layout.addWidget(self._undo)
        self._until = single_shot(self, self._stand, SHOWN_MS)
        theme().changed.connect(self._recolor)
        self.hide()

    @property
    def words(self) -> str:
        return self._words.text()

    @property
    def can_undo(self) -> bool:
        """True while the button that takes the last thing back is offered."""
        return not self._undo.isHidden()

    @Slot()
    def clear(self) -> None:
        self._until.stop()
        self._stand()

    def set_standing(self, words: str, tone: str = "good") -> None:
        """What it says when there is no news; "" hides it. tone: good, wait or bad."""
        self._standing = (words, tone)
        if not self._until.isActive():
            self._stand()

    @Slot(str)
    def say_good(self, words: str) -> None:
        """Good news for a while."""
        self._say(words, "good")

    @Slot(str)
    def say_problem(self, words: str) -> None:
        """A problem for a while."""
        self._say(words, "bad")

    @Slot(str, bool)
    def say_done(self, words: str, can_undo: bool) -> None:
        """Say what was done, with a button that takes it back when that can be."""
        self._say(words, "good")
        self._undo.setVisible(can_undo and self.words == words)

    @Slot()
    def _undo_clicked(self) -> None:
        self.undo_asked.emit()
        self.clear()

    def _say(self, words: str, tone: str) -> None:
        parent = self.parentWidget()
        if words and parent is not None and parent.isVisible():
            self._show(words, tone)
            self._until.start()

    @Slot()
    def _stand(self) -> None:
        self._show(*self._standing)

    def _show(self, words: str, tone: str) -> None:
        self._tone = tone
        self._undo.hide()
        self._words.setText(words)
        self.setAccessibleName(words)
        self.setProperty("tone", tone)
        for part in (self, self._words):
            part.style().unpolish(part)
            part.style().polish(part)
        self._recolor()
        self.setVisible(bool(words))

    @Slot()
    def _recolor(self) -> None:
        self._sign.setPixmap(glyph(_ICONS[self._tone], f"{self._tone}_ink", 20, self.devicePixelRatioF()))
