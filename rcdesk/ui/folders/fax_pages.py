"""The pages Queue, Sent, Failed and Received: search, a list, and beside it the story of what is chosen.

The list pages through the archive (bridge/fax/folder_model.py) and is only read while its page is shown.
Keys: Ctrl+F searches, Enter opens, Right goes to the story, Del cancels what has not gone and deletes what is
over, the menu key offers every step. GUI thread. Read next: folder_search.py, fax_list.py, fax_story.py,
received_page.py, actions.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import cast

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPoint,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QMenu, QStackedWidget, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.fax.folder_model import ROW_ROLE
from rcdesk.bridge.runtime.timers import single_shot, ticking
from rcdesk.core.fax.fax import FaxJob, FaxState
from rcdesk.core.fax.folder import FaxRow, Folder, Only, ReceivedFax, Shelf
from rcdesk.ui.folders.actions import FaxActs
from rcdesk.ui.folders.fax_list import FaxListView
from rcdesk.ui.folders.fax_steps import FOR_ALL, FaxStep, main_step, shared_steps, step_icon, step_words
from rcdesk.ui.folders.fax_story import FaxStory
from rcdesk.ui.folders.folder_empty import FolderEmpty, ListOrEmpty
from rcdesk.ui.folders.folder_head import FolderHead
from rcdesk.ui.folders.received_page import ReceivedStory
from rcdesk.ui.folders.row_pictures import RowPictures
from rcdesk.ui.folders.tidying import Tidy, Tidying, tidies, tidy_words
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.foot_line import FootLine
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.list_and_detail import FolderBody
from rcdesk.ui.kit.look import IconButton, down, fill, named
from rcdesk.ui.words.fax_words import is_new, spoken
from rcdesk.ui.words.folder_words import standing_words, title

SEEN_AFTER_MS = 2000
MOST_ROWS = 500
"""Larger selections are only counted: their rows need not be in memory."""


class FaxFolderPage(QWidget):
    """One folder. new_fax_asked() on its button; edit_asked(FaxDraft) and call_asked(number) of steps."""

    new_fax_asked = Signal()
    edit_asked = Signal(object)
    call_asked = Signal(str)

    def __init__(self, desk: Desk, folder: Folder) -> None:
        super().__init__()
        self._desk = desk
        self._folder = folder
        self._wanted_id: int | None = None
        self._last_row = 0
        self.model = desk.new_folder_model(self)
        self.model.words = spoken
        self.model.set_watched(False)
        self.head = FolderHead(folder, desk.session)
        self.search = self.head.search
        self.list = self._make_list()
        self.story = FaxStory(desk)
        self.received = ReceivedStory(desk)
        self.acts = FaxActs(desk, self)
        self.tidying = Tidying(desk.shelves, self)
        self._undo_done: Callable[[], None] | None = None
        self.foot = FootLine()
        self._archive = self._tidy_button(Tidy.ARCHIVE, self.tr("Archive"))
        self._trash = self._tidy_button(Tidy.DELETE, self.tr("Delete here (Del)"))
        self.empty = FolderEmpty(folder, desk.session)
        self._second = ticking(self, self._count_down, 1000)
        self._seen = single_shot(self, self._mark_seen, SEEN_AFTER_MS)
        self._build()
        self._connect()
        self._ask()
        self._paused_changed()

    # How it is put together

    def _build(self) -> None:
        self._stack = ListOrEmpty(self.list, self.empty)
        self._side = QStackedWidget()
        self._side.addWidget(self.story)
        self._side.addWidget(self.received)
        card = Card()
        self.body = FolderBody(card, self._side)
        self._fill_card(card)
        down(self.head, (self.body, 1), of=self, margins=(24, 20, 24, 20), spacing=16)

    def _fill_card(self, card: Card) -> None:
        inside = card.body
        fill(inside, (self._stack, 1), margins=(8, 12, 8, 20), spacing=8)
        room = self.foot.sizePolicy()
        room.setRetainSizeWhenHidden(True)  # the buttons stay at the right end
        self.foot.setSizePolicy(room)
        foot = QHBoxLayout()
        fill(foot, (self.foot, 1), margins=(12, 0, 12, 0))
        for button in (self._archive, self._trash):
            foot.addWidget(button, 0, Qt.AlignmentFlag.AlignRight)
        foot.addWidget(self.body.details, 0, Qt.AlignmentFlag.AlignRight)
        inside.addLayout(foot)

    def _make_list(self) -> FaxListView:
        view = named(FaxListView(title(self._folder)), "faxList")
        view.setModel(self.model)
        view.fax_delegate.show_pictures(RowPictures(self._desk.proofs.first_page, self))
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        return view

    def _connect(self) -> None:
        desk, view = self._desk, self.list
        self.head.new_fax_asked.connect(self.new_fax_asked)
        self.head.log_asked.connect(self.acts.ask_log)
        self.head.sync_asked.connect(desk.received.sync_now)
        self.head.pause_asked.connect(self._toggle_pause)
        self.empty.everything_asked.connect(self.search.clear)
        fill = self.head.sync_asked if self._folder is Folder.RECEIVED else self.new_fax_asked
        self.empty.fill_asked.connect(fill)
        self.search.changed.connect(self._ask)
        self.search.list_asked.connect(self.focus_list)
        self.model.counted.connect(self._counted)
        self.model.loaded.connect(self._loaded)
        self.model.loaded.connect(view.fax_delegate.rows_loaded)
        self.model.dataChanged.connect(self._rows_changed)
        view.selectionModel().selectionChanged.connect(self._selection_changed)
        view.opened.connect(self._opened)
        view.removed.connect(self._remove)
        view.left.connect(self.search.clear)
        view.story_asked.connect(self.body.show_story)
        self.body.list_asked.connect(self.focus_list)
        view.customContextMenuRequested.connect(self._open_menu)
        view.verticalScrollBar().valueChanged.connect(self._looked_at)
        for story in (self.story, self.received):
            story.step_taken.connect(self._step_taken)
        self.acts.edit_asked.connect(self.edit_asked)
        self.acts.call_asked.connect(self.call_asked)
        desk.faxes.jobs_changed.connect(self._watch_held)
        desk.faxes.paused_changed.connect(self._paused_changed)
        desk.session.account_changed.connect(self._ask)
        self.acts.cancelled.connect(self._cancelled)
        self.tidying.done.connect(self._tidied)
        self.foot.undo_asked.connect(self.undo)
        desk.faxes.problem.connect(self._fax_problem)
        for voice in (desk.faxes, desk.proofs, desk.received, desk.shelves):
            voice.said.connect(self.foot.say_good)
        for voice in (desk.proofs, desk.received, desk.shelves):
            voice.problem.connect(self.foot.say_problem)
        self.model.problem.connect(self.foot.say_problem)

    @Slot(str)
    def _fax_problem(self, sentence: str) -> None:
        """Why a fax waits stands in its row, and does not grow stale there."""
        if all(job.detail != sentence for job in self._desk.faxes.jobs if job.state is FaxState.WAITING):
            self.foot.say_problem(sentence)

    # What is asked for

    def select(self, row_id: int) -> None:
        """Choose a fax and scroll to it; a search or filter that hides it is given up."""
        self._wanted_id = row_id
        if self.search.is_narrowed:
            self.search.clear()
        self._select_wanted()
        if self._wanted_id is not None:
            self.model.find_row(row_id, self._found)

    def focus_search(self) -> None:
        self.search.take_focus()

    def showEvent(self, event: QShowEvent) -> None:
        """Read the folder while it is looked at."""
        super().showEvent(event)
        self.model.set_watched(True)
        self._watch_held()
        self._looked_at()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing is read and nothing counts as seen."""
        super().hideEvent(event)
        self.model.set_watched(False)
        self._second.stop()
        self._seen.stop()

    @Slot()
    def _ask(self) -> None:
        account = self._desk.session.account
        self._last_row = 0
        self.model.set_query(self.search.query(account.owner_id if account is not None else ""))

    @Slot(int)
    def _counted(self, count: int) -> None:
        self.head.set_count(count)
        self._stack.show_list(has_rows=count > 0)
        self.empty.show_why(is_narrowed=self.search.is_narrowed, text=self.search.field.text().strip())
        if not count:
            self._show_story()

    @Slot()
    def undo(self) -> bool:
        """Take back what was done here last, while the foot offers it; True when that could be."""
        take_back, self._undo_done = self._undo_done, None
        if take_back is None or not self.foot.can_undo:
            return False
        self.foot.clear()
        self._stack.want_list()
        take_back()
        return True

    @Slot(str, bool)
    def _cancelled(self, words: str, can_undo: bool) -> None:
        self._undo_done = self.acts.undo_cancel
        self.foot.say_done(words, can_undo)

    @Slot(str)
    def _tidied(self, words: str) -> None:
        self._undo_done = self.tidying.undo
        self.foot.say_done(words, True)

    @Slot()
    def _loaded(self) -> None:
        self._select_wanted()
        has_none = not self.list.selectionModel().hasSelection()
        if has_none and self.model.rowCount() and self._wanted_id is None:
            self._choose_row(min(self._last_row, self.model.rowCount() - 1))
        self._show_story()
        self._looked_at()

    def _found(self, row: int | None) -> None:
        if row is None or self._wanted_id is None:
            self._wanted_id = None
            return
        self._choose_row(row)
        self._wanted_id = None

    def _select_wanted(self) -> None:
        if self._wanted_id is None:
            return
        row = self.model.row_of(self._wanted_id)
        if row is not None:
            self._wanted_id = None
            self._choose_row(row)

    def _choose_row(self, row: int) -> None:
        if 0 <= row < self.model.rowCount():
            index = self.model.index(row)
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.list.selectionModel().setCurrentIndex(index, flag)
            if row:
                self.list.scrollTo(index)

    # What is chosen

    def _parts(self) -> list[QItemSelectionRange]:
        selection = self.list.selectionModel().selection()
        return list(cast("Iterable[QItemSelectionRange]", selection))

    @property
    def _chosen_count(self) -> int:
        return sum(part.height() for part in self._parts())

    def chosen(self) -> tuple[FaxRow, ...]:
        """The chosen faxes as far as they are loaded, in the order of the list."""
        if self._chosen_count > MOST_ROWS:
            return ()
        rows = sorted(row for part in self._parts() for row in range(part.top(), part.bottom() + 1))
        found = (self.model.index(row).data(ROW_ROLE) for row in rows)
        return tuple(row for row in found if isinstance(row, FaxJob | ReceivedFax))

    @Slot(QItemSelection, QItemSelection)
    def _selection_changed(self, _new: QItemSelection, _old: QItemSelection) -> None:
        parts = self._parts()
        if parts:
            self._last_row = min(part.top() for part in parts)
        self._show_story()
        self._looked_at()

    @Slot(QModelIndex, QModelIndex)
    def _rows_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        if any(part.top() <= last.row() and part.bottom() >= first.row() for part in self._parts()):
            self._show_story()

    def _show_story(self) -> None:
        count, rows = self._chosen_count, self.chosen()
        if count > 1:
            is_all = count == self.model.rowCount()
            self.story.show_many(rows, count, FOR_ALL[self._folder] if is_all else ())
        elif not rows:
            self.story.clear()
        elif isinstance(rows[0], ReceivedFax):
            self.received.show_fax(rows[0])
        else:
            self.story.show_job(rows[0])
        is_received = count == 1 and bool(rows) and isinstance(rows[0], ReceivedFax)
        self._side.setCurrentWidget(self.received if is_received else self.story)
        self._show_tidies()

    @Slot(object, object)
    def _step_taken(self, step: FaxStep, rows: tuple[FaxRow, ...]) -> None:
        if rows:
            self.acts.take(step, rows)
        else:
            self.model.ask_all_ids(partial(self.acts.take_ids, step))

    @Slot(QModelIndex, bool)
    def _opened(self, index: QModelIndex, is_enter: bool) -> None:
        """Enter does the obvious thing; a double click only what shows pages, for it happens by accident."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, FaxJob | ReceivedFax) or self._chosen_count > 1:
            return
        step = main_step(row)
        if step is not None and (is_enter or step in (FaxStep.OPEN, FaxStep.PROOF)):
            self.acts.take(step, (row,))
        elif step is None and self.body.is_folded:
            self.body.show_story()

    @Slot()
    def _remove(self) -> None:
        rows = tuple(row for row in self.chosen() if FaxStep.CANCEL in shared_steps([row]))
        is_all = self._chosen_count == self.model.rowCount() > MOST_ROWS
        if is_all and FaxStep.CANCEL in FOR_ALL[self._folder]:
            self._step_taken(FaxStep.CANCEL, ())
        elif rows:
            self.acts.take(FaxStep.CANCEL, rows)
        else:
            self._tidy(Tidy.DELETE)

    def _tidy(self, tidy: Tidy, _is_checked: bool = False) -> None:
        """Archive or delete what is chosen; of a whole large folder the rows need not be in memory."""
        rows = self.chosen()
        if self._chosen_count == self.model.rowCount() > MOST_ROWS and self._folder is not Folder.QUEUE:
            is_archive = self.search.only is Only.ARCHIVED
            before = Shelf.ARCHIVED if is_archive else Shelf.NONE
            is_received = self._folder is Folder.RECEIVED
            self.model.ask_all_ids(
                partial(self.tidying.take_ids, tidy, before=before, is_received=is_received)
            )
        elif tidy is Tidy.ARCHIVE and Tidy.MOVE_BACK in tidies(rows):
            self.tidying.take(Tidy.MOVE_BACK, rows)
        elif tidy in tidies(rows):
            self.tidying.take(tidy, rows)

    def _tidy_button(self, tidy: Tidy, words: str) -> IconButton:
        made = IconButton(tidy.value, words, name=f"{tidy.name.lower()}Button", act=partial(self._tidy, tidy))
        return made

    def _show_tidies(self) -> None:
        """The buttons are there when all that is chosen is over."""
        rows = self.chosen()
        can = tidies(rows)
        is_all = self._chosen_count == self.model.rowCount() > MOST_ROWS and self._folder is not Folder.QUEUE
        for button in (self._archive, self._trash):
            button.setVisible(bool(can) or is_all)
        is_back = Tidy.MOVE_BACK in can
        words = tidy_words(Tidy.MOVE_BACK, len(rows)) if is_back else self.tr("Archive")
        self._archive.show_icon((Tidy.MOVE_BACK if is_back else Tidy.ARCHIVE).value)
        self._archive.setToolTip(words)
        self._archive.setAccessibleName(words)

    @Slot(QPoint)
    def _open_menu(self, place: QPoint) -> None:
        rows = self.chosen()
        if not rows or len(rows) != self._chosen_count:
            return
        menu = named(QMenu(self), "faxMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for step in shared_steps(rows):
            if step is FaxStep.CANCEL:
                menu.addSeparator()
            words = step_words(step, len(rows), rows[0] if len(rows) == 1 else None)
            action = menu.addAction(icon(step_icon(step)), words)
            action.triggered.connect(partial(self._menu_taken, step, rows))
        for number, tidy in enumerate(tidies(rows)):
            if not number:
                menu.addSeparator()
            action = menu.addAction(icon(tidy.value), tidy_words(tidy, len(rows)))
            action.triggered.connect(partial(self._tidy, tidy))
        if not menu.isEmpty():
            menu.popup(self.list.viewport().mapToGlobal(place))

    def _menu_taken(self, step: FaxStep, rows: tuple[FaxRow, ...], _is_checked: bool = False) -> None:
        self.acts.take(step, rows)

    # Time and looking

    @Slot()
    def focus_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _watch_held(self) -> None:
        """Count the seconds down while a fax can be taken back."""
        has_held = self._folder is Folder.QUEUE and any(
            job.state is FaxState.HELD for job in self._desk.faxes.jobs
        )
        if has_held and self.isVisible():
            self._second.start()
        else:
            self._second.stop()

    @Slot()
    def _count_down(self) -> None:
        self.list.viewport().update()
        self._show_story()

    @Slot()
    def _looked_at(self) -> None:
        if self._folder in (Folder.FAILED, Folder.QUEUE) and self.isVisible():
            self._seen.start()

    @Slot()
    def _mark_seen(self) -> None:
        """What lay in front of the user for two seconds has been seen."""
        if not self.isVisible() or not self.window().isActiveWindow():
            return
        view = self.list
        first = view.indexAt(QPoint(4, 4)).row()
        last = view.indexAt(QPoint(4, view.viewport().height() - 4)).row()
        last = last if last >= 0 else self.model.rowCount() - 1
        rows = (self.model.index(row).data(ROW_ROLE) for row in range(max(0, first), last + 1))
        ids = [row.id for row in rows if isinstance(row, FaxJob) and is_new(row)]
        if ids:
            self._desk.faxes.mark_seen(ids)

    @Slot()
    def _toggle_pause(self) -> None:
        self._desk.faxes.set_paused(not self._desk.faxes.is_paused)

    @Slot()
    def _paused_changed(self) -> None:
        is_paused = self._folder is Folder.QUEUE and self._desk.faxes.is_paused
        self.foot.set_standing(*standing_words(self._folder, is_paused=is_paused))
        self.head.set_paused(is_paused)
