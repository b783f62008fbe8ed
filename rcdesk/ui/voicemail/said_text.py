"""What was said, as text to read, its telephone numbers as links. Foreign text: shown, never rendered.

GUI thread. Read next: core/numbers/found.py, voicemail_side.py.
"""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QTextBrowser

from rcdesk.core.numbers.found import numbers_in
from rcdesk.render.rich_text import ClosedText
from rcdesk.ui.kit.look import color, dress, named
from rcdesk.ui.kit.plain_text import plain
from rcdesk.ui.kit.theme import theme


class SaidText(QTextBrowser):
    """number_chosen(E.164) when a number in it is clicked, or chosen with Tab and Enter."""

    number_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        named(self, "voicemailText", self.tr("What was said"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        dress(self, "QTextBrowser { background: transparent; border: none; padding: 0; }")
        self.setOpenLinks(False)
        self.setDocument(ClosedText(self))
        self.document().setDocumentMargin(0)
        self._shown = ("", "")
        self.anchorClicked.connect(self._clicked)
        theme().changed.connect(self._write)

    def show_text(self, text: str, region: str) -> None:
        """Show this; its numbers are read as in region."""
        if (text, region) != self._shown:
            self._shown = (text, region)
            self._write()

    @Slot()
    def _write(self) -> None:
        text, region = self._shown
        text = plain(text)
        self.clear()
        cursor = QTextCursor(self.document())
        plainly, linked = QTextCharFormat(), QTextCharFormat()
        linked.setAnchor(True)
        linked.setForeground(color("accent_ink"))
        linked.setFontUnderline(True)
        linked.setFontWeight(600)
        at = 0
        for found in numbers_in(text, region) if text else ():
            cursor.insertText(text[at : found.start], plainly)
            linked.setAnchorHref(f"tel:{found.number}")
            cursor.insertText(text[found.start : found.end], linked)
            at = found.end
        cursor.insertText(text[at:], plainly)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    @Slot(QUrl)
    def _clicked(self, link: QUrl) -> None:
        self.number_chosen.emit(link.path())
