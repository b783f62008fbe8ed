"""The saved servers: add, change, remove with Undo, and choose the one to work with, without a restart.

Changes are saved as they are made. A server gets another identity when its address changes, so that what the
keyring holds for one host is never shown to another. The former one is kept, unseen, until the dialog closes:
until then Undo, or the former address, brings it back with its sign-in. GUI thread. Read next:
server_form.py, bridge/account/profiles_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.core.account.account import PRODUCTION_URL, ServerKind, ServerProfile
from rcdesk.ui.account.server_form import ServerForm
from rcdesk.ui.kit.lacks import grey
from rcdesk.ui.kit.look import Button, across, down, dress, fill, label, named
from rcdesk.ui.words.server_words import LEGACY_URL, server_words

_ID_ROLE = Qt.ItemDataRole.UserRole


class ServerDialog(QDialog):
    """Shows the profiles and changes them as the fields change."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._draft: ServerProfile | None = None
        # What a server was before its address was changed here, by the id it has now; None for a new one.
        self._former: dict[str, ServerProfile | None] = {}
        self._is_moving = False
        self._take_back: Callable[[], None] | None = None
        self._undo_about = ""
        self.setObjectName("serverDialog")
        self.setWindowTitle(self.tr("Servers"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(860, 560)
        self.list = QListWidget()
        self.form = ServerForm()
        self.add = Button(self.tr("Add"), icon_name="plus", name="addServer")
        self.remove = Button(self.tr("Remove"), icon_name="trash", act=self.remove_chosen)
        self.use = Button(self.tr("Use this server"), kind="primary", name="useServer", act=self.use_chosen)
        self._undo_bar = QFrame()
        self._undo_words = label("", "label", wraps=True)
        self.undo = Button(self.tr("Undo"), kind="link", icon_name="undo", act=self.undo_last)
        self._problem = label("", "bad", wraps=True, name="serversProblem")
        self._build()
        self.list.currentRowChanged.connect(self._show_chosen)
        self.form.edited.connect(self._edited)
        desk.profiles.changed.connect(self._refill)
        desk.profiles.problem.connect(self._problem.setText)
        desk.session.state_changed.connect(self._refill)
        self._refill()
        self._choose(desk.profiles.value.active_id)

    @property
    def chosen(self) -> ServerProfile:
        item = self.list.currentItem()
        found = self._desk.profiles.value.find(str(item.data(_ID_ROLE))) if item is not None else None
        return found or self._draft or self._default()

    def _build(self) -> None:
        middle = across(self._make_left(), (self.form, 1), spacing=24)
        layout = down((middle, 1), of=self, margins=(24, 20, 24, 20), spacing=14)
        self._build_undo_bar()
        close = Button(self.tr("Close"), name="serversClose", act=self.accept)
        fill(layout, self._undo_bar, self._problem, across(..., close, self.use))

    def _make_left(self) -> QVBoxLayout:
        named(self.list, "serverList", self.tr("Servers"))
        self.list.setFixedWidth(258)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        dress(
            self.list,
            "QListWidget { background: transparent; border: 2px solid transparent; border-radius: 10px; }"
            "QListWidget:focus { border: 2px solid $accent_line; }"
            "QListWidget::item { color: $ink2; border-radius: 8px; padding: 9px 12px; }"
            "QListWidget::item:selected { background: $navsel; color: $ink; }",
        )
        menu = QMenu(self.add)
        for words, kind, base_url in (
            (self.tr("RingCentral"), ServerKind.REST, PRODUCTION_URL),
            (self.tr("Own host (partner, proxy)"), ServerKind.REST, ""),
            (self.tr("Older service (ringout.asp)"), ServerKind.LEGACY, LEGACY_URL),
        ):
            menu.addAction(words).triggered.connect(partial(self.begin_new, kind, base_url))
        self.add.setMenu(menu)
        self.remove.setObjectName("removeServer")
        return down((self.list, 1), across(self.add, self.remove, ...))

    def _build_undo_bar(self) -> None:
        """Hidden until a server is removed, or has another address."""
        self._undo_bar.setProperty("surface", "bar")
        across((self._undo_words, 1), self.undo, of=self._undo_bar, margins=(12, 2, 6, 2))
        self.undo.setObjectName("undoRemove")
        self._undo_bar.hide()

    def begin_new(self, kind: ServerKind, base_url: str, _is_checked: bool = False) -> None:
        """A server to fill in; it is saved once it has an address."""
        name = "RingCentral" if base_url == PRODUCTION_URL else ""
        self._draft = ServerProfile(name=name, base_url=base_url, kind=kind)
        if base_url == PRODUCTION_URL:
            self._edited(self._draft)
            self._show_chosen()
            self.form.client_id.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._refill()
        self.list.setCurrentRow(self.list.count() - 1)
        self._show_chosen()
        self.form.address.setFocus(Qt.FocusReason.OtherFocusReason)
        self.form.address.selectAll()

    @Slot()
    def remove_chosen(self) -> None:
        """Forget the chosen server and the sign-in kept for it; Undo brings the server back."""
        if not self.remove.isEnabled():
            return
        profile = self.chosen
        if not profile.id:
            self._draft = None
            self._refill()
            return
        was_active = self._desk.profiles.value.active_id == profile.id
        self._desk.profiles.remove(profile.id)
        words = self.tr("{0} was removed, and what was kept to sign in there is gone.")
        self._offer_undo(words, profile, partial(self._bring_back, profile, was_active=was_active))
        self.undo.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def undo_last(self) -> None:
        """Take back what the bar tells of."""
        take_back, self._take_back = self._take_back, None
        self._undo_bar.hide()
        if take_back is not None:
            take_back()
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer_undo(self, words: str, profile: ServerProfile, take_back: Callable[[], None]) -> None:
        self._take_back, self._undo_about = take_back, profile.id
        self._undo_words.setText(words.replace("{0}", server_words(profile)))
        self._undo_bar.show()

    def _bring_back(self, removed: ServerProfile, *, was_active: bool) -> None:
        """A removed server comes back; signing in there is asked for anew."""
        self._desk.profiles.put(removed.without_secret())
        if was_active:
            self._desk.profiles.activate(removed.id)
        self._choose(removed.id)

    def _move_back(self, moved_id: str) -> None:
        """A server has its former address again, and the sign-in there."""
        profiles, first = self._desk.profiles, self._former.pop(moved_id, None)
        if first is not None:
            if profiles.value.active_id == moved_id:
                profiles.activate(first.id)
            profiles.remove(moved_id)
            self._refill()
            self._choose(first.id)

    def done(self, result: int) -> None:
        """Closing forgets the sign-ins at the former addresses, but for one that has come about meanwhile."""
        former, self._former = self._former, {}
        for first in former.values():
            if first is not None and not self._is_signed_in(first):
                self._desk.profiles.remove(first.id)
        super().done(result)

    @Slot()
    def use_chosen(self) -> None:
        """Work with this server: its account when one is signed in there, else the sign-in page."""
        profile = self.chosen
        if self.form.problem.text():
            return
        if not profile.id:
            profile = self._desk.profiles.put(self._desk.profiles.another(profile))
        self._draft = None
        self._desk.session.use(profile.id)
        self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del removes the chosen server while the list has the keyboard; Enter in a field closes nothing."""
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus():
            self.remove_chosen()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.list.hasFocus():
                self.use_chosen()
        else:
            super().keyPressEvent(event)

    @Slot(object)
    def _edited(self, profile: ServerProfile) -> None:
        profiles = self._desk.profiles
        before = profiles.value.find(profile.id)
        if before is not None:
            # Of these the fields know only what was so when they were filled.
            profile = replace(profile, grant=before.grant, app_secret=before.app_secret)
        if before is None or before.base_url != profile.base_url:
            self._is_moving = True
            profile = self._moved(profile, before)
            self._is_moving = False
            self.form.take_id(profile.id)
        else:
            profiles.put(profile)
        self._choose(profile.id, is_quiet=True)

    def _moved(self, profile: ServerProfile, before: ServerProfile | None) -> ServerProfile:
        """Save what is new or has another address, under an identity of its own; back at the former address
        it is the former one again."""
        profiles = self._desk.profiles
        self._draft = None
        first = before and self._former.pop(before.id, before)
        was_active = before is not None and profiles.value.active_id == before.id
        if first is not None and first.base_url == profile.base_url:
            moved = replace(profile, id=first.id, grant=first.grant, app_secret=first.app_secret)
            if self._undo_about == first.id:
                self._undo_bar.hide()
        else:
            moved = profiles.another(profile.without_secret())
            self._former[moved.id] = first
        profiles.put(moved)
        if was_active:
            profiles.activate(moved.id)
        if before is not None and before is not first:
            profiles.remove(before.id)
        if first is not None and moved.id != first.id:
            words = self.tr(
                "{0} has another address now. What is kept to sign in at the former one is forgotten when "
                "this closes."
            )
            self._offer_undo(words, first, partial(self._move_back, moved.id))
        return moved

    @Slot()
    def _refill(self) -> None:
        """List the profiles; the chosen one stays chosen."""
        item = self.list.currentItem()
        kept = str(item.data(_ID_ROLE)) if item is not None else ""
        unseen = {first.id for first in self._former.values() if first is not None}
        profiles = [profile for profile in self._desk.profiles.value.profiles if profile.id not in unseen]
        if self._draft is not None:
            profiles.append(self._draft)
        elif not profiles:
            profiles.append(self._default())
        self.list.blockSignals(True)
        self.list.clear()
        for profile in profiles:
            words = server_words(profile) if profile.base_url else self.tr("New server")
            in_use = self._is_in_use(profile)
            row = QListWidgetItem(self.tr("✓  {0}").replace("{0}", words) if in_use else words)
            row.setData(_ID_ROLE, profile.id)
            row.setToolTip(self.tr("{0}, in use").replace("{0}", words) if in_use else words)
            row.setData(Qt.ItemDataRole.AccessibleTextRole, row.toolTip())
            self.list.addItem(row)
        self.list.blockSignals(False)
        is_typing = self._is_moving or self.form.isAncestorOf(self.focusWidget() or self)
        self._choose(kept, is_quiet=is_typing)

    def _choose(self, profile_id: str, *, is_quiet: bool = False) -> None:
        """Choose a row; is_quiet: the fields are being typed in and stay as they are."""
        rows = range(self.list.count())
        row = next((n for n in rows if self.list.item(n).data(_ID_ROLE) == profile_id), 0)
        self.list.blockSignals(True)
        self.list.setCurrentRow(row)
        self.list.blockSignals(False)
        if is_quiet:
            self._show_buttons()
        else:
            self._show_chosen()

    @Slot()
    def _show_chosen(self) -> None:
        profile = self.chosen
        self.form.show_profile(profile, is_in_use=self._is_signed_in(profile))
        self._show_buttons()

    def _show_buttons(self) -> None:
        profile = self.chosen
        signed_in = self.tr("You are signed in here. Sign out first, then it can be removed.")
        grey(self.remove, signed_in if self._is_signed_in(profile) else "")
        in_use = self.tr("This is the server in use.")
        grey(self.use, in_use if self._is_signed_in(profile) else "")

    def _is_in_use(self, profile: ServerProfile) -> bool:
        return bool(profile.id) and self._desk.profiles.value.active_id == profile.id

    def _is_signed_in(self, profile: ServerProfile) -> bool:
        used = self._desk.session.profile
        has_account = self._desk.session.account is not None
        return bool(profile.id) and has_account and used is not None and used.id == profile.id

    def _default(self) -> ServerProfile:
        return ServerProfile(name="RingCentral")
