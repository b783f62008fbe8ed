"""Voicemails: what was said, and what is done about it: call back, fax, mark, pass on, save, delete.

Heard after three seconds of playing, not on opening. GUI thread. Read next: sound_side.py, said_text.py,
bridge/messages/voicemail_desk.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.account.capability import Capability
from rcdesk.core.messages.kept import Kept, KeptQuery, KeptVoicemail, OnlyKept
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.core.people.people import TimelineItem
from rcdesk.render.rich_text import ClosedText
from rcdesk.ui.kit.flow import FlowFrame
from rcdesk.ui.kit.foot_line import FootLine
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.lacks import Lacking, LackLine, grey_action, why_not
from rcdesk.ui.kit.look import Button, across, down, hairline, label
from rcdesk.ui.kit.moments import clock_time
from rcdesk.ui.people.list_page import FilterRow
from rcdesk.ui.people.timeline import PersonTimeline
from rcdesk.ui.voicemail.said_text import SaidText
from rcdesk.ui.voicemail.sound_list import SoundList
from rcdesk.ui.voicemail.sound_side import SoundSide
from rcdesk.ui.words import voice_words

LONGEST_NOTE = 1000


class VoicemailSide(SoundSide):
    """note_asked(text): fax this."""

    note_asked = Signal(str)
    name = "voicemail"

    def __init__(self, desk: Desk, foot: FootLine) -> None:
        super().__init__(desk, foot)
        rows = SoundList(
            "voicemailList",
            self.tr("Voicemail"),
            self.tr("Space plays, Left and Right move, U marks as new, Del deletes."),
        )
        filters = FilterRow(
            (
                ("voicemail_all", self.tr("All"), OnlyKept.ALL),
                ("voicemail_new", self.tr("New"), OnlyKept.NEW),
            )
        )
        here = self.tr("What was downloaded before can be heard.")
        lack = LackLine("voicemailLack", desk.session, Capability.MESSAGES, rest=here)
        self._origin = label(self.tr("Written by RingCentral; may be wrong"), "small")
        self._copy = Button(self.tr("Copy"), kind="link", name="voicemailCopy", act=self._copy_text)
        self._no_text = label("", "muted", wraps=True, name="voicemailNoText")
        self._text = SaidText()
        self._timeline = PersonTimeline()
        self._timeline.setObjectName("voicemailTimeline")
        self._deleted: tuple[str, ...] = ()
        self._asked = 0
        self._make_buttons()
        self.furnish(rows, filters, lack)
        mail = desk.voicemails
        for button in (self._mark, self._delete):
            Lacking(desk.session, button, Capability.MESSAGES_CHANGE)
        rows.new_asked.connect(self._toggle_new)
        rows.delete_asked.connect(self.delete)
        mail.changed.connect(self.ask)
        mail.problem.connect(foot.say_problem)
        mail.said.connect(foot.say_good)
        mail.new_count_changed.connect(self._show_count)
        desk.player.heard.connect(self._heard)
        desk.people.people_changed.connect(self.ask)
        self._text.number_chosen.connect(self._open_number)
        self._timeline.fax_chosen.connect(self.fax_chosen)
        self._show_count()

    # See SoundSide

    def nobody_words(self) -> str:
        return self.tr("Choose a voicemail to hear and to read it.")

    def owner_id(self) -> str:
        return self._desk.voicemails.owner_id

    def ask_page(self, query: KeptQuery, limit: int) -> None:
        self._desk.voicemails.page(query, limit, lambda found: self.show_page(query, found))

    def bring_sound(self, one: Kept, *, play: bool) -> None:
        if isinstance(one, KeptVoicemail):
            self._desk.voicemails.open_sound(one, lambda path: self.into_player(one, path, play=play))

    def save_sound(self, one: Kept, target: Path) -> None:
        if isinstance(one, KeptVoicemail):
            self._desk.voicemails.save(one, target)

    def empty_words(self) -> str:
        if self.only is OnlyKept.NEW:
            return self.tr("No new voicemail.")
        return self.tr("No voicemail. Callers reach it when nobody answers.")

    def missing_words(self, one: Kept) -> str:
        is_lost = isinstance(one, KeptVoicemail) and one.is_gone and not one.is_here
        return self.tr("RingCentral deleted it before its sound was downloaded.") if is_lost else ""

    def facts(self, one: Kept) -> str:
        parts = [super().facts(one)]
        if isinstance(one, KeptVoicemail) and one.to_number:
            to = pretty(one.to_number, self._region())
            parts.append(self.tr("called your {0}").replace("{0}", to))
        return " · ".join(filter(None, parts))

    def parts(self) -> Sequence[QWidget]:
        said, steps = QWidget(), QWidget()
        across(label(self.tr("What was said"), "label"), ..., self._origin, self._copy, of=said, margins=0)
        across((self._call, 1), (self._fax, 1), of=steps, margins=0, spacing=8)
        links = FlowFrame(margin=0, gap=2, last_min_width=0)
        parts = (self._mark, self._forward, self._save, self._print, self._delete, QWidget())
        for part in parts:
            part.setParent(links)
        links.set_widgets(parts)
        self._before = label(self.tr("Before and after"), "label")
        self._middle = QWidget()
        down(
            said,
            self._no_text,
            (self._text, 3),
            hairline(),
            self._before,
            (self._timeline, 2),
            of=self._middle,
            margins=0,
            spacing=8,
        ).addStretch(0)
        return self._middle, steps, links

    def show_rest(self, one: Kept) -> None:
        assert isinstance(one, KeptVoicemail)
        self.badge.set("" if one.is_read else self.tr("New"), "accent")
        text = one.transcript or ""
        self._text.show_text(text, self._region())
        self._text.setVisible(bool(text))
        for part in (self._origin, self._copy):
            part.setVisible(bool(text))
        self._no_text.setText(voice_words.no_text(one))
        self._no_text.setVisible(not text)
        self._print.setEnabled(bool(text))
        for button in (self._call, self._fax):
            button.setEnabled(bool(one.number))
            button.setToolTip("" if one.number else self.tr("This caller withheld their number."))
        self._mark.setText(self.tr("Mark as heard") if not one.is_read else self.tr("Mark as new"))
        self._mark.setToolTip(self.tr("Key U"))
        why = self.tr("The caller marked it private: it may not be passed on.") if one.is_private else ""
        self._forward.setEnabled(not why)
        self._forward.setToolTip(why)
        self._read_timeline(one)

    def first_step(self) -> QWidget:
        return self._call

    @Slot(QPoint)
    def open_menu(self, at: QPoint) -> None:
        one = self.shown
        if not isinstance(one, KeptVoicemail):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        if one.number:
            menu.addAction(icon("phone"), self.tr("Call back")).triggered.connect(self.call)
            menu.addAction(icon("fax"), self.tr("Fax them")).triggered.connect(self.fax)
        mark = menu.addAction(icon("mail"), self._mark.text())
        mark.triggered.connect(self._toggle_new)
        menu.addAction(icon("download"), self.tr("Save…")).triggered.connect(self.save)
        delete = menu.addAction(icon("trash"), self.tr("Delete"))
        delete.triggered.connect(self.delete)
        for action in (mark, delete):
            grey_action(action, why_not(self._desk.session, Capability.MESSAGES_CHANGE))
        menu.popup(self.list.viewport().mapToGlobal(at))

    # What can be done

    @Slot()
    def delete(self) -> None:
        """At once, with a way back."""
        one = self.shown
        if one is None or why_not(self._desk.session, Capability.MESSAGES_CHANGE):
            return
        if self._desk.player.playing.key == self.key:
            self._desk.player.clear()
        self._deleted = (one.id,)
        self._desk.voicemails.delete(self._deleted)
        who = voice_words.who(one, self._region())
        self.foot.say_done(self.tr("The voicemail from {0} was deleted.").replace("{0}", who), True)

    def undo(self) -> bool:
        """Bring back what was deleted last; False when there is nothing."""
        ids, self._deleted = self._deleted, ()
        if ids:
            self.take_keys_back()
            self._desk.voicemails.bring_back(ids)
        return bool(ids)

    @Slot()
    def _toggle_new(self) -> None:
        one = self.shown
        if isinstance(one, KeptVoicemail) and not why_not(self._desk.session, Capability.MESSAGES_CHANGE):
            self._desk.voicemails.mark_read((one.id,), not one.is_read)

    @Slot(str)
    def _heard(self, key: str) -> None:
        kind, _, one_id = key.partition(":")
        if kind == self.name:
            self._desk.voicemails.mark_read((one_id,), True)

    @Slot()
    def _copy_text(self) -> None:
        if isinstance(self.shown, KeptVoicemail):
            QGuiApplication.clipboard().setText(self.shown.transcript or "")

    @Slot()
    def _open_forward(self) -> None:
        """RingCentral passes no voicemail on by itself: its file or its text goes another way."""
        one = self.shown
        if not isinstance(one, KeptVoicemail):
            return
        menu = QMenu(self)
        menu.setObjectName("forwardMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        file = menu.addAction(icon("copy"), self.tr("Copy the sound file, for an e-mail"))
        file.triggered.connect(partial(self._copy_file, one))
        if one.transcript:
            menu.addAction(icon("fax"), self.tr("Fax the text…")).triggered.connect(self._fax_text)
            menu.addAction(icon("copy"), self.tr("Copy the text")).triggered.connect(self._copy_text)
        menu.popup(self._forward.mapToGlobal(self._forward.rect().bottomLeft()))

    def _copy_file(self, one: KeptVoicemail, _is_checked: bool = False) -> None:
        def here(path: Path) -> None:
            mime = QMimeData()
            mime.setUrls([QUrl.fromLocalFile(str(path))])
            QGuiApplication.clipboard().setMimeData(mime)
            self.foot.say_good(self.tr("Copied. Paste it into an e-mail."))

        self._desk.voicemails.open_sound(one, here)

    def _as_note(self, one: KeptVoicemail) -> str:
        head = self.tr("Voicemail from {0}, {1}:")
        head = head.replace("{0}", voice_words.who(one, self._region())).replace("{1}", clock_time(one.at))
        return f"{head}\n{one.transcript}"

    @Slot()
    def _fax_text(self) -> None:
        if isinstance(self.shown, KeptVoicemail):
            self.note_asked.emit(self._as_note(self.shown)[:LONGEST_NOTE])

    @Slot()
    def _print_text(self) -> None:
        one = self.shown
        if not isinstance(one, KeptVoicemail) or not one.transcript:
            return
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        document = ClosedText(dialog)
        document.setPlainText(self._as_note(one))
        dialog.accepted.connect(lambda: document.print_(printer))
        dialog.setModal(True)
        dialog.show()

    @Slot(str)
    def _open_number(self, number: str) -> None:
        menu = QMenu(self)
        menu.setObjectName("numberMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = pretty(number, self._region())
        call = menu.addAction(icon("phone"), self.tr("Call {0}").replace("{0}", shown))
        call.triggered.connect(lambda: self.call_asked.emit(number, ""))
        fax = menu.addAction(icon("fax"), self.tr("Fax {0}").replace("{0}", shown))
        fax.triggered.connect(lambda: self.fax_asked.emit(number))
        copy = menu.addAction(icon("copy"), self.tr("Copy number"))
        copy.triggered.connect(partial(QGuiApplication.clipboard().setText, shown))
        menu.popup(self._text.mapToGlobal(self._text.cursorRect().bottomLeft()))

    def _read_timeline(self, one: KeptVoicemail) -> None:
        self._asked += 1
        asked = self._asked

        def heard(items: tuple[TimelineItem, ...]) -> None:
            if asked == self._asked:
                self._timeline.rows.show_rows(items)
                for part in (self._before, self._timeline):
                    part.setVisible(bool(items))

        if one.number:
            self._desk.people.timeline((one.number,), heard)
        else:
            heard(())

    @Slot()
    def _show_count(self) -> None:
        count = self._desk.voicemails.new_count
        words = self.tr("New {0}").replace("{0}", str(count)) if count else self.tr("New")
        self.filters.rename(OnlyKept.NEW, words)

    def _make_buttons(self) -> None:
        def link(words: str, sign: str, name: str, act: object) -> Button:
            return Button(words, kind="link", icon_name=sign, name=name, act=act)

        self._call = Button(
            self.tr("Call back"),
            kind="call",
            icon_name="phone",
            token="ongood",
            name="voicemailCall",
            act=self.call,
        )
        self._fax = Button(self.tr("Fax them"), icon_name="fax", name="voicemailFax", act=self.fax)
        self._fax.setMinimumHeight(46)
        self._mark = link(self.tr("Mark as new"), "mail", "voicemailMark", self._toggle_new)
        self._forward = link(self.tr("Forward…"), "forward", "voicemailForward", self._open_forward)
        self._save = link(self.tr("Save…"), "download", "voicemailSave", self.save)
        self._print = link(self.tr("Print the text"), "print", "voicemailPrint", self._print_text)
        self._delete = link(self.tr("Delete"), "trash", "voicemailDelete", self.delete)
