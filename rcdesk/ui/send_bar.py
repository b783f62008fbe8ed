"""The bar below the composer: what will go out, the resolution, Send; then how the upload fares.

It only shows and asks; deciding is done by fax_page.py. GUI thread. Read next: fax_page.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from rcdesk.core.fax import Resolution
from rcdesk.ui.card import Card
from rcdesk.ui.look import Button, dress, hairline, label

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

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("segmented")
        self.setAccessibleName(self.tr("Resolution"))
        dress(self, _SEGMENTED)
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(2)
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
        self.choose(Resolution.FINE)
        self._group.idClicked.connect(self._clicked)

    @property
    def value(self) -> Resolution:
        """The chosen resolution."""
        return tuple(Resolution)[max(0, self._group.checkedId())]

    def choose(self, resolution: Resolution) -> None:
        """Choose without telling."""
        self._group.button(tuple(Resolution).index(resolution)).setChecked(True)

    @Slot(int)
    def _clicked(self, _number: int) -> None:
        self.changed.emit()


class SendBar(Card):
    """Signals: send_asked(), cancel_asked(), queue_asked()."""

    send_asked = Signal()
    cancel_asked = Signal()
    queue_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("sendBar")
        self.resolution = ResolutionChoice()
        self.send = Button(self.tr("Send fax"), kind="primary", icon_name="send", token="onaccent")
        self.send.setObjectName("sendFaxButton")
        self.send.setToolTip(self.tr("Send fax (Ctrl+Enter)"))
        self.send.setMinimumHeight(40)
        self.send.clicked.connect(self.send_asked)
        self._title = label("", "rowTitle")
        self._facts = label("", "small")
        self.problem = label("", "bad", wraps=True)
        self.problem.setObjectName("faxProblem")
        self.problem.hide()
        words = QVBoxLayout()
        words.setSpacing(3)
        for part in (self._title, self._facts, self.problem):
            words.addWidget(part)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addLayout(words, 1)
        row.addWidget(self.resolution, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.send, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = self.body
        layout.setContentsMargins(24, 10, 24, 14)
        layout.setSpacing(8)
        self._progress_row = self._make_progress_row()
        layout.addWidget(self._progress_row)
        layout.addLayout(row)
        self._progress_row.hide()

    def _make_progress_row(self) -> QWidget:
        row = QWidget()
        self._news = label("", "good")
        self._news.setObjectName("faxNews")
        self._progress = QProgressBar()
        self._progress.setObjectName("faxProgress")
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(self.tr("Upload"))
        self._progress.setFixedWidth(180)
        self._link = Button(self.tr("Show the queue"), kind="link")
        self._link.setObjectName("showQueueLink")
        self._link.clicked.connect(self.queue_asked)
        self._cancel = Button(self.tr("Cancel"), icon_name="x")
        self._cancel.setObjectName("cancelFaxButton")
        self._cancel.setAccessibleName(self.tr("Cancel the fax that is being sent"))
        self._cancel.clicked.connect(self.cancel_asked)
        layout = QHBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._news)
        layout.addWidget(self._link)
        layout.addStretch(1)
        layout.addWidget(self._progress)
        layout.addWidget(self._cancel)
        outer = QVBoxLayout(row)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addLayout(layout)
        outer.addWidget(hairline())
        return row

    def show_summary(self, title: str, facts: str, *, can_send: bool) -> None:
        """What Send would do now."""
        self._title.setText(title)
        self._facts.setText(facts)
        self.send.setEnabled(can_send)

    def show_problem(self, sentence: str) -> None:
        """One sentence of what keeps the fax from going, "" for nothing."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        self._facts.setVisible(not sentence)

    def show_news(
        self,
        words: str,
        *,
        role: str = "good",
        percent: int | None = None,
        is_busy: bool = False,
        can_cancel: bool = False,
    ) -> None:
        """The line above: words "" hides it; percent 0-100 or is_busy shows the bar."""
        from rcdesk.ui.theme import set_role

        self._progress_row.setVisible(bool(words))
        self._news.setText(words)
        set_role(self._news, role)
        has_bar = percent is not None or is_busy
        self._progress.setVisible(has_bar)
        self._progress.setRange(0, 0 if is_busy and percent is None else 100)
        self._progress.setValue(percent or 0)
        self._cancel.setVisible(can_cancel)
        self._link.setVisible(not is_busy)
