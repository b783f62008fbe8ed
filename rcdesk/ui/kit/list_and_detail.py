"""A folder's list with the story beside it, or, in a narrow window or with large letters, one at a time.

Folded, the list has all the room; Details (or the Right key) turns to the story of the chosen fax, Back (or
Esc) to the list. GUI thread. Read next: fax_pages.py, fax_story.py.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from rcdesk.ui.kit.look import Button, across, down
from rcdesk.ui.kit.theme import theme

FOLD_PX = 700
"""Narrower than this at 100 %, and list and story do not stand beside each other."""


class FolderBody(QWidget):
    """Lays out the list's card and the story; list_asked() when the keyboard goes back to the list.

    details is the button that turns to the story; its owner puts it into the list's card. first: where the
    keyboard goes then; shares: of the width, list and story; narrower than fold_px at 100 % they do not stand
    beside each other.
    """

    list_asked = Signal()

    def __init__(
        self,
        card: QWidget,
        side: QWidget,
        *,
        first: Callable[[], QWidget] | None = None,
        shares: tuple[int, int] = (66, 34),
        fold_px: int = FOLD_PX,
    ) -> None:
        super().__init__()
        self._first = first
        self._fold_px = fold_px
        self._card = card
        self._side = side
        self.is_folded = False
        """True while only one of the two is shown."""
        self._is_turned = False
        self.details = Button(self.tr("Details"), icon_name="right", name="storyDetails", act=self.show_story)
        self._back = Button(self.tr("Back to the list"), kind="link", icon_name="left", name="storyBack")
        self._back.clicked.connect(self.show_list)
        self._frame = QWidget()
        self._frame.setMinimumWidth(280)
        down((self._back, 0, Qt.AlignmentFlag.AlignLeft), (side, 1), of=self._frame, margins=0, spacing=8)
        across((card, shares[0]), (self._frame, shares[1]), of=self, margins=0, spacing=24)
        side.installEventFilter(self)
        theme().changed.connect(self._fold)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc in the story leads back to the list."""
        if (
            event.type() is QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            self.show_list()
            return True
        return super().eventFilter(watched, event)

    @Slot()
    def show_story(self) -> None:
        """Turn to the story; the keyboard works on its next steps, or where its owner wants it."""
        self._is_turned = True
        self._arrange()
        steps = [button for button in self._side.findChildren(Button) if button.isVisible()]
        first = self._first() if self._first is not None else steps[0] if steps else self._back
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def show_list(self) -> None:
        self._is_turned = False
        self._arrange()
        self.list_asked.emit()

    @Slot()
    def _fold(self) -> None:
        is_folded = self.width() < self._fold_px * theme().scale
        if is_folded != self.is_folded:
            self.is_folded = is_folded
            self._is_turned = False
            self._arrange()

    def _arrange(self) -> None:
        self._card.setVisible(not self.is_folded or not self._is_turned)
        self._frame.setVisible(not self.is_folded or self._is_turned)
        self.details.setVisible(self.is_folded)
        self._back.setVisible(self.is_folded)
