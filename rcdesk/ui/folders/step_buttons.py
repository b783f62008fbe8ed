"""The buttons of a story's next steps: the two most helpful as buttons, the rest as links.

taken(FaxStep) says which was pressed; what it does is actions.py's business. GUI thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from rcdesk.core.fax.folder import FaxRow
from rcdesk.ui.folders.fax_steps import FaxStep, step_icon, step_words
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.look import Button, across, down

PROMINENT = 2
MOST_LINES, MOST_LINES_SHORT = 3, 1
"""How many lines of links there may be."""
GAP = 4
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

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[tuple[FaxStep, str], ...] = ()
        self._is_short = False
        self._rows: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._lines = down(of=self, margins=0, spacing=8)

    def button(self, step: FaxStep) -> Button | None:
        return self.findChild(Button, _object_name(step))

    def set_steps(self, steps: Sequence[FaxStep], count: int = 1, row: FaxRow | None = None) -> None:
        """Offer these for count faxes, the first ones prominently."""
        wanted = tuple((step, step_words(step, count, row)) for step in steps)
        if wanted != self._shown:
            self._shown = wanted
            self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Links stand beside each other where they fit; those for which there is no room go into a menu."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fill()

    def minimumSizeHint(self) -> QSize:
        """As narrow as it must be: the links fold."""
        return QSize(160, super().minimumSizeHint().height())

    def set_short(self, is_short: bool) -> None:
        """Whether there is little height: then one line of links must do."""
        if is_short != self._is_short:
            self._is_short = is_short
            self._fill()

    def _fill(self) -> None:
        focus = self.window().focusWidget()
        had_focus = focus is not None and self.isAncestorOf(focus)
        self._empty()
        prominent = [pair for pair in self._shown[:PROMINENT] if pair[0] is not FaxStep.CANCEL]
        links = [pair for pair in self._shown if pair not in prominent]
        for step, words in prominent:
            self._add_line([self._make(step, words, is_link=False)])
        for line in self._lines_of(links):
            self._add_line(line)
        first = self.findChild(Button)
        if had_focus and first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setVisible(bool(self._shown))

    def _lines_of(self, links: list[tuple[FaxStep, str]]) -> list[list[Button]]:
        """The links line by line as they fit; when there are too many lines, the last link is a menu."""
        made = [self._make(step, words, is_link=True) for step, words in links]
        most = MOST_LINES_SHORT if self._is_short else MOST_LINES
        lines = self._broken(made)
        if len(lines) <= most:
            return lines
        more = self._make_more()
        shown = len(made)
        while shown and len(self._broken([*made[:shown], more])) > most:
            shown -= 1
        for button in made[shown:]:
            button.deleteLater()
        menu = more.menu()
        for step, words in links[shown:]:
            menu.addAction(icon(step_icon(step)), words).triggered.connect(partial(self._clicked, step))
        return self._broken([*made[:shown], more])

    def _broken(self, buttons: list[Button]) -> list[list[Button]]:
        """Two to a line where both fit."""
        lines: list[list[Button]] = []
        room = self.width() if self.width() > 0 else 160
        for button in buttons:
            last = lines[-1] if lines else []
            used = sum(one.sizeHint().width() for one in last)
            if len(last) == 1 and used + GAP + button.sizeHint().width() <= room:
                last.append(button)
            else:
                lines.append([button])
        return lines

    def _make_more(self) -> Button:
        more = Button(self.tr("More"), kind="link", icon_name="more", name="moreSteps")
        more.setMenu(QMenu(more))
        more.setStyleSheet("QPushButton::menu-indicator { image: none; }")
        return more

    def _add_line(self, buttons: list[Button]) -> None:
        row = QWidget()
        line = across(of=row, margins=0, spacing=GAP)
        for button in buttons:
            line.addWidget(button, 1)
        self._lines.addWidget(row)
        self._rows.append(row)

    def _empty(self) -> None:
        """Let go of whole rows: an item taken out of a layout would live on in Python when Qt frees it."""
        for row in self._rows:
            self._lines.removeWidget(row)
            row.hide()  # without a parent a shown widget would be a window
            row.setParent(None)
            row.deleteLater()
        self._rows.clear()

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
