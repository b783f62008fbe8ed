"""The buttons of a story's next steps: the two most helpful as buttons, the rest as links.

taken(FaxStep) says which was pressed; what it does is fax_acts.py's business. GUI thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QMenu, QSizePolicy, QWidget

from rcdesk.core.folder import FaxRow
from rcdesk.ui.fax_steps import FaxStep, step_icon, step_words
from rcdesk.ui.icons import icon
from rcdesk.ui.look import Button

PROMINENT = 2
COLUMNS = 2
_NAMES = {
    FaxStep.UNDO: "undoFaxButton",
    FaxStep.PROOF: "proofButton",
    FaxStep.SAVE: "saveAsButton",
    FaxStep.PRINT: "printButton",
    FaxStep.FORWARD: "forwardButton",
}


class StepButtons(QWidget):
    """set_steps() shows other buttons, only when they differ from those shown."""

    taken = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[tuple[FaxStep, str], ...] = ()
        self._is_folded = False
        self._two_links_px = 0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(8)

    def button(self, step: FaxStep) -> Button | None:
        """The button of a step, None when it is not offered."""
        return self.findChild(Button, _object_name(step), Qt.FindChildOption.FindDirectChildrenOnly)

    def set_steps(self, steps: Sequence[FaxStep], count: int = 1, row: FaxRow | None = None) -> None:
        """Offer these for count faxes, the first ones prominently."""
        wanted = tuple((step, step_words(step, count, row)) for step in steps)
        if wanted != self._shown:
            self._shown = wanted
            self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where two links do not fit beside each other, all but the first fold into a menu."""
        super().resizeEvent(event)
        if self._is_folded != self._must_fold():
            self._fill()

    def minimumSizeHint(self) -> QSize:
        """As narrow as it must be: the links fold."""
        return QSize(160, super().minimumSizeHint().height())

    def _must_fold(self) -> bool:
        return 0 < self.width() < self._two_links_px

    def _fill(self) -> None:
        focus = self.window().focusWidget()
        had_focus = focus is not None and self.isAncestorOf(focus)
        self._empty()
        prominent = [pair for pair in self._shown[:PROMINENT] if pair[0] is not FaxStep.CANCEL]
        links = [pair for pair in self._shown if pair not in prominent]
        for place, (step, words) in enumerate(prominent):
            self._grid.addWidget(self._make(step, words, is_link=False), place, 0, 1, COLUMNS)
        made = [self._make(step, words, is_link=True) for step, words in links]
        self._two_links_px = self._room_for(made)
        self._is_folded = self._must_fold()
        if self._is_folded:
            self._fold(made, links)
        else:
            for place, button in enumerate(made):
                line, column = divmod(place, COLUMNS)
                is_alone = column == 0 and place + 1 == len(made)
                self._grid.addWidget(button, PROMINENT + line, column, 1, COLUMNS if is_alone else 1)
        first = self.findChild(Button)
        if had_focus and first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setVisible(bool(self._shown))

    def _room_for(self, links: list[Button]) -> int:
        """How wide two columns of these are; a last one that stands alone spans both."""
        widths = [button.sizeHint().width() for button in links]
        if len(widths) < COLUMNS:
            return 0
        paired = widths[: len(widths) - len(widths) % COLUMNS]
        return max(paired[::2]) + self._grid.horizontalSpacing() + max(paired[1::2])

    def _fold(self, made: list[Button], links: list[tuple[FaxStep, str]]) -> None:
        """The first link, and a menu with the others."""
        for button in made[1:]:
            button.deleteLater()
        self._grid.addWidget(made[0], PROMINENT, 0)
        more = Button(self.tr("More"), kind="link", icon_name="more", token="accent_ink")
        more.setObjectName("moreSteps")
        menu = QMenu(more)
        for step, words in links[1:]:
            menu.addAction(icon(step_icon(step)), words).triggered.connect(partial(self._clicked, step))
        more.setMenu(menu)
        more.setStyleSheet("QPushButton::menu-indicator { image: none; }")
        self._grid.addWidget(more, PROMINENT, 1)

    def _empty(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()

    def _make(self, step: FaxStep, words: str, *, is_link: bool) -> Button:
        kind, token = ("link", "accent_ink") if is_link else ("", "ink")
        made = Button(words, kind=kind, icon_name=step_icon(step), token=token)
        made.setObjectName(_object_name(step))
        made.clicked.connect(partial(self._clicked, step))
        return made

    def _clicked(self, step: FaxStep, _is_checked: bool = False) -> None:
        self.taken.emit(step)


def _object_name(step: FaxStep) -> str:
    return _NAMES.get(step, f"faxStep_{step.name.lower()}")
