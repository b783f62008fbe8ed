"""Recordings: hear them, mark moments, write a note; both stay on this computer.

Nothing is fetched before somebody plays or saves it: each costs one of the few heavy requests of a minute.
GUI thread. Read next: sound_side.py, bridge/messages/recordings_desk.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.capability import Capability
from rcdesk.core.messages.kept import Kept, KeptQuery, KeptRecording, Mark, OnlyKept
from rcdesk.core.spoken_time import duration
from rcdesk.ui.kit.foot_line import FootLine
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.lacks import LackLine
from rcdesk.ui.kit.look import Button, IconButton, across, down, fill, hairline, label, named, scrolling
from rcdesk.ui.kit.plain_text import Line
from rcdesk.ui.people.list_page import FilterRow
from rcdesk.ui.voicemail.sound_list import SoundList
from rcdesk.ui.voicemail.sound_side import SoundSide
from rcdesk.ui.words import voice_words

KEEP_MS = 800
"""A note is kept when somebody has paused writing."""


MARKS_SHOWN = 4


class MarkLine(QWidget):
    """One mark: its moment, a click plays from there; what is said there; a button that takes it out."""

    def __init__(self, side: RecordingSide, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        at = duration(mark.at_s)
        go = Button(at, kind="link", name="markGo", spoken=side.tr("Play from {0}").replace("{0}", at))
        go.clicked.connect(partial(side.play_from, mark.at_s))
        go.setFixedWidth(72)
        self.text = Line("body", name="markText")
        self.text.setText(mark.text or side.tr("Marked"))
        out = IconButton(
            "x", side.tr("Take out the mark at {0}").replace("{0}", at), name="markRemove", size=14
        )
        out.clicked.connect(partial(side.take_out, mark))
        across(go, (self.text, 1), out, of=self, margins=0, spacing=8)


class RecordingSide(SoundSide):
    """The recordings of calls, newest first."""

    name = "recording"

    def __init__(self, desk: Desk, foot: FootLine) -> None:
        super().__init__(desk, foot)
        rows = SoundList(
            "recordingList",
            self.tr("Recordings"),
            self.tr("Space plays, Left and Right move, M marks a moment."),
        )
        filters = FilterRow(
            (
                ("recording_all", self.tr("All"), OnlyKept.ALL),
                ("recording_here", self.tr("Kept here"), OnlyKept.HERE),
            )
        )
        lack = LackLine("recordingLack", desk.session, Capability.CALL_LOG, Capability.RECORDINGS)
        self._call = Button(
            self.tr("Call again"),
            kind="call",
            icon_name="phone",
            token="ongood",
            name="recordingCall",
            act=self.call,
        )
        self._save = Button(self.tr("Save…"), icon_name="download", name="recordingSave", act=self.save)
        self._save.setMinimumHeight(46)
        self._mark = Button(
            self.tr("Mark this moment (M)"), kind="link", icon_name="plus", name="markAdd", act=self.mark
        )
        self._note = named(QPlainTextEdit(), "recordingNote", self.tr("Note"))
        self._note.setPlaceholderText(self.tr("Only on this computer"))
        self._note.setTabChangesFocus(True)
        self._note.setFixedHeight(76)
        self._marks = QWidget()
        self._mark_column = QVBoxLayout(self._marks)
        fill(self._mark_column, margins=0, spacing=2)
        self._lines: list[MarkLine] = []
        self._keep = single_shot(self, self._keep_note, KEEP_MS)
        self._is_showing = False
        self.furnish(rows, filters, lack)
        self._note.textChanged.connect(self._note_changed)
        rows.mark_asked.connect(self.mark)
        desk.recordings.changed.connect(self.ask)
        desk.recordings.problem.connect(foot.say_problem)
        desk.recordings.said.connect(foot.say_good)
        desk.people.people_changed.connect(self.ask)
        desk.player.changed.connect(self._show_mark)

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks: the call log may have more."""
        super().showEvent(event)
        self._desk.recordings.look()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was written is kept at once."""
        super().hideEvent(event)
        self._keep_now()

    # See SoundSide

    def nobody_words(self) -> str:
        return self.tr("Choose a recording to hear it.")

    def owner_id(self) -> str:
        return self._desk.recordings.owner_id

    def ask_page(self, query: KeptQuery, limit: int) -> None:
        self._desk.recordings.page(query, limit, lambda found: self.show_page(query, found))

    def bring_sound(self, one: Kept, *, play: bool) -> None:
        if isinstance(one, KeptRecording):
            self._desk.recordings.open_sound(one, lambda path: self.into_player(one, path, play=play))

    def save_sound(self, one: Kept, target: Path) -> None:
        if isinstance(one, KeptRecording):
            self._desk.recordings.save(one, target)

    def empty_words(self) -> str:
        if self._desk.recordings.is_refused:
            return self.tr("Your company does not let you hear recordings.")
        if self.only is OnlyKept.HERE:
            return self.tr("None was played or saved yet.")
        return self.tr("No recordings. They come from the call log of the last 90 days.")

    def facts(self, one: Kept) -> str:
        parts = [super().facts(one)]
        if one.id in self._desk.recordings.fetching:
            parts.append(self.tr("being fetched…"))
        return " · ".join(filter(None, parts))

    def parts(self) -> Sequence[QWidget]:
        middle, steps = QWidget(), QWidget()
        self._mark_area = scrolling(self._marks, is_clear=True)
        self._mark_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        announced = label(
            self.tr("Both sides heard that the call is recorded. Ask your company before you pass it on."),
            "small",
            wraps=True,
        )
        column = down(
            label(self.tr("Your marks"), "label"),
            self._mark_area,
            (self._mark, 0, Qt.AlignmentFlag.AlignLeft),
            hairline(),
            label(self.tr("Note"), "label"),
            self._note,
            announced,
            of=middle,
            margins=0,
            spacing=8,
        )
        column.addStretch(1)
        across((self._call, 1), (self._save, 1), of=steps, margins=0, spacing=8)
        only = label(self.tr("Only your administrator can delete recordings at RingCentral."), "small")
        only.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        return middle, steps, only

    def show_rest(self, one: Kept) -> None:
        assert isinstance(one, KeptRecording)
        self.badge.set(*voice_words.badge_of(one))
        self._call.setEnabled(bool(one.number))
        if not self._keep.isActive():
            self._is_showing = True
            if self._note.toPlainText() != one.note:
                self._note.setPlainText(one.note)
            self._is_showing = False
        if tuple(line.mark for line in self._lines) != one.marks:
            self._show_marks(one.marks)
        self._mark_area.setVisible(bool(self._lines))
        self._show_mark()

    def first_step(self) -> QWidget:
        return self._call

    @Slot(QPoint)
    def open_menu(self, at: QPoint) -> None:
        one = self.shown
        if one is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if one.number:
            menu.addAction(icon("phone"), self.tr("Call again")).triggered.connect(self.call)
        menu.addAction(icon("download"), self.tr("Save…")).triggered.connect(self.save)
        menu.popup(self.list.viewport().mapToGlobal(at))

    @Slot()
    def _show_chosen(self) -> None:
        """Another one is chosen: what was written about the last is kept first."""
        chosen = self.list.chosen()
        if self.shown is not None and (chosen is None or chosen.id != self.shown.id):
            self._keep_now()
        super()._show_chosen()

    # Marks and the note

    def play_from(self, at_s: float, _is_checked: bool = False) -> None:
        if self._desk.player.playing.key == self.key:
            self._desk.player.seek(at_s)
            self._desk.player.play()
        else:
            self.play()

    @Slot()
    def mark(self) -> None:
        """Mark the moment that is heard, with what stands in the note's line if somebody writes one."""
        one, playing = self.shown, self._desk.player.playing
        if isinstance(one, KeptRecording) and playing.key == self.key and playing.length_s:
            new = Mark(at_s=round(playing.at_s, 1))
            if all(abs(mark.at_s - new.at_s) >= 0.5 for mark in one.marks):
                self._annotate(one, marks=(*one.marks, new))

    def take_out(self, mark: Mark, _is_checked: bool = False) -> None:
        if isinstance(self.shown, KeptRecording):
            left = tuple(one for one in self.shown.marks if one != mark)
            self._annotate(self.shown, marks=left)

    def _annotate(self, one: KeptRecording, *, marks: tuple[Mark, ...]) -> None:
        self.shown = replace(one, marks=tuple(sorted(marks)))
        self._desk.recordings.annotate(one, self._note.toPlainText(), marks)

    @Slot()
    def _show_mark(self) -> None:
        self._mark.setEnabled(self._desk.player.playing.key == self.key != "")

    def _show_marks(self, marks: Sequence[Mark]) -> None:
        for line in self._lines:
            self._mark_column.removeWidget(line)
            line.hide()
            line.setParent(None)
            line.deleteLater()
        self._lines = [MarkLine(self, mark) for mark in marks]
        for line in self._lines:
            self._mark_column.addWidget(line)
            line.show()
        self._fit_marks()

    def _fit_marks(self) -> None:
        """All of them, or as many as leave room for the note."""
        shown = [line.sizeHint().height() + 2 for line in self._lines[:MARKS_SHOWN]]
        self._mark_area.setFixedHeight(sum(shown))

    @Slot()
    def _note_changed(self) -> None:
        if not self._is_showing:
            self._keep.start()

    def _keep_now(self) -> None:
        if self._keep.isActive():
            self._keep.stop()
            self._keep_note()

    @Slot()
    def _keep_note(self) -> None:
        one = self.shown
        if isinstance(one, KeptRecording) and self._note.toPlainText().strip() != one.note:
            self._desk.recordings.annotate(one, self._note.toPlainText(), one.marks)
