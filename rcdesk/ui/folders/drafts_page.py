"""Drafts: the faxes that were begun and not sent, the one changed last on top.

Enter or a double click goes on with one, Del deletes the chosen ones and offers Undo. GUI thread. Read next:
bridge/fax/drafts_desk.py, kept_composed.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QMenu,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.core.fax.kept_draft import KeptDraft
from rcdesk.ui.compose.kept_composed import draft_detail, draft_title
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.foot_line import FootLine
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.look import Button, across, down, fill, glyph, label, named
from rcdesk.ui.kit.moments import coming
from rcdesk.ui.kit.row_list import (
    ITEM_ROLE,
    RIGHT,
    Index,
    RowDelegate,
    RowList,
    RowModel,
    width_of,
    write,
    write_two,
)


class DraftsModel(RowModel):
    """KeptDraft."""

    def words(self, item: KeptDraft) -> str:
        return draft_title(item, self.region)

    def spoken(self, item: KeptDraft) -> str:
        return ", ".join((self.words(item), draft_detail(item), coming(item.changed_at)))


class DraftsDelegate(RowDelegate):
    """A sheet, who over what, and when it was changed."""

    draws = KeptDraft

    def draw(self, painter: QPainter, area: QRect, item: KeptDraft, index: Index, is_chosen: bool) -> None:
        sign = glyph("draft", "ink2", 20, painter.device().devicePixelRatio())
        painter.drawPixmap(area.left() + 14, area.center().y() - 10, sign)
        when = coming(item.changed_at)
        wide = width_of(painter, when, 12) + 4
        write(painter, area.adjusted(area.width() - wide - 14, 0, -14, 0), when, 12, "ink2", RIGHT)
        text = area.adjusted(48, 0, -wide - 30, 0)
        write_two(painter, text, str(index.data()), draft_detail(item))


class DraftsList(RowList):
    """open_asked() and delete_asked() for the chosen rows."""

    open_asked = Signal()
    delete_asked = Signal()

    def __init__(self) -> None:
        super().__init__("draftsList", _key_of)
        self.setAccessibleName(self.tr("Drafts"))
        self.setAccessibleDescription(self.tr("Enter opens, Del deletes."))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setItemDelegate(DraftsDelegate(self))
        self.doubleClicked.connect(self.open_asked)

    def chosen(self) -> tuple[KeptDraft, ...]:
        rows = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return tuple(row.data(ITEM_ROLE) for row in rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.open_asked.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_asked.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()


class DraftsPage(QWidget):
    """open_asked(key) to go on with a draft, new_fax_asked() on its button."""

    open_asked = Signal(str)
    new_fax_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._deleted: tuple[str, ...] = ()
        named(self, "draftsPage", self.tr("Drafts"))
        self.model = DraftsModel(self)
        self.list = DraftsList()
        self.list.setModel(self.model)
        self.list.follow_model()
        self.foot = FootLine()
        self._count = label("", "muted", name="folderCount")
        self._empty = label(
            self.tr("No drafts. A fax you begin is kept here until you send it."), "muted", wraps=True
        )
        self._empty.setObjectName("emptyWords")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._new_fax = Button(self.tr("New fax"), kind="primary", icon_name="compose", name="newFaxHere")
        self._open = self._button("openDraft", self.tr("Open"), "compose", self._open_chosen)
        self._delete = self._button("deleteDrafts", self.tr("Delete"), "trash", self._delete_chosen)
        self._build()
        self.list.open_asked.connect(self._open_chosen)
        self.list.delete_asked.connect(self._delete_chosen)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.list.selectionModel().selectionChanged.connect(self._show_buttons)
        self.foot.undo_asked.connect(self.undo)
        desk.drafts.changed.connect(self._refresh)
        desk.drafts.problem.connect(self.foot.say_problem)
        self._refresh()

    def focus_list(self) -> None:
        """The keyboard works in the list, or where a fax is begun when there is none."""
        place = self.list if self.model.rowCount() else self._new_fax
        place.setFocus(Qt.FocusReason.OtherFocusReason)
        self.list.choose_first()

    @Slot()
    def undo(self) -> bool:
        """Bring back what was deleted last; True when that could be."""
        keys, self._deleted = self._deleted, ()
        if keys and self.foot.can_undo:
            self.foot.clear()
            self._desk.drafts.bring_back(keys)
            self.focus_list()
            return True
        return False

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(label(self.tr("Drafts"), "pageTitle"))
        head.addWidget(self._count, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        self._new_fax.clicked.connect(self.new_fax_asked)
        head.addWidget(self._new_fax)
        card = Card()
        fill(card.body, (self._empty, 1), (self.list, 1), margins=(12, 12, 12, 20), spacing=8)
        foot = across((self.foot, 1), margins=(8, 0, 8, 0), spacing=12)
        foot.addStretch(0)
        fill(foot, self._delete, self._open)
        card.body.addLayout(foot)
        down(head, (card, 1), of=self, margins=(24, 20, 24, 20), spacing=16)

    def _button(self, name: str, words: str, icon_name: str, act: Any) -> Button:
        return Button(words, icon_name=icon_name, name=name, act=act)

    @Slot()
    def _refresh(self) -> None:
        account, drafts = self._desk.session.account, self._desk.drafts.all
        self.model.region = account.home_country if account is not None else "US"
        self.model.show_rows(drafts)
        self._count.setText(str(len(drafts)) if drafts else "")
        self.list.setVisible(bool(drafts))
        self._empty.setVisible(not drafts)
        self._show_buttons()

    @Slot()
    def _show_buttons(self) -> None:
        chosen = len(self.list.chosen())
        self._open.setVisible(chosen == 1)
        self._delete.setVisible(chosen > 0)

    @Slot()
    def _open_chosen(self) -> None:
        chosen = self.list.chosen()
        if len(chosen) == 1:
            self.open_asked.emit(chosen[0].key)

    @Slot()
    def _delete_chosen(self) -> None:
        self._delete_all(self.list.chosen())

    def _delete_all(self, drafts: Sequence[KeptDraft]) -> None:
        if not drafts:
            return
        self._deleted = tuple(draft.key for draft in drafts)
        row = self.list.currentIndex().row()
        self._desk.drafts.delete(self._deleted)
        if self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(min(row, self.model.rowCount() - 1), 0))
        self.focus_list()
        words = self.tr("The draft was deleted.")
        if len(drafts) > 1:
            words = self.tr("{0} drafts were deleted.").format(len(drafts))
        self.foot.say_done(words, True)

    @Slot(QPoint)
    def _open_menu(self, place: QPoint) -> None:
        chosen = self.list.chosen()
        if not chosen:
            return
        menu = named(QMenu(self), "draftMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if len(chosen) == 1:
            menu.addAction(icon("compose"), self.tr("Open"), self._open_chosen)
        words = self.tr("Delete") if len(chosen) == 1 else self.tr("Delete {0} drafts").format(len(chosen))
        menu.addAction(icon("trash"), words, self._delete_chosen)
        menu.popup(self.list.viewport().mapToGlobal(place))


def _key_of(item: object) -> object:
    return item.key if isinstance(item, KeptDraft) else None
