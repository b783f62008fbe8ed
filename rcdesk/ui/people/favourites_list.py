"""FavouritesList: the numbers at hand in their order, changed by dragging or with Alt+Up and Alt+Down.

The order is that of the tray's menu. Del takes one away. Every change is kept at once. GUI thread. Read
next: settings_dialog.py, bridge/people/people_desk.py.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Slot
from PySide6.QtGui import QDropEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from rcdesk.bridge.desk import Desk
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.core.people.people import Favourite
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.look import color, dress, named
from rcdesk.ui.kit.theme import theme

ROW_PX = 40
_ROLE = int(Qt.ItemDataRole.UserRole) + 1


class FavouritesList(QListWidget):
    """Shows desk.people.favourites and gives back their new order."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        named(self, "favouritesList", self.tr("Favourites in the order of the tray’s menu"))
        self.setAccessibleDescription(self.tr("Drag to order, or press Alt+Up and Alt+Down. Del takes away."))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setIconSize(QSize(18, 18))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        dress(
            self,
            "QListWidget { background: $surface; border: 1px solid $hairline; border-radius: 10px; }"
            "QListWidget { padding: 4px; }"
            "QListWidget::item { color: $ink; border-radius: 8px; padding: 0 8px; }"
            "QListWidget::item:selected { background: $accent_tint; color: $ink; }"
            "QListWidget:focus { border: 2px solid $accent; padding: 3px; }",
        )
        desk.people.favourites_changed.connect(self._show)
        theme().changed.connect(self._show)
        self._show()

    @property
    def favourites(self) -> tuple[Favourite, ...]:
        """Those shown, in their order."""
        found = (self.item(row).data(_ROLE) for row in range(self.count()))
        return tuple(f for f in found if isinstance(f, Favourite))

    def move_current(self, by: int) -> None:
        """Move the current one up (-1) or down (1)."""
        row = self.currentRow()
        if row < 0 or not 0 <= row + by < self.count():
            return
        self.insertItem(row + by, self.takeItem(row))
        self.setCurrentRow(row + by)
        self._keep()

    def remove_current(self) -> None:
        row = self.currentRow()
        if row >= 0:
            self.takeItem(row)
            self._keep()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt+Up and Alt+Down move, Del takes away."""
        is_alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if is_alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.move_current(-1 if event.key() == Qt.Key.Key_Up else 1)
        elif event.key() == Qt.Key.Key_Delete:
            self.remove_current()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """A row was let go somewhere else. Told to be a copy, Qt does not take the old row away itself."""
        if event.source() is not self:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.take_drop(self.drop_row(event.position().toPoint()))

    def drop_row(self, place: QPoint) -> int:
        """The row before which something let go there belongs; the number of rows for the end."""
        index = self.indexAt(place)
        if not index.isValid():
            return self.count()
        return index.row() + (place.y() > self.visualRect(index).center().y())

    def take_drop(self, row: int) -> None:
        """Move the current one before this row."""
        current = self.currentRow()
        target = row - 1 if row > current else row
        if current >= 0 and target != current:
            self.insertItem(target, self.takeItem(current))
            self.setCurrentRow(target)
            self._keep()

    def _keep(self) -> None:
        wanted = self.favourites
        if wanted != self._desk.people.favourites:
            self._desk.people.set_favourites(wanted)

    @Slot()
    def _show(self) -> None:
        wanted = self._desk.people.favourites
        chosen = self.currentRow()
        account = self._desk.session.account
        region = account.home_country if account is not None else "US"
        if wanted != self.favourites or self.count() == 0:
            self.clear()
            for favourite in wanted:
                self.addItem(self._make(favourite, region))
            self.setCurrentRow(min(chosen, self.count() - 1))
        for row in range(self.count()):
            is_fax = self.item(row).data(_ROLE).is_fax
            self.item(row).setIcon(icon("fax" if is_fax else "star-fill", "ink2", 18))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Without favourites one line says how to get some."""
        super().paintEvent(event)
        if self.count() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(color("ink3"))
            words = self.tr("No favourites yet: star somebody on the People page.")
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(16, 0, -16, 0), flags, words)
            painter.end()

    def _make(self, favourite: Favourite, region: str) -> QListWidgetItem:
        number = pretty(favourite.number, region)
        words = f"{favourite.name} · {number}" if favourite.name else number
        item = QListWidgetItem(self.tr("{0} · fax").format(words) if favourite.is_fax else words)
        item.setData(_ROLE, favourite)
        item.setSizeHint(QSize(200, ROW_PX))
        # Not a place to drop into: it would swallow the other row.
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)
        return item
