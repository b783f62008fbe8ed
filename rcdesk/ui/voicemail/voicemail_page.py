"""The Voicemail page: voicemails, and with one click the recordings of calls; one search for what is shown.

GUI thread. Read next: voicemail_side.py, recording_side.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.ui.kit.foot_line import FootLine
from rcdesk.ui.kit.look import IconButton, across, fill, label, named
from rcdesk.ui.kit.search_line import SearchLine
from rcdesk.ui.voicemail.recording_side import RecordingSide
from rcdesk.ui.voicemail.segments import Segments
from rcdesk.ui.voicemail.sound_side import SoundSide
from rcdesk.ui.voicemail.voicemail_side import VoicemailSide


class VoicemailPage(QWidget):
    """call_asked(number, name), fax_asked(number), fax_chosen(FaxRow), note_asked(text) to be faxed."""

    call_asked = Signal(str, str)
    fax_asked = Signal(str)
    fax_chosen = Signal(object)
    note_asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        named(self, "voicemailPage", self.tr("Voicemail"))
        self._desk = desk
        self.foot = FootLine(self)
        self.voicemails = VoicemailSide(desk, self.foot)
        self.recordings = RecordingSide(desk, self.foot)
        self._title = label(self.tr("Voicemail"), "pageTitle")
        kinds = (("show_voicemails", self.tr("Voicemail"), self.voicemails),)
        more = (("show_recordings", self.tr("Recordings"), self.recordings),)
        self._kinds = Segments(self.tr("Show"), (*kinds, *more))
        self.search = SearchLine("voicemailSearch", self.tr("Search"))
        self.search.setProperty("place", "canvas")
        self.search.setMinimumHeight(36)
        self.search.setMaximumWidth(280)
        look = IconButton("retry", self.tr("Look for new ones now"), name="voicemailLook", act=self._look)
        self._stack = QStackedWidget()
        for side in (self.voicemails, self.recordings):
            self._stack.addWidget(side)
            side.call_asked.connect(self.call_asked)
            side.fax_asked.connect(self.fax_asked)
            side.fax_chosen.connect(self.fax_chosen)
        self.voicemails.note_asked.connect(self.note_asked)
        head = across(self._title, ..., self._kinds, (self.search, 2), look, spacing=12)
        fill(QVBoxLayout(self), head, (self._stack, 1), self.foot, margins=(24, 20, 24, 20), spacing=16)
        self._kinds.chosen.connect(self.show_side)
        self.search.asked.connect(self._search)
        self.search.returnPressed.connect(self.focus_list)
        self.foot.undo_asked.connect(self.undo)
        self.show_side(self.voicemails)

    @property
    def side(self) -> SoundSide:
        """What is shown."""
        return self.recordings if self._stack.currentWidget() is self.recordings else self.voicemails

    @Slot(object)
    def show_side(self, side: SoundSide) -> None:
        """Voicemails or recordings."""
        self._stack.setCurrentWidget(side)
        self._kinds.choose(side)
        is_mail = side is self.voicemails
        self._title.setText(self.tr("Voicemail") if is_mail else self.tr("Recordings"))
        words = self.tr("Name, number or what they said") if is_mail else self.tr("Name, number or note")
        self.search.setPlaceholderText(words)
        self.search.setAccessibleName(words)
        self._search()
        self.foot.clear()

    def focus_list(self) -> None:
        self.side.focus_list()

    def focus_search(self) -> None:
        self.search.take_focus()

    @Slot()
    def undo(self) -> bool:
        """Take back what was deleted last; False when there is nothing."""
        is_undone = self.voicemails.undo()
        self.foot.clear()
        return is_undone

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            self._search()
            self.focus_list()
            return
        super().keyPressEvent(event)

    @Slot()
    def _search(self) -> None:
        self.side.search(self.search.words)

    @Slot()
    def _look(self) -> None:
        if self.side is self.recordings:
            self._desk.recordings.look_now()
        else:
            self._desk.voicemails.look()
