"""Groups: saved lists of recipients, put into a fax with two clicks, named and renamed in a small dialog.

Deleting is undone by a button instead of being asked about. GUI thread. Read next: recipient_field.py,
bridge/people/people_desk.py.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.core.people.people import Group
from rcdesk.ui.compose.recipient_field import RecipientField
from rcdesk.ui.kit.fit import fit_to_screen
from rcdesk.ui.kit.look import Button, across, dress, label, named
from rcdesk.ui.kit.plain_text import menu_words

_ID_ROLE = Qt.ItemDataRole.UserRole


class GroupName(QDialog):
    """Asks for the name of a new group. named(str) with a name that is not empty."""

    named = Signal(str)

    def __init__(self, count: int, taken: frozenset[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._taken = taken
        self.setObjectName("groupNameDialog")
        self.setWindowTitle(self.tr("Save as a group"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(400)
        self._name = named(QLineEdit(), "groupName", self.tr("Name of the group"))
        self._name.setPlaceholderText(self.tr("For example: Referring practices"))
        self._name.setMaxLength(80)
        self._hint = label("", "small", wraps=True)
        self._save = Button(self.tr("Save"), kind="primary", name="groupSave", act=self._decide)
        self._save.setDefault(True)
        cancel = Button(self.tr("Cancel"), act=self.reject)
        words = self.tr("1 recipient") if count == 1 else self.tr("{0} recipients").format(f"{count:,}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(10)
        layout.addWidget(label(self.tr("Name of the group with {0}").format(words), "label"))
        layout.addWidget(self._name)
        layout.addWidget(self._hint)
        layout.addLayout(_foot(cancel, self._save))
        self._name.textChanged.connect(self._check)
        self._check()

    @Slot()
    def _check(self) -> None:
        name = self._name.text().strip()
        self._save.setEnabled(bool(name))
        is_taken = name in self._taken
        self._hint.setText(self.tr("There is a group of this name: it is replaced.") if is_taken else "")

    @Slot()
    def _decide(self) -> None:
        self.named.emit(self._name.text().strip())
        self.accept()


class ManageGroups(QDialog):
    """All groups: F2 renames, Delete deletes, and the last one deleted can be brought back."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._deleted: list[Group] = []
        self.setObjectName("manageGroups")
        self.setWindowTitle(self.tr("Groups"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(460, 420)
        fit_to_screen(self)
        self._list = self._make_list()
        self._members = label("", "small", wraps=True)
        self._members.setMinimumHeight(34)
        self._gone = label("", "small")
        self._undo = Button(self.tr("Bring back"), kind="link", icon_name="undo", name="groupUndo")
        self._undo.clicked.connect(self._bring_back)
        self._rename = Button(self.tr("Rename"), name="groupRename", act=self._edit)
        self._delete = Button(self.tr("Delete"), icon_name="trash", name="groupDelete")
        self._delete.clicked.connect(self._delete_chosen)
        close = Button(self.tr("Close"), kind="primary", act=self.accept)
        self._build(close)
        for keys, act in (("F2", self._edit), ("Del", self._delete_chosen)):
            shortcut = QShortcut(QKeySequence(keys), self._list)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(act)
        desk.people.groups_changed.connect(self._fill)
        self._list.currentItemChanged.connect(self._chosen)
        self._list.itemChanged.connect(self._renamed)
        self._fill()

    def _make_list(self) -> QListWidget:
        made = named(QListWidget(), "groupList", self.tr("Groups"))
        made.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        dress(
            made,
            "QListWidget { background: $surface; border: 1px solid $hairline; border-radius: 8px;"
            " padding: 4px; } QListWidget::item { padding: 8px; border-radius: 6px; } "
            "QListWidget::item:selected { background: $accent_tint; color: $ink; }",
        )
        return made

    def _build(self, close: Button) -> None:
        undo = across(self._gone, self._undo, ...)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(10)
        layout.addWidget(label(self.tr("Groups"), "section"))
        layout.addWidget(self._list, 1)
        layout.addWidget(self._members)
        layout.addLayout(undo)
        foot = _foot(close)
        foot.insertWidget(0, self._rename)
        foot.insertWidget(1, self._delete)
        layout.addLayout(foot)

    def _group(self) -> Group | None:
        item = self._list.currentItem()
        wanted = item.data(_ID_ROLE) if item is not None else None
        return next((g for g in self._desk.people.groups if g.id == wanted), None)

    @Slot()
    def _fill(self) -> None:
        row = self._list.currentRow()
        self._list.blockSignals(True)
        self._list.clear()
        for group in self._desk.people.groups:
            item = QListWidgetItem(group.name)
            item.setData(_ID_ROLE, group.id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self._list.addItem(item)
        self._list.setCurrentRow(min(max(row, 0), self._list.count() - 1))
        self._list.blockSignals(False)
        self._chosen()

    @Slot()
    def _chosen(self) -> None:
        group = self._group()
        for button in (self._rename, self._delete):
            button.setEnabled(group is not None)
        if group is None:
            self._members.setText(self.tr("No groups yet. Save the recipients of a fax as one."))
        else:
            names = ", ".join(m.name or m.number for m in group.members[:6])
            more = len(group.members) - 6
            self._members.setText(names + (self.tr(" and {0} more").format(more) if more > 0 else ""))
        gone = self._deleted[-1].name if self._deleted else ""
        self._gone.setText(self.tr("{0} was deleted.").format(gone) if gone else "")
        self._undo.setVisible(bool(gone))

    @Slot()
    def _edit(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            self._list.editItem(item)

    @Slot(QListWidgetItem)
    def _renamed(self, item: QListWidgetItem) -> None:
        name, group_id = item.text().strip(), item.data(_ID_ROLE)
        old = next((g.name for g in self._desk.people.groups if g.id == group_id), "")
        is_taken = any(g.name == name and g.id != group_id for g in self._desk.people.groups)
        if not name or is_taken:
            self._fill()
            if is_taken:
                self._members.setText(self.tr("There is another group of this name. Choose a different one."))
        elif name != old:
            self._desk.people.rename_group(group_id, name)

    @Slot()
    def _delete_chosen(self) -> None:
        group = self._group()
        if group is not None:
            self._deleted.append(group)
            self._desk.people.delete_group(group.id)

    @Slot()
    def _bring_back(self) -> None:
        if self._deleted:
            group = self._deleted.pop()
            self._desk.people.save_group(group.name, group.members)


class GroupMenu(QObject):
    def __init__(self, desk: Desk, field: RecipientField, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._field, self._window = desk, field, parent
        self.button = Button(self.tr("Groups"), kind="link", name="groupsButton", act=self.open_menu)
        self.button.setToolTip(self.tr("Add a saved list of recipients, or save these as one"))

    @Slot()
    def open_menu(self) -> None:
        menu = named(QMenu(self.button), "groupsMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        groups = self._desk.people.groups
        for group in groups:
            words = self.tr("{0} ({1})").format(menu_words(group.name), len(group.members))
            menu.addAction(words).triggered.connect(partial(self._insert, group))
        if not groups:
            menu.addAction(self.tr("No groups yet")).setEnabled(False)
        menu.addSeparator()
        save = menu.addAction(self.tr("Save these as a group…"))
        save.setEnabled(bool(self._field.recipients))
        save.triggered.connect(self.save_these)
        manage = menu.addAction(self.tr("Manage groups…"))
        manage.setEnabled(bool(groups))
        manage.triggered.connect(self.manage)
        menu.popup(self.button.mapToGlobal(QPoint(0, self.button.height())))

    @Slot()
    def save_these(self) -> None:
        """Ask for a name and save everyone of the field."""
        self._field.commit_typed()
        count = len(self._field.recipients)
        taken = frozenset(group.name for group in self._desk.people.groups)
        dialog = GroupName(count, taken, self._window)
        dialog.named.connect(self._save)
        dialog.open()

    @Slot()
    def manage(self) -> None:
        ManageGroups(self._desk, self._window).open()

    def _insert(self, group: Group, _checked: bool = False) -> None:
        self._field.add_recipients(group.members)
        self._field.line.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _save(self, name: str) -> None:
        self._desk.people.save_group(name, self._field.recipients)


def _foot(*buttons: QWidget) -> QHBoxLayout:
    row = across(..., spacing=10)
    for button in buttons:
        row.addWidget(button)
    return row
