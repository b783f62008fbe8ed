"""Settings: the few things worth choosing. Each takes effect at once and is kept; there is nothing to save.

Four pages: faxes, calls, notices and sounds, window. GUI thread. Read next: settings_rows.py,
core/account/preferences.py, bridge/account/preferences.py.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.ui.kit.boxes import ChoiceBox, NumberBox
from rcdesk.ui.kit.look import Button, IconButton, across, dress, label, named
from rcdesk.ui.kit.plain_text import menu_words
from rcdesk.ui.kit.sounds import Player, can_play
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.people.favourites_list import FavouritesList
from rcdesk.ui.shell.settings_rows import SettingsPage

MOST_UNDO_S = 60
MOST_DAYS = 3650
_FOLDER_WIDTH_PX = 200
_SCHEMES = ("system", "light", "dark")
_HEARD = ("ringing", "connected", "missed", "failed")


class SettingsDialog(QDialog):
    """Shows the preferences in force and changes them as the controls change."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._heard = 0
        self.setObjectName("settingsDialog")
        self.setWindowTitle(self.tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(780, 540)
        self._player = Player(self)
        self._folder = Button("", icon_name="files", name="watchedFolder", act=self.choose_folder)
        self._unwatch = IconButton("x", self.tr("Watch no folder"), name="watchNothing")
        self._problem = label("", "bad", wraps=True, name="settingsProblem")
        self._list = QListWidget()
        self._stack = QStackedWidget()
        self._build()
        desk.preferences.problem.connect(self._problem.setText)
        self._unwatch.clicked.connect(self._watch_nothing)

    def show_section(self, name: str) -> None:
        """Open a page: faxes, calls, notices or window."""
        self._list.setCurrentRow(("faxes", "calls", "notices", "window").index(name))

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(14)
        layout.addLayout(across(self._list, (self._stack, 1), spacing=28), 1)
        layout.addWidget(self._problem)
        close = Button(self.tr("Close"), kind="primary", name="settingsClose", act=self.accept)
        close.setDefault(True)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        named(self._list, "settingsSections", self.tr("Sections"))
        self._list.setFixedWidth(168)
        dress(
            self._list,
            "QListWidget { background: transparent; border: 2px solid transparent; border-radius: 10px; }"
            "QListWidget:focus { border: 2px solid $accent_line; }"
            "QListWidget::item { color: $ink2; border-radius: 8px; padding: 0 12px; }"
            "QListWidget::item:selected { background: $navsel; color: $ink; }",
        )
        for page in (self._faxes(), self._calls(), self._notices(), self._window_page()):
            item = QListWidgetItem(page.title)
            item.setSizeHint(QSize(120, 36))
            self._list.addItem(item)
            self._stack.addWidget(page)
        self._list.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._list.setCurrentRow(0)

    def _faxes(self) -> SettingsPage:
        page, kept = SettingsPage(self._desk, self.tr("Faxes")), self._desk.preferences.value
        undo = NumberBox("undoSeconds", "", least=0, most=MOST_UNDO_S, value=kept.undo_s)
        undo.setSuffix(self.tr(" s"))
        undo.setSpecialValueText(self.tr("None"))
        undo.valueChanged.connect(self._undo_changed)
        days = NumberBox("keepFilesDays", "", least=1, most=MOST_DAYS, value=kept.keep_files_days)
        days.setSuffix(self.tr(" days"))
        days.valueChanged.connect(self._days_changed)
        for box in (undo, days):
            box.setMinimumWidth(170)
        page.section(self.tr("Faxes"))
        page.row(
            self.tr("Time to undo after Send"),
            self.tr("A fax waits this long on this computer before it leaves."),
            undo,
        )
        page.row(
            self.tr("Keep copies of sent files"),
            self.tr("So long a fax can be sent again without the original file."),
            days,
        )
        page.row(
            self.tr("Watched folder"),
            self.tr("New files there are offered for a fax. Nothing is sent by itself."),
            self._make_folder_part(),
        )
        self._folder.setAccessibleDescription(self.tr("New files there are offered for a fax."))
        self._show_folder()
        return page

    def _calls(self) -> SettingsPage:
        page = SettingsPage(self._desk, self.tr("Calls"))
        page.section(self.tr("Calls"))
        page.switch(
            "dialLinks",
            "dials_links_at_once",
            self.tr("Call numbers in links at once"),
            self.tr("Off: a tel: or callto: link of a web page fills in the number, and Enter calls it."),
        )
        page.switch(
            "globalShortcut",
            "global_shortcut",
            self.tr("Quick dial by a key of the whole desktop"),
            self.tr("Ctrl+Alt+D, and Ctrl+Alt+F for a fax, where the desktop offers such keys to programs."),
        )
        favourites = FavouritesList(self._desk)
        favourites.setMinimumHeight(180)
        page.wide(
            self.tr("Favourites"),
            self.tr(
                "Drag them into the order of the tray’s menu; Alt+Up and Alt+Down move them too. "
                "Del takes one away. New ones are starred on the People page."
            ),
            favourites,
        )
        return page

    def _notices(self) -> SettingsPage:
        page = SettingsPage(self._desk, self.tr("Notices"))
        page.section(self.tr("Notices"))
        page.switch(
            "notifyMissed",
            "notify_missed_calls",
            self.tr("When a call was missed"),
            self.tr("It stays in Calls in any case."),
        )
        page.switch(
            "notifyFailures",
            "notify_failures",
            self.tr("When a fax fails"),
            self.tr("It stays in Failed in any case."),
        )
        page.switch("notifySuccesses", "notify_successes", self.tr("When a fax was sent"))
        page.section(self.tr("Sounds"))
        hint = self.tr("Short and quiet: ringing, connected, ended, failed, missed.")
        if not can_play():
            hint = self.tr("This computer has no player for them (pw-play, paplay or aplay).")
        page.switch("hasSounds", "has_sounds", self.tr("Sounds beside the notices"), hint)
        listen = Button(self.tr("Listen"), icon_name="play", name="listen", act=self._listen)
        listen.setEnabled(can_play())
        page.row(self.tr("How they sound"), self.tr("One after the other, a click each."), listen)
        return page

    def _window_page(self) -> SettingsPage:
        page = SettingsPage(self._desk, self.tr("Window"))
        scheme = ChoiceBox("colorScheme", "")
        scheme.setMinimumWidth(170)
        words = (self.tr("Like the system"), self.tr("Light"), self.tr("Dark"))
        for name, shown in zip(_SCHEMES, words, strict=True):
            scheme.addItem(shown, name)
        scheme.setCurrentIndex(max(0, scheme.findData(self._desk.preferences.value.color_scheme)))
        scheme.currentIndexChanged.connect(self._scheme_changed)
        self._scheme = scheme
        page.section(self.tr("Window"))
        page.row(self.tr("Colours"), "", scheme)
        page.switch(
            "closeToTray",
            "close_to_tray",
            self.tr("Closing the window keeps rcdesk in the tray"),
            self.tr("Faxes go on going out. Without a tray, closing quits."),
        )
        page.switch(
            "startHidden",
            "start_hidden",
            self.tr("Start in the tray, without the window"),
            self.tr("Without a tray the window is shown in any case."),
        )
        return page

    def _make_folder_part(self) -> QWidget:
        part = QWidget()
        across(self._folder, self._unwatch, of=part, margins=0, spacing=6)
        return part

    def _show_folder(self) -> None:
        name = self._desk.preferences.value.watched_folder
        shown = Path(name).name or name
        metrics = self._folder.fontMetrics()
        self._folder.setText(
            menu_words(metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, _FOLDER_WIDTH_PX))
            if name
            else self.tr("Choose…")
        )
        self._folder.setToolTip(name)
        watched = self.tr("Watched folder: {0}. Choose another.").format(shown)
        self._folder.setAccessibleName(watched if name else self.tr("Choose a folder to watch"))
        self._unwatch.setVisible(bool(name))

    @Slot()
    def choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder to watch"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setDirectory(self._desk.preferences.value.watched_folder or str(Path.home()))
        dialog.fileSelected.connect(self.watch)
        dialog.open()

    @Slot(str)
    def watch(self, folder: str) -> None:
        """Watch this folder, "" for none. What lies there already is not offered."""
        self._desk.preferences.update(watched_folder=folder)
        self._show_folder()

    def done(self, result: int) -> None:
        """Closing silences what is still heard."""
        self._player.stop()
        super().done(result)

    @Slot()
    def _watch_nothing(self) -> None:
        self.watch("")
        self._folder.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _listen(self) -> None:
        self._player.play(_HEARD[self._heard % len(_HEARD)])
        self._heard += 1

    @Slot(int)
    def _undo_changed(self, seconds: int) -> None:
        self._desk.preferences.update(undo_s=seconds)

    @Slot(int)
    def _days_changed(self, days: int) -> None:
        self._desk.preferences.update(keep_files_days=days)

    @Slot()
    def _scheme_changed(self) -> None:
        scheme = str(self._scheme.currentData())
        self._desk.preferences.update(color_scheme=scheme)
        theme().set_scheme(scheme)
