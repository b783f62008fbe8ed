"""What voicemails and recordings have in common: a list, and beside it the chosen one with the player.

The chosen sound is brought into the player a moment after it was chosen, so that running through the list
fetches nothing. GUI thread. Read next: voicemail_side.py, recording_side.py, player_bar.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.clock import SystemClock
from rcdesk.core.messages.kept import ENDINGS, Kept, KeptQuery, OnlyKept
from rcdesk.ui.kit.badge import Badge
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.foot_line import FootLine
from rcdesk.ui.kit.lacks import LackLine
from rcdesk.ui.kit.list_and_detail import FolderBody
from rcdesk.ui.kit.look import across, fill, label, named
from rcdesk.ui.kit.moments import clock_time
from rcdesk.ui.kit.plain_text import Line
from rcdesk.ui.people.list_page import FilterRow
from rcdesk.ui.phone.placing import region_of
from rcdesk.ui.voicemail.player_bar import PlayerBar
from rcdesk.ui.voicemail.sound_list import SoundDelegate, SoundList, SoundModel
from rcdesk.ui.words import voice_words

PAUSE_MS = 150
FOLD_PX = 860
"""The player needs more room than the story of a fax."""


class SoundSide(QWidget):
    """call_asked(number, name), fax_asked(number), fax_chosen(FaxRow)."""

    call_asked = Signal(str, str)
    fax_asked = Signal(str)
    fax_chosen = Signal(object)

    name = ""
    """Begins the object names and the keys of the player."""

    list: SoundList

    def __init__(self, desk: Desk, foot: FootLine) -> None:
        """The subclass makes its own parts next and then calls furnish()."""
        super().__init__()
        self._desk = desk
        self.foot = foot
        self.only = OnlyKept.ALL
        self.words = ""
        self.shown: Kept | None = None
        self._wants_keys = False
        self.player = PlayerBar(desk.player)
        self.empty = label("", "muted", wraps=True, name=f"{self.name}Empty")
        self._who = Line("cardTitle", name=f"{self.name}Who")
        self._facts = Line("small", name=f"{self.name}Facts")
        self._when = label("", "small")
        self._nobody = label(self.nobody_words(), "muted", wraps=True)
        self.badge = Badge()
        self._pause = single_shot(self, self._bring, PAUSE_MS)

    def furnish(self, rows: SoundList, filters: FilterRow, lack: LackLine) -> None:
        """Put it together."""
        clock = SystemClock()
        self.list = rows
        self.model = SoundModel(clock, self)
        rows.setModel(self.model)
        rows.follow_model()
        rows.setItemDelegate(SoundDelegate(clock, self._region, rows))
        self.filters = filters
        self._lack = lack
        self._build()
        self._connect()
        self.show_page(KeptQuery(owner_id=self.owner_id()), ())

    # What a kind of sound says of itself

    def nobody_words(self) -> str:
        """Said where nothing is chosen."""
        raise NotImplementedError

    def parts(self) -> Sequence[QWidget]:
        """What stands below the player, top to bottom; the first takes the room there is."""
        raise NotImplementedError

    def ask_page(self, query: KeptQuery, limit: int) -> None:
        """Read the list; show_page() takes the answer."""
        raise NotImplementedError

    def bring_sound(self, one: Kept, *, play: bool) -> None:
        """Bring its sound into the player."""
        raise NotImplementedError

    def save_sound(self, one: Kept, target: Path) -> None:
        """Save its sound."""
        raise NotImplementedError

    def show_rest(self, one: Kept) -> None:
        """Show what is below the player."""
        raise NotImplementedError

    def empty_words(self) -> str:
        """One line in the place of an empty list."""
        raise NotImplementedError

    def missing_words(self, one: Kept) -> str:
        """Why it cannot be heard at all, "" when it can."""
        return ""

    def owner_id(self) -> str:
        raise NotImplementedError

    # The list

    @Slot()
    def ask(self) -> None:
        """Read the list as it is searched and filtered."""
        query = KeptQuery(owner_id=self.owner_id(), text=self.words, only=self.only)
        self.model.region = self._region()
        if query.owner_id:
            self.ask_page(query, self.model.limit)
        else:
            self.show_page(query, ())

    def show_page(self, query: KeptQuery, found: Sequence[Kept]) -> None:
        """The answer, unless something else was asked meanwhile."""
        if query != KeptQuery(owner_id=self.owner_id(), text=self.words, only=self.only):
            return
        self.model.show_rows(tuple(found))
        not_found = self.tr("Nothing matches “{0}”.").replace("{0}", self.words)
        self.empty.setText(not_found if self.words else self.empty_words())
        self.empty.setVisible(not found)
        self.list.setVisible(bool(found))
        self.list.choose_first()
        if found and self._wants_keys:
            self._wants_keys = False
            self.focus_list()
        self._show_chosen()

    def search(self, words: str) -> None:
        self.words = words
        self.ask()

    @Slot(object)
    def show_only(self, only: OnlyKept) -> None:
        self.only = only
        self.filters.choose(only)
        self.ask()

    def take_keys_back(self) -> None:
        """A row comes back: the keyboard belongs to the list then."""
        self._wants_keys = True

    def focus_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.list.choose_first()

    def showEvent(self, event: QShowEvent) -> None:
        """What came meanwhile is read."""
        super().showEvent(event)
        self.ask()
        self._desk.player.look_for_outputs()

    # The chosen one

    @property
    def key(self) -> str:
        return f"{self.name}:{self.shown.id}" if self.shown is not None else ""

    @Slot()
    def _show_chosen(self) -> None:
        one = self.list.chosen()
        before, self.shown = self.shown, one
        is_somebody = one is not None
        self._nobody.setVisible(not is_somebody)
        self._detail.setVisible(is_somebody)
        if one is None:
            self.player.show_sound("", 0.0)
            return
        region = self._region()
        self._who.setText(voice_words.who(one, region))
        self._facts.setText(self.facts(one))
        self._when.setText(clock_time(one.at))
        self.player.show_sound(self.key, float(one.length_s), self.missing_words(one))
        self.show_rest(one)
        if before is None or before.id != one.id or (one.is_here and not before.is_here):
            self._pause.start()

    def facts(self, one: Kept) -> str:
        """The line below the name."""
        return voice_words.detail_line(one, self._region())

    @Slot()
    def _bring(self) -> None:
        """The chosen sound into the player, unless something is being listened to."""
        one, playing = self.shown, self._desk.player.playing
        if one is not None and one.is_here and self.isVisible() and not playing.is_playing:
            self.bring_sound(one, play=False)

    @Slot()
    def play(self) -> None:
        """Bring it and play."""
        if self.shown is not None and not self.missing_words(self.shown):
            self.bring_sound(self.shown, play=True)

    def into_player(self, one: Kept, path: Path, *, play: bool) -> None:
        """Its file is here: load it if it is still the chosen one."""
        if self.shown is not None and self.shown.id == one.id:
            self._desk.player.load(self.key, path, play=play)

    @Slot()
    def save(self) -> None:
        one = self.shown
        if one is None:
            return
        ending = ENDINGS.get(one.media_type, "mp3" if not one.is_here else "wav")
        dialog = named(QFileDialog(self, self.tr("Save the sound")), "saveSound")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.selectFile(voice_words.file_name(one, ending))
        dialog.fileSelected.connect(lambda path: self.save_sound(one, Path(path)))
        dialog.open()

    @Slot()
    def call(self) -> None:
        if self.shown is not None and self.shown.number:
            self.call_asked.emit(self.shown.number, self.shown.name)

    @Slot()
    def fax(self) -> None:
        if self.shown is not None and self.shown.number:
            self.fax_asked.emit(self.shown.number)

    @Slot(QPoint)
    def open_menu(self, at: QPoint) -> None:
        """The chosen row's own menu, at a point of the list's viewport."""
        raise NotImplementedError

    def _region(self) -> str:
        return region_of(self._desk)

    def _build(self) -> None:
        card = Card()
        fill(card.body, self.filters, self._lack, self.empty, (self.list, 1), margins=(8, 12, 8, 16))
        card.body.addStretch(0)
        detail = named(Card(), f"{self.name}Detail", self.nobody_words())
        self._detail = QWidget()
        column = QVBoxLayout(self._detail)
        head = across((self._who, 1), self.badge, self._when, spacing=10)
        first, *rest = self.parts()
        fill(column, head, self._facts, 6, self.player, 6, (first, 1), *rest, margins=0, spacing=6)
        fill(detail.body, self._nobody, (self._detail, 1))
        detail.body.addStretch(0)
        self.body = FolderBody(card, detail, first=self.first_step, shares=(42, 58), fold_px=FOLD_PX)
        under = QHBoxLayout()
        under.addStretch(0)
        under.addWidget(self.body.details)
        card.body.addLayout(under)
        fill(QVBoxLayout(self), self.body, margins=0)

    def first_step(self) -> QWidget:
        """Where the keyboard belongs when somebody turns to the chosen one."""
        return self.player

    def _connect(self) -> None:
        rows = self.list
        rows.chosen_changed.connect(self._show_chosen)
        rows.play_asked.connect(self._toggle)
        rows.skip_asked.connect(self.player.skip)
        rows.speed_asked.connect(self.player.step_speed)
        rows.customContextMenuRequested.connect(self.open_menu)
        self.player.play_asked.connect(self.play)
        self.model.more_asked.connect(self.ask)
        self.filters.pressed.connect(self.show_only)
        self.body.list_asked.connect(self.focus_list)

    @Slot()
    def _toggle(self) -> None:
        self.player.toggle()
