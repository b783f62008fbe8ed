"""The accounts in the account menu: the saved ones with the one in use marked, another one, the servers.

Choosing one switches to it without a restart; faxes under way belong to the account they were written for
and wait for it. GUI thread. Read next: server_dialog.py, bridge/account/session_desk.py (use).
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from rcdesk.bridge.account.profiles_desk import ProfilesDesk
from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.ui.kit.plain_text import menu_words
from rcdesk.ui.words.server_words import server_words


class AccountMenu(QObject):
    """another_asked() for another account, servers_asked() for the dialog of servers."""

    another_asked = Signal()
    servers_asked = Signal()

    def __init__(self, session: SessionDesk, profiles: ProfilesDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._profiles = profiles

    def add_to(self, menu: QMenu) -> QMenu:
        """The submenu, made afresh each time the menu opens."""
        accounts = menu.addMenu(self.tr("Accounts"))
        accounts.setObjectName("accountsMenu")
        group = QActionGroup(accounts)
        used = self._session.profile
        if used is not None and used.is_demo and self._session.account is not None:
            demo = accounts.addAction(self.tr("Demo desk"))
            demo.setCheckable(True)
            demo.setChecked(True)
            group.addAction(demo)
        for profile in self._profiles.value.profiles:
            action = accounts.addAction(menu_words(server_words(profile)))
            action.setData(profile.id)
            action.setCheckable(True)
            action.setChecked(used is not None and used.id == profile.id)
            group.addAction(action)
            action.triggered.connect(partial(self._use, profile.id))
        accounts.addSeparator()
        accounts.addAction(self.tr("Another account…")).triggered.connect(self.another_asked)
        accounts.addAction(self.tr("Servers…")).triggered.connect(self.servers_asked)
        return accounts

    def _use(self, profile_id: str, _is_checked: bool = True) -> None:
        self._session.use(profile_id)
