"""The bar that offers files from the watched folder: put them into a fax, or ignore them.

Nothing happens with them until one of the two is pressed, and nothing is sent by either. GUI thread. Read
next: bridge/fax/watched_folder.py.
"""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame

from rcdesk.bridge.desk import Desk
from rcdesk.core.fax.incoming import MOST_FILES
from rcdesk.core.file_name import readable
from rcdesk.ui.kit.look import Button, across, dress, glyph, label
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.kit.theme import theme

_SHEET = """#watchedBar { background: $accent_tint; border: none; border-bottom: 1px solid $accent_line; }
#watchedWords { color: $accent_ink; }"""


class WatchedBar(QFrame):
    """Hidden while nothing waits. files_asked(tuple[Path, ...]) wants these in the composer."""

    files_asked = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._watched = desk.watched
        self._lost = ""
        self.setObjectName("watchedBar")
        dress(self, _SHEET)
        self._sign = PlainLabel()
        self._words = label("", "label", wraps=True, name="watchedWords")
        self._put = self._button("watchedPut", self.tr("Put them into a fax"), "files")
        self._ignore = self._button("watchedIgnore", self.tr("Ignore"), "x")
        self._put.clicked.connect(self._put_in)
        self._ignore.clicked.connect(self._let_go)
        across(
            self._sign, (self._words, 1), self._put, self._ignore, of=self, margins=(24, 4, 20, 4), spacing=10
        )
        self.setMinimumHeight(36)
        self._watched.offer_changed.connect(self._refresh)
        self._watched.lost.connect(self._show_lost)
        self._watched.problem.connect(self._show_lost)
        self._watched.found.connect(self._forget_lost)
        theme().changed.connect(self._refresh)
        self._refresh()

    def _button(self, name: str, words: str, icon_name: str) -> Button:
        return Button(words, kind="link", icon_name=icon_name, name=name)

    @Slot()
    def _refresh(self) -> None:
        count = len(self._watched.offer)
        folder = self._watched.folder
        self.setVisible(bool(count or self._lost))
        self._sign.setPixmap(glyph("files", "accent_ink", 18, self.devicePixelRatioF()))
        self._put.setVisible(count > 0)
        if count and folder is not None:
            name = folder.name or str(folder)
            words = self.tr("1 file from {0} waits.") if count == 1 else self.tr("{1} files from {0} wait.")
            self._words.setText(words.format(name, f"{count:,}"))
            one = self.tr("Put it into a fax")
            self._put.setText(one if count == 1 else self.tr("Put them into a fax"))
            self._ignore.setText(self.tr("Ignore"))
        else:
            self._words.setText(self._lost)
            self._ignore.setText(self.tr("Close"))
        for button in (self._put, self._ignore):
            button.setAccessibleName(button.text())
        self._words.setToolTip("\n".join(readable(path.name) for path in self._watched.offer[:20]))
        self.setAccessibleName(self._words.text())

    @Slot(str)
    def _show_lost(self, sentence: str) -> None:
        self._lost = sentence
        self._refresh()

    @Slot()
    def _forget_lost(self) -> None:
        self._show_lost("")

    @Slot()
    def _put_in(self) -> None:
        paths = self._watched.take(MOST_FILES)
        if paths:
            self.files_asked.emit(paths)

    @Slot()
    def _let_go(self) -> None:
        if self._watched.offer:
            self._watched.ignore()
        else:
            self._show_lost("")
