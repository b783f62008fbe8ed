"""Send later…: when a fax goes out, who keeps it until then, and until when it is tried again.

Times are entered in this computer's zone, which is named, and leave as aware UTC. Opened with open(), it
brings its answer by the signal decided(). GUI thread. Read next: send_bar.py.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import partial

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from rcdesk.core.account.account import Account
from rcdesk.core.account.capability import Capability
from rcdesk.core.fax.fax import SendBy
from rcdesk.core.spoken_time import readings_of
from rcdesk.ui.kit.boxes import RadioChoice, Switch
from rcdesk.ui.kit.look import Button, across, label, named
from rcdesk.ui.kit.moment_box import MomentBox, WhichMoment
from rcdesk.ui.kit.moments import coming, until_words, zone_words

_tr = partial(QCoreApplication.translate, "SendLater")

_MORNING = time(8, 0)
_TRY_FOR_HOURS = 4


class SendTime(Struct, frozen=True, kw_only=True):
    """When a fax goes out: at None at once; by says who keeps it until then; until bounds the retries."""

    at: datetime | None = None
    by: SendBy = SendBy.DESK
    until: datetime | None = None

    @property
    def is_set(self) -> bool:
        """True when it differs from sending at once with the usual tries."""
        return self.at is not None or self.until is not None


AT_ONCE = SendTime()
"""No time set, the usual tries."""


def time_words(time: SendTime) -> str:
    """The words on the button of the bar, "" when it goes at once with the usual tries."""
    if time.at is not None:
        return coming(time.at)
    return _tr("Try until {0}").format(until_words(time.until)) if time.until is not None else ""


def keeper_words(time: SendTime) -> str:
    """What else was decided, for the small line: who keeps it, until when it is tried; "" for nothing."""
    parts = []
    if time.at is not None:
        by_service = time.by is SendBy.SERVICE
        parts.append(_tr("kept by RingCentral") if by_service else _tr("kept by this computer"))
        if time.until is not None:
            parts.append(_tr("tried until {0}").format(until_words(time.until)))
    return " · ".join(parts)


class SendLaterDialog(QDialog):
    """decided(SendTime) when the user says when.

    account: who sends; with some a fax that the service keeps cannot be changed or cancelled from here.
    """

    decided = Signal(object)

    def __init__(
        self, time: SendTime, parent: QWidget | None = None, *, account: Account | None = None
    ) -> None:
        super().__init__(parent)
        self._can_take_back = account is None or account.can(Capability.FAX_CHANGE)
        self.setObjectName("sendLaterDialog")
        self.setWindowTitle(self.tr("Send later"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        start = time.at or time.until
        self._at = MomentBox("sendAtEdit", self.tr("Date and time it goes out"))
        self._is_later = named(Switch(self.tr("Send it at a set time")), "sendAtSwitch")
        self._is_later.setChecked(time.at is not None or start is None)
        self._which_at = WhichMoment(self._at)
        self._which_at.set_moment(time.at if time.at is not None else _next_morning())
        self._zone = label("", "small", name="timeZone")
        self._by_desk = RadioChoice(
            "sendByDesk",
            self.tr("&This computer sends it then"),
            self.tr("It must be on then, and rcdesk running."),
        )
        self._by_service = RadioChoice(
            "sendByService",
            self.tr("&RingCentral keeps it"),
            self.tr("It goes out even when this computer is off."),
        )
        (self._by_service if time.by is SendBy.SERVICE else self._by_desk).setChecked(True)
        self._until = MomentBox("keepTryingEdit", self.tr("Until when it is tried again"))
        self._which_end = WhichMoment(self._until)
        self._has_end = named(Switch(self.tr("Keep trying until a set time")), "keepTryingSwitch")
        self._has_end.setChecked(time.until is not None)
        self._follow_end()
        if time.until is not None:
            self._which_end.set_moment(time.until)
        self._problem = label("", "bad", wraps=True, name="sendLaterProblem")
        self._build()
        self._connect()
        self._check()

    @property
    def time(self) -> SendTime:
        by = SendBy.SERVICE if self._by_service.isChecked() else SendBy.DESK
        return SendTime(
            at=self._which_at.moment if self._is_later.isChecked() else None,
            by=by if self._is_later.isChecked() else SendBy.DESK,
            until=self._which_end.moment if self._has_end.isChecked() else None,
        )

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(6)
        layout.addLayout(_row(self._is_later, self.tr("&Send it at"), self._at))
        layout.addWidget(self._which_at)
        layout.addWidget(self._zone)
        layout.addSpacing(12)
        layout.addWidget(label(self.tr("Who keeps it until then"), "label"))
        for choice in (self._by_desk, self._by_service):
            layout.addWidget(choice)
            hint = label(choice.accessibleDescription(), "small")
            hint.setIndent(26)
            layout.addWidget(hint)
        if not self._can_take_back:
            layout.addWidget(self._no_way_back())
        layout.addSpacing(12)
        layout.addLayout(_row(self._has_end, self.tr("&Keep trying until"), self._until))
        layout.addWidget(self._which_end)
        layout.addWidget(self._end_hint())
        layout.addWidget(self._problem)
        layout.addSpacing(12)
        layout.addLayout(self._make_foot())

    def _no_way_back(self) -> QLabel:
        """What choosing the service means here; screen readers say it with the choice."""
        words = self.tr("Once RingCentral has it, it can be neither changed nor cancelled from here.")
        self._by_service.setAccessibleDescription(f"{self._by_service.accessibleDescription()} {words}")
        line = label(words, "small", name="noWayBack")
        line.setIndent(26)
        return line

    def _end_hint(self) -> QLabel:
        words = self.tr("A busy line is tried again until then; without it, five times within about an hour.")
        return label(words, "small", wraps=True)

    def _make_foot(self) -> QHBoxLayout:
        self._confirm = Button(self.tr("Set time"), kind="primary", name="sendLaterConfirm", act=self._decide)
        self._confirm.setDefault(True)
        cancel = Button(self.tr("Cancel"), name="sendLaterCancel", act=self.reject)
        return across(..., cancel, self._confirm, spacing=10)

    def _connect(self) -> None:
        self._at.dateTimeChanged.connect(self._at_changed)
        self._until.dateTimeChanged.connect(self._end_changed)
        self._which_at.changed.connect(self._check)
        self._which_end.changed.connect(self._check)
        self._is_later.toggled.connect(self._check)
        self._has_end.toggled.connect(self._check)
        self._by_service.toggled.connect(self._check)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._decide)

    @Slot()
    def _at_changed(self) -> None:
        self._is_later.setChecked(True)
        if not self._has_end.isChecked():
            self._follow_end()
        self._check()

    @Slot()
    def _end_changed(self) -> None:
        self._has_end.setChecked(True)
        self._check()

    def _follow_end(self) -> None:
        """Propose an end some hours after the start."""
        start = self._which_at.moment if self._is_later.isChecked() else None
        self._until.blockSignals(True)
        self._which_end.set_moment((start or datetime.now(UTC)) + timedelta(hours=_TRY_FOR_HOURS))
        self._until.blockSignals(False)

    def _reason(self) -> str:
        time, now = self.time, datetime.now(UTC)
        for switch, which in ((self._is_later, self._which_at), (self._has_end, self._which_end)):
            if switch.isChecked() and which.problem:
                return which.problem
        if time.at is not None and time.at <= now:
            return self.tr("This time has passed. Choose one that is still to come.")
        if time.until is not None and time.until <= (time.at or now):
            return self.tr("The end of trying must come after the time it goes out.")
        return ""

    @Slot()
    def _check(self) -> None:
        for part in (self._by_desk, self._by_service):
            part.setEnabled(self._is_later.isChecked())
        zone = zone_words(self._which_at.moment or datetime.now(UTC))
        self._zone.setText(self.tr("Times are in {0}.").format(zone))
        reason = self._reason()
        self._problem.setText(reason)
        self._confirm.setEnabled(not reason)

    @Slot()
    def _decide(self) -> None:
        self._check()
        if self._confirm.isEnabled():
            self.decided.emit(self.time)
            self.accept()


def _row(switch: Switch, words: str, box: MomentBox) -> QHBoxLayout:
    caption = label(words, "rowTitle")
    caption.setBuddy(box)
    return across(switch, (caption, 1), box, spacing=8)


def _next_morning() -> datetime:
    """The next 8:00 of the clock on the wall."""
    now = datetime.now().astimezone()
    morning = datetime.combine(now.date(), _MORNING)
    is_over = morning <= now.replace(tzinfo=None)
    return readings_of(morning + timedelta(days=1) if is_over else morning).moments[0]
