"""A field for a date and a time of this computer's zone, and the question which of two moments is meant.

What is typed is a time on the wall, kept without a zone: Qt would move one that does not exist without a
word. MomentField tells what it may mean: an hour that comes twice is asked about, one that does not exist is
refused with both readings. GUI thread. Read next: core/spoken_time.py, send_later.py, time_dialog.py.
"""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QDate, QDateTime, Qt, QTime, QTimeZone, Signal, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QDateTimeEdit, QWidget

from rcdesk.core.spoken_time import Readings, full_moment, readings_of, style
from rcdesk.ui.kit.boxes import RadioChoice, draw_chevron, wear_box
from rcdesk.ui.kit.look import down

EARLIER, LATER = 0, 1


class MomentBox(QDateTimeEdit):
    """A date and a time on the wall, with a calendar."""

    def __init__(self, name: str, spoken: str) -> None:
        super().__init__()
        wear_box(self, "QDateTimeEdit", name, spoken)
        self.setTimeZone(QTimeZone(QTimeZone.Initialization.UTC))
        self.setDisplayFormat(_form())
        self.setCalendarPopup(True)
        self.setMinimumWidth(260)

    @property
    def wall(self) -> datetime:
        """What is entered, without a zone."""
        on, at = self.date(), self.time()
        return datetime(on.year(), on.month(), on.day(), at.hour(), at.minute())

    def set_wall(self, wall: datetime) -> None:
        """Enter this, to the minute."""
        on, at = QDate(wall.year, wall.month, wall.day), QTime(wall.hour, wall.minute)
        self.setDateTime(QDateTime(on, at, QTimeZone(QTimeZone.Initialization.UTC)))

    def setDateTime(self, at: QDateTime) -> None:
        """One in UTC is the wall's; any other is shown as the clock here shows it."""
        if at.timeSpec() is not Qt.TimeSpec.UTC:
            local = at.toLocalTime()
            at = QDateTime(local.date(), local.time(), QTimeZone(QTimeZone.Initialization.UTC))
        super().setDateTime(at)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        draw_chevron(self, self.height() / 2)


class WhichMoment(QWidget):
    """The question of an hour that comes twice; hidden as long as there is none. changed() on an answer."""

    changed = Signal()

    def __init__(self, box: MomentBox) -> None:
        super().__init__()
        self._box = box
        self._readings: Readings | None = None
        name = box.objectName()
        self.first = RadioChoice(f"{name}First", "", self.tr("This time comes twice that night."))
        self.second = RadioChoice(f"{name}Second", "", self.tr("This time comes twice that night."))
        layout = down(of=self, margins=0, spacing=4)
        for choice in (self.first, self.second):
            choice.setAutoExclusive(True)
            layout.addWidget(choice)
            choice.toggled.connect(self.changed)
        box.dateTimeChanged.connect(self._follow)
        self._follow()

    @property
    def moment(self) -> datetime | None:
        """The moment that is meant, aware; None while problem says why there is none."""
        readings = self._readings
        if readings is None or readings.is_skipped:
            return None
        if readings.is_plain:
            return readings.moments[0]
        if self.first.isChecked():
            return readings.moments[EARLIER]
        return readings.moments[LATER] if self.second.isChecked() else None

    @property
    def problem(self) -> str:
        """Why what is entered is no moment yet, "" when it is one."""
        readings = self._readings
        if readings is None:
            return self.tr("This time cannot be used. Choose another one.")
        if self.moment is not None:
            return ""
        first, second = (full_moment(at, datetime.now(UTC)) for at in readings.moments)
        if readings.is_skipped:
            words = self.tr("The clocks go forward then, so this time does not exist. Choose {0} or {1}.")
        else:
            words = self.tr("The clocks go back then, so this time comes twice. Say which: {0} or {1}.")
        return words.replace("{0}", first).replace("{1}", second)

    def set_moment(self, at: datetime) -> None:
        """Enter this moment, to the minute."""
        self._box.set_wall(at.astimezone().replace(tzinfo=None))
        self._follow()
        readings = self._readings
        if readings is not None and readings.is_doubled:
            minute = at.astimezone(UTC).replace(second=0, microsecond=0)
            (self.second if minute == readings.moments[LATER] else self.first).setChecked(True)

    @Slot()
    def _follow(self) -> None:
        """Another time was entered: ask anew when it comes twice."""
        try:
            readings: Readings | None = readings_of(self._box.wall)
        except (ValueError, OverflowError, OSError):
            readings = None
        if readings != self._readings:
            self._readings = readings
            for choice in (self.first, self.second):
                choice.setAutoExclusive(False)
                choice.setChecked(False)
                choice.setAutoExclusive(True)
        is_doubled = readings is not None and readings.is_doubled
        self.setVisible(is_doubled)
        if readings is not None and is_doubled:
            now = datetime.now(UTC)
            for choice, at in zip((self.first, self.second), readings.moments, strict=True):
                choice.setText(full_moment(at, now))
                choice.setAccessibleName(choice.text())
        self.changed.emit()


def _form() -> str:
    """How Qt is to show a date and a time here."""
    here = style()
    hour = ("hh" if here.pads_hour else "h") if here.is_12_hour else ("HH" if here.pads_hour else "H")
    time = f"{hour}{here.separator}mm{' AP' if here.is_12_hour else ''}"
    return f"ddd, MMM d, yyyy  {time}" if here.is_month_first else f"ddd d MMM yyyy  {time}"
