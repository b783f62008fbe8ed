"""The small question "when?": another time for a scheduled fax, or a deadline for trying again.

chosen(datetime | None, SendBy) brings an aware time, None for "now" or "no deadline". Times are entered in
this computer's zone, which is named. GUI thread. Read next: actions.py.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from rcdesk.core.fax.fax import SendBy
from rcdesk.ui.kit.boxes import RadioChoice
from rcdesk.ui.kit.look import Button, across, fill, label
from rcdesk.ui.kit.moment_box import MomentBox, WhichMoment
from rcdesk.ui.kit.moments import zone_words
from rcdesk.ui.words.fax_words import kept_by_words

STEP_S = 300


def _full_minutes(at: datetime) -> datetime:
    """The next full five minutes."""
    return datetime.fromtimestamp(at.timestamp() + -at.timestamp() % STEP_S, UTC)


class TimeDialog(QDialog):
    """Asks for a moment in the future; open() it and listen to chosen."""

    chosen = Signal(object, object)

    def __init__(
        self,
        title: str,
        words: str,
        *,
        at: datetime | None,
        without_words: str,
        send_by: SendBy | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("timeDialog")
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        now = datetime.now(UTC)
        start = at if at is not None and at > now else now + timedelta(hours=1)
        self.edit = MomentBox("timeEdit", title)
        self.which = WhichMoment(self.edit)
        self.which.set_moment(_full_minutes(start))
        self.which.changed.connect(self._fit)
        self._problem = label("", "bad", wraps=True)
        self._problem.hide()
        self._send_by = send_by
        self._by_service = RadioChoice("timeByService", kept_by_words(SendBy.SERVICE), "")
        self._by_desk = RadioChoice("timeByDesk", kept_by_words(SendBy.DESK), "")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(label(title, "section"))
        layout.addWidget(label(words, "muted", wraps=True))
        layout.addLayout(across(self.edit, ...))
        layout.addWidget(self.which)
        zone = zone_words(_full_minutes(start))
        fill(layout, label(self.tr("Times are in {0}.").format(zone), "small", wraps=True), self._problem)
        if send_by is not None:
            (self._by_service if send_by is SendBy.SERVICE else self._by_desk).setChecked(True)
            fill(layout, self._by_desk, self._by_service)
        layout.addLayout(self._make_buttons(without_words))
        self.setMinimumWidth(460)
        self.edit.setFocus()

    def _make_buttons(self, without_words: str) -> QHBoxLayout:
        without = Button(without_words, kind="link", name="timeWithout", act=self._without)
        back = Button(self.tr("Back"), act=self.reject)
        take = Button(self.tr("Set time"), kind="primary", name="timeConfirm", act=self._take)
        take.setDefault(True)
        return across(without, ..., back, take, spacing=8)

    @Slot()
    def _take(self) -> None:
        at, problem = self.which.moment, self.which.problem
        if at is not None and at <= datetime.now(UTC):
            problem = self.tr("This time is over. Choose a later one.")
        if at is None or problem:
            self._problem.setText(problem)
            self._problem.show()
            self._fit()
            return
        is_service = self._send_by is not None and self._by_service.isChecked()
        self.chosen.emit(at, SendBy.SERVICE if is_service else SendBy.DESK)
        self.accept()

    @Slot()
    def _fit(self) -> None:
        """Room for the question and for what is wrong."""
        self.adjustSize()

    @Slot()
    def _without(self) -> None:
        self.chosen.emit(None, SendBy.DESK)
        self.accept()
