"""The buttons of a story's next steps: the two most helpful as buttons, the rest as links in two columns.

taken(FaxStep) says which was pressed; what it does is fax_acts.py's business. GUI thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from rcdesk.core.folder import FaxRow
from rcdesk.ui.fax_steps import FaxStep, step_icon, step_words
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
        if wanted == self._shown:
            return
        had_focus = self.isAncestorOf(focus) if (focus := self.window().focusWidget()) else False
        self._shown = wanted
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.setObjectName("")
                widget.setParent(None)
                widget.deleteLater()
        prominent = [pair for pair in wanted[:PROMINENT] if pair[0] is not FaxStep.CANCEL]
        links = [pair for pair in wanted if pair not in prominent]
        for place, (step, words) in enumerate(prominent):
            self._grid.addWidget(self._make(step, words, is_link=False), place, 0, 1, COLUMNS)
        for place, (step, words) in enumerate(links):
            line, column = divmod(place, COLUMNS)
            is_alone = column == 0 and place + 1 == len(links)
            made = self._make(step, words, is_link=True)
            self._grid.addWidget(made, PROMINENT + line, column, 1, COLUMNS if is_alone else 1)
        first = self.findChild(Button)
        if had_focus and first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setVisible(bool(wanted))

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
