"""The scripted tour of the demo desk: what a person would do, done by itself, seen step by step.

It uses the window only as a person could (types, clicks, drops a file) and reads back only what the window
shows; every step leaves a screenshot. It lives in the GUI thread on one QTimer, without nested loops.
Started by ``rcdesk --tour DIR``; see app.py for what it runs on.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct
from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFont, QKeyEvent, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QLineEdit, QListView, QWidget

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.bridge.desk import Desk
from rcdesk.core.calls.call import CallState
from rcdesk.core.fax.fax import FaxState
from rcdesk.ui.shell.main_window import MainWindow

_TICK_MS = 50
_SETTLE_TICKS = 8
_W = TypeVar("_W", bound=QWidget)
CALLED_NUMBER = "650 555 0142"
FAXED_NUMBER = "650 555 0110"


class TourStep(Struct, frozen=True, kw_only=True):
    """One scene: begin acts, is_done watches, see tells in words what is on the screen."""

    name: str
    begin: Callable[[], None]
    is_done: Callable[[], bool]
    see: Callable[[], str]
    timeout_s: float = 60.0


class Tour(QObject):
    """Runs the steps one after the other; finished(ok) is emitted once."""

    finished = Signal(bool)

    def __init__(self, desk: Desk, window: MainWindow, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._window = window
        self._folder = folder
        self._steps = self._script()
        self._index = -1
        self._ticks = 0
        self._settled = 0
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin at the size of the design; the folder is made when it does not exist."""
        self._window.resize(1280, 800)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._next()
        self._timer.start()

    def _script(self) -> tuple[TourStep, ...]:
        return (*self._signing_in(), *self._calling(), *self._faxing(), *self._looking_around())

    def _signing_in(self) -> tuple[TourStep, ...]:
        return (
            TourStep(
                name="sign-in",
                begin=self._nothing,
                is_done=lambda: self._desk.session.state is SessionState.SIGNED_IN,
                see=lambda: f"signed in as {self._account_name()}",
            ),
            TourStep(
                name="numbers-listed",
                begin=lambda: self._window.show_page("phone"),
                is_done=lambda: bool(self._rows("ringMeOn_")),
                see=lambda: "ring me on: " + ", ".join(w.accessibleName() for w in self._rows("ringMeOn_")),
            ),
        )

    def _calling(self) -> tuple[TourStep, ...]:
        return (
            TourStep(name="call-your-phone-rings", begin=self._dial, **self._call(CallState.RINGING_YOU)),
            TourStep(
                name="call-their-phone-rings", begin=self._nothing, **self._call(CallState.RINGING_THEM)
            ),
            TourStep(name="call-talking", begin=self._nothing, **self._call(CallState.TALKING)),
            TourStep(name="call-finished", begin=self._nothing, **self._call(CallState.ENDED)),
        )

    def _faxing(self) -> tuple[TourStep, ...]:
        return (
            TourStep(
                name="file-dropped",
                begin=self._drop,
                is_done=lambda: self._sample().name in self._attached(),
                see=lambda: f"{self._sample().name} dropped on the window and ready to be faxed",
            ),
            TourStep(
                name="fax-asked",
                begin=self._send,
                # An earlier tour made the number known: then nothing is odd, and nothing is asked.
                is_done=lambda: self._dialog() is not None or self._fax_is(FaxState.HELD),
                see=lambda: self._asked() or "nothing is odd about this fax, so nothing is asked",
            ),
            TourStep(
                name="fax-can-be-undone",
                begin=self._confirm,
                is_done=lambda: self._fax_is(FaxState.HELD),
                see=self._fax_words,
            ),
            TourStep(
                name="fax-queued",
                begin=self._nothing,
                is_done=lambda: bool(self._desk.faxes.jobs) and not self._fax_is(FaxState.HELD),
                see=self._fax_words,
            ),
            TourStep(
                name="fax-handed-over",
                begin=lambda: self._window.show_page("queue"),
                is_done=lambda: self._fax_is(FaxState.HANDED_OVER) or self._fax_is(FaxState.SENT),
                see=self._fax_words,
            ),
            TourStep(
                name="fax-sent",
                begin=self._nothing,
                is_done=lambda: self._fax_is(FaxState.SENT),
                see=self._fax_words,
            ),
        )

    def _looking_around(self) -> tuple[TourStep, ...]:
        return (
            TourStep(
                name="sent-faxes",
                begin=lambda: self._window.show_page("sent"),
                is_done=lambda: True,
                see=lambda: f"{len(self._desk.faxes.jobs)} fax in Sent",
            ),
            TourStep(
                name="received-faxes",
                begin=lambda: self._window.show_page("received"),
                is_done=lambda: self._listed("received") > 0,
                see=lambda: f"{self._listed('received')} faxes in Received",
            ),
            TourStep(
                name="calls",
                begin=lambda: self._window.show_page("calls"),
                is_done=lambda: self._count("callsList") > 1,
                see=lambda: f"{self._count('callsList')} calls, made here and elsewhere",
            ),
            TourStep(
                name="people",
                begin=lambda: self._window.show_page("people"),
                is_done=lambda: self._count("peopleList") > 0,
                see=lambda: f"{self._count('peopleList')} people known",
            ),
        )

    def _call(self, state: CallState) -> dict[str, Any]:
        order = (
            CallState.DIALLING,
            CallState.RINGING_YOU,
            CallState.RINGING_THEM,
            CallState.TALKING,
            CallState.ENDED,
        )

        def reached() -> bool:
            calls = self._desk.calls.calls
            return (
                bool(calls) and calls[0].state in order and order.index(calls[0].state) >= order.index(state)
            )

        return {"is_done": reached, "see": self._call_words}

    def _tick(self) -> None:
        step = self._steps[self._index]
        self._ticks += 1
        if self._settled or step.is_done():
            # A person looks a moment later, when the layout has come to rest.
            self._settled += 1
            if self._settled > _SETTLE_TICKS:
                self._leave(step)
        elif self._ticks * _TICK_MS > step.timeout_s * 1000:
            print(f"{self._index + 1:2}. {step.name}: NOT SEEN after {step.timeout_s:.0f} s", flush=True)
            self._shoot(f"{self._index + 1:02}-{step.name}-not-seen")
            self._finish(is_ok=False)

    def _leave(self, step: TourStep) -> None:
        self._shoot(f"{self._index + 1:02}-{step.name}")
        print(f"{self._index + 1:2}. {step.name}: {step.see()}", flush=True)
        self._next()

    def _next(self) -> None:
        self._index += 1
        self._ticks = self._settled = 0
        if self._index >= len(self._steps):
            print(f"The tour is over; its pictures are in {self._folder}/.", flush=True)
            self._finish(is_ok=True)
        else:
            self._steps[self._index].begin()

    def _finish(self, *, is_ok: bool) -> None:
        self._timer.stop()
        self.finished.emit(is_ok)

    def _shoot(self, name: str) -> None:
        self._window.grab().save(str(self._folder / f"{name}.png"))
        dialog = self._dialog()
        if dialog is not None:
            dialog.grab().save(str(self._folder / f"{name}-dialog.png"))

    def _nothing(self) -> None:
        """This step only watches."""

    def _dial(self) -> None:
        self._find(QLineEdit, "numberField").setText(CALLED_NUMBER)
        self._find(QAbstractButton, "callButton").click()

    def _sample(self) -> Path:
        return self._folder / "Referral letter.pdf"

    def _drop(self) -> None:
        _write_letter(self._sample())
        self._window.show_page("fax")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(self._sample().resolve()))])
        place = QPointF(600, 400)
        left, none, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
        # Qt delivers a drop only to the widget that accepted the drag.
        QApplication.sendEvent(self._window, QDragEnterEvent(place.toPoint(), copy, data, left, none))
        QApplication.sendEvent(self._window, QDropEvent(place, copy, data, left, none))
        recipient = self._find(QLineEdit, "recipientField")
        recipient.setText(FAXED_NUMBER)
        enter = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(recipient, enter)

    def _send(self) -> None:
        self._find(QAbstractButton, "sendFaxButton").click()

    def _dialog(self) -> QDialog | None:
        """The question on the screen, None when there is none."""
        return next((d for d in self._window.findChildren(QDialog) if d.isVisible()), None)

    def _asked(self) -> str:
        dialog = self._dialog()
        what = dialog.findChild(QLabel, "reviewWhat") if dialog is not None else None
        return f"asked once: {what.text()}" if what is not None else ""

    def _confirm(self) -> None:
        if self._dialog() is not None:
            self._find(QAbstractButton, "reviewConfirm").click()

    def _listed(self, folder: str) -> int:
        return self._window.desk_side.folders[folder].model.rowCount()

    def _count(self, name: str) -> int:
        return self._find(QListView, name).model().rowCount()

    def _attached(self) -> str:
        """What the list of attachments says to a screen reader."""
        listed = self._find(QWidget, "attachmentsList")
        return " ".join(w.accessibleName() for w in listed.findChildren(QWidget))

    def _account_name(self) -> str:
        account = self._desk.session.account
        return f"{account.name}, {account.company}" if account else "nobody"

    def _rows(self, prefix: str) -> list[QWidget]:
        return [
            w
            for w in self._window.findChildren(QWidget)
            if w.objectName().startswith(prefix) and w.isVisible()
        ]

    def _call_words(self) -> str:
        names = ("yourPhoneState", "theirState", "coachSentence")
        return " · ".join(w.text() for n in names if (w := self._window.findChild(QLabel, n)) is not None)

    def _fax_words(self) -> str:
        jobs = self._desk.faxes.jobs
        return f"{jobs[0].title}: {jobs[0].state.value}. {jobs[0].detail}".strip() if jobs else "no fax yet"

    def _fax_is(self, state: FaxState) -> bool:
        jobs = self._desk.faxes.jobs
        return bool(jobs) and jobs[0].state is state

    def _find(self, kind: type[_W], name: str) -> _W:
        found = self._window.findChild(kind, name)
        if found is None:
            raise LookupError(f"The window has no {name}.")
        return found


def _write_letter(path: Path) -> None:
    """A two-page letter to fax."""
    writer = QPdfWriter(str(path))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.Letter))
    writer.setResolution(100)
    painter = QPainter(writer)
    for page in (1, 2):
        if page > 1:
            writer.newPage()
        painter.setFont(QFont("DejaVu Serif", 16, QFont.Weight.Bold))
        painter.drawText(80, 110, f"Referral letter, page {page} of 2")
        painter.setFont(QFont("DejaVu Serif", 11))
        for line in range(22):
            painter.drawText(80, 170 + line * 30, f"{line + 1}. Written by the tour of the demo desk.")
    painter.end()
