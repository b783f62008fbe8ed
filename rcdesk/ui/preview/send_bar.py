"""The bar below the composer: what will go out, when, Send; then Undo and how it fares.

It only shows and asks; deciding is done by fax_page.py and sending.py. GUI thread. Read next: sending.py.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QWidget,
)

from rcdesk.core.fax.fax import FaxOptions, Resolution
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.look import (
    Button,
    IconButton,
    across,
    color,
    down,
    dress,
    fill,
    hairline,
    label,
    named,
    smooth,
)
from rcdesk.ui.kit.plain_text import Line
from rcdesk.ui.kit.theme import set_role

_Options = TypeVar("_Options", bound=FaxOptions)

_SEGMENTED = """
#segmented { background: $well; border-radius: 9px; border: 1px solid $hairline; }
#segmented QPushButton { background: transparent; border: 1px solid transparent; border-radius: 7px;
    color: $ink2; padding: 5px 14px; }
#segmented QPushButton:checked { background: $raised; border-color: $hairline; color: $ink; }
#segmented QPushButton:focus { border: 2px solid $accent; padding: 4px 13px; }
"""


class ResolutionChoice(QFrame):
    """Fine | Standard. changed() when the other one was chosen."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        named(self, "segmented", self.tr("Resolution"))
        dress(self, _SEGMENTED)
        self._group = QButtonGroup(self)
        layout = across(of=self, margins=2, spacing=2)
        words = (self.tr("Fine"), self.tr("Standard"))
        hints = (self.tr("Sharper small print, takes longer"), self.tr("Faster, coarser print"))
        for number, resolution in enumerate(Resolution):
            button = QPushButton(words[number])
            button.setObjectName(f"resolution{resolution.name.capitalize()}")
            button.setAccessibleName(self.tr("Resolution: {0}").format(words[number]))
            button.setToolTip(hints[number])
            button.setCheckable(True)
            button.setAutoDefault(False)
            self._group.addButton(button, number)
            layout.addWidget(button)
        self.choose(FaxOptions())
        self._group.idClicked.connect(self.changed)

    @property
    def value(self) -> Resolution:
        return tuple(Resolution)[max(0, self._group.checkedId())]

    def choose(self, options: FaxOptions) -> None:
        """Choose what these say, without telling."""
        self._group.button(tuple(Resolution).index(options.resolution)).setChecked(True)

    def chosen(self, options: _Options) -> _Options:
        """The same with what is chosen here."""
        return replace(options, resolution=self.value)


class UndoButton(Button):
    """Undo (10): counts down and shows what is left of the time as a thin line that shrinks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Undo"), icon_name="undo", token="accent_ink")
        self.setParent(parent)
        self.setObjectName("undoButton")
        self.setToolTip(self.tr("Take the fax back before it leaves (Ctrl+Z)"))
        self.setMinimumHeight(40)
        dress(
            self,
            "#undoButton { background: $accent_tint; color: $accent_ink; border: 1px solid $accent_line; }"
            '#undoButton[keyboardFocus="true"] { border: 2px solid $accent; }',
        )
        self._part = 0.0

    def show_left(self, left_s: float, of_s: float) -> None:
        """left_s of of_s seconds remain."""
        self._part = max(0.0, min(1.0, left_s / of_s)) if of_s > 0 else 0.0
        words = self.tr("Undo ({0})").format(max(0, round(left_s + 0.49)))
        if words != self.text():
            self.setText(words)
            self.setAccessibleName(self.tr("Undo sending, {0} seconds left").format(round(left_s + 0.49)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = smooth(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent"))
        room = self.width() - 16
        painter.drawRoundedRect(QRectF(8, self.height() - 5, room * self._part, 2.5), 1.2, 1.2)


class SendBar(Card):
    """Signals: send_asked(), later_asked(), now_asked(), undo_asked(), cancel_asked(), queue_asked();
    take_back_asked() on the Undo beside what was done."""

    send_asked = Signal()
    later_asked = Signal()
    now_asked = Signal()
    undo_asked = Signal()
    take_back_asked = Signal()
    cancel_asked = Signal()
    queue_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sendBar")
        self._make_buttons()
        self._title = Line("rowTitle")
        self._facts = Line("small")
        self.problem = label("", "bad", wraps=True, name="faxProblem")
        self.problem.hide()
        row = QHBoxLayout()
        fill(row, (down(self._title, self._facts, self.problem, spacing=3), 1), spacing=12)
        for button in (self.later, self._now, self.undo, self.send):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = self.body
        fill(layout, margins=(24, 10, 24, 14), spacing=8)
        self._done_row = self._make_done_row()
        self._progress_row = self._make_progress_row()
        fill(layout, self._done_row, self._progress_row, row)
        self.show_time("", is_set=False)
        for hidden in (self._done_row, self._progress_row, self.undo):
            hidden.hide()

    def _make_buttons(self) -> None:
        self.send = Button(self.tr("Review && send"), kind="primary", icon_name="send", act=self.send_asked)
        named(self.send, "sendFaxButton", self.tr("Review and send"))
        self.send.setToolTip(self.tr("Sends at once when nothing is odd, else asks once (Ctrl+Enter)"))
        self.send.setMinimumHeight(40)
        self.later = Button(self.tr("Send later…"), icon_name="calendar", name="sendLaterButton")
        self.later.setMinimumHeight(40)
        self.later.clicked.connect(self.later_asked)
        self._now = IconButton("x", self.tr("No set time: send it at once"), name="sendNowButton")
        self._now.clicked.connect(self.now_asked)
        self.undo = UndoButton()
        self.undo.clicked.connect(self.undo_asked)

    def _make_done_row(self) -> QWidget:
        row = QWidget()
        self._done = Line("label", name="doneWords")
        undo = Button(self.tr("Undo"), kind="link", icon_name="undo", name="takeBackLink")
        undo.setToolTip(self.tr("Undo (Ctrl+Z)"))
        undo.clicked.connect(self.take_back_asked)
        across(self._done, undo, ..., of=row, margins=0)
        return row

    def _make_progress_row(self) -> QWidget:
        row = QWidget()
        self._news = Line("good", name="faxNews")
        self._progress = named(QProgressBar(), "faxProgress", self.tr("Upload"))
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(180)
        self._link = Button(self.tr("Show the queue"), kind="link", name="showQueueLink")
        self._link.clicked.connect(self.queue_asked)
        self._cancel = Button("", kind="link", icon_name="x", name="cancelFaxButton", act=self.cancel_asked)
        layout = across(self._news, self._link, self._cancel, ..., self._progress, margins=0, spacing=12)
        down(layout, hairline(), of=row, margins=0, spacing=8)
        return row

    def show_summary(self, title: str, facts: str, *, can_send: bool) -> None:
        self._title.setText(title)
        self._facts.setText(facts)
        self.send.setEnabled(can_send)

    def show_time(self, words: str, *, is_set: bool) -> None:
        """When it goes out: words on the button, and a way to clear them when a time is set."""
        self.later.setText(words or self.tr("Send later…"))
        self.later.setAccessibleName(self.tr("Goes out: {0}. Change.").format(words) if is_set else words)
        if not is_set:
            self.later.setAccessibleName(self.tr("Send later"))
        self._now.setVisible(is_set)
        is_later = is_set and bool(words)
        self.send.setText(self.tr("Review && schedule") if is_later else self.tr("Review && send"))

    def show_undo(self, left_s: float, of_s: float, *, is_alone: bool) -> None:
        """Undo with its seconds; is_alone: nothing new is being written, so it takes the place of Send."""
        is_on = left_s > 0
        had_focus = self.undo.hasFocus()
        if is_on:
            self.undo.show_left(left_s, of_s)
        self.undo.setVisible(is_on)
        is_calm = is_on and is_alone
        for part in (self.send, self.later):
            part.setVisible(not is_calm)
        if had_focus and not is_on:
            self.send.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_done(self, words: str) -> None:
        """What was done and can be undone, "" for nothing."""
        self._done.setText(words)
        self._done_row.setVisible(bool(words))

    def show_problem(self, sentence: str) -> None:
        """One sentence of what keeps the fax from going, "" for nothing."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        self._facts.setVisible(not sentence)
        self._title.setVisible(sentence != self._title.text())  # once is enough

    def show_news(
        self,
        words: str,
        *,
        role: str = "good",
        percent: int | None = None,
        is_busy: bool = False,
        cancel: str = "",
        has_queue: bool = True,
    ) -> None:
        """The line above, about faxes sent before: words "" hides it; percent 0-100 or is_busy shows the bar.

        cancel: what the link that stops them says, "" for none. has_queue: the queue is where it is seen.
        """
        self._progress_row.setVisible(bool(words))
        self._news.setText(words)
        set_role(self._news, role)
        has_bar = percent is not None or is_busy
        self._progress.setVisible(has_bar)
        self._progress.setRange(0, 0 if is_busy and percent is None else 100)
        self._progress.setValue(percent or 0)
        self._cancel.setText(cancel)
        self._cancel.setAccessibleName(cancel)
        self._cancel.setVisible(bool(cancel))
        self._link.setVisible(has_queue and not is_busy)
