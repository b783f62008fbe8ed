"""Settings: the few things worth choosing. Each takes effect at once and is kept; there is nothing to save.

GUI thread. Read next: core/preferences.py, bridge/preferences.py.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.ui.boxes import ChoiceBox, NumberBox
from rcdesk.ui.look import Button, IconButton, label
from rcdesk.ui.switch import Switch
from rcdesk.ui.theme import theme

MOST_UNDO_S = 60
MOST_DAYS = 3650
_FOLDER_WIDTH_PX = 200
_SCHEMES = ("system", "light", "dark")


class SettingsDialog(QDialog):
    """Shows the preferences in force and changes them as the controls change."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._rows = 0
        kept = desk.preferences.value
        self.setObjectName("settingsDialog")
        self.setWindowTitle(self.tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(640)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._undo = NumberBox("undoSeconds", "", least=0, most=MOST_UNDO_S, value=kept.undo_s)
        self._undo.setSuffix(self.tr(" s"))
        self._undo.setSpecialValueText(self.tr("None"))
        self._days = NumberBox("keepFilesDays", "", least=1, most=MOST_DAYS, value=kept.keep_files_days)
        self._days.setSuffix(self.tr(" days"))
        self._failures = self._switch("notifyFailures", kept.notify_failures)
        self._successes = self._switch("notifySuccesses", kept.notify_successes)
        self._tray = self._switch("closeToTray", kept.close_to_tray)
        self._scheme = self._make_scheme(kept.color_scheme)
        self._folder = Button("", icon_name="files")
        self._folder.setObjectName("watchedFolder")
        self._unwatch = IconButton("x", self.tr("Watch no folder"))
        self._unwatch.setObjectName("watchNothing")
        self._problem = label("", "bad", wraps=True)
        self._problem.setObjectName("settingsProblem")
        self._build()
        desk.preferences.problem.connect(self._problem.setText)
        for box in (self._undo, self._days, self._scheme):
            box.setMinimumWidth(170)
        self._undo.valueChanged.connect(self._undo_changed)
        self._days.valueChanged.connect(self._days_changed)
        self._failures.toggled.connect(self._failures_changed)
        self._successes.toggled.connect(self._successes_changed)
        self._tray.toggled.connect(self._tray_changed)
        self._scheme.currentIndexChanged.connect(self._scheme_changed)
        self._folder.clicked.connect(self.choose_folder)
        self._unwatch.clicked.connect(self._watch_nothing)

    def _switch(self, name: str, is_on: bool) -> Switch:
        made = Switch(name)
        made.setObjectName(name)
        made.setChecked(is_on)
        return made

    def _make_scheme(self, value: str) -> ChoiceBox:
        box = ChoiceBox("colorScheme", "")
        for name, words in zip(
            _SCHEMES, (self.tr("Like the system"), self.tr("Light"), self.tr("Dark")), strict=True
        ):
            box.addItem(words, name)
        box.setCurrentIndex(max(0, box.findData(value)))
        return box

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(14)
        layout.addLayout(self._grid)
        self._section(self.tr("Faxes"))
        self._row(
            self.tr("Time to undo after Send"),
            self.tr("A fax waits this long on this computer before it leaves."),
            self._undo,
        )
        self._row(
            self.tr("Keep copies of sent files"),
            self.tr("So long a fax can be sent again without the original file."),
            self._days,
        )
        self._row(
            self.tr("Watched folder"),
            self.tr("New files there are offered for a fax. Nothing is sent by itself."),
            self._make_folder_part(),
        )
        self._folder.setAccessibleDescription(self.tr("New files there are offered for a fax."))
        self._show_folder()
        self._section(self.tr("Notifications"))
        self._row(self.tr("When a fax fails"), self.tr("It stays in Failed in any case."), self._failures)
        self._row(self.tr("When a fax was sent"), "", self._successes)
        self._section(self.tr("Window"))
        self._row(self.tr("Colours"), "", self._scheme)
        self._row(
            self.tr("Closing the window keeps rcdesk in the tray"),
            self.tr("Faxes go on going out. Without a tray, closing quits."),
            self._tray,
        )
        layout.addWidget(self._problem)
        layout.addStretch(1)
        close = Button(self.tr("Close"), kind="primary")
        close.setObjectName("settingsClose")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)

    def _section(self, words: str) -> None:
        if self._rows:
            self._grid.setRowMinimumHeight(self._rows, 14)
            self._rows += 1
        self._grid.addWidget(label(words, "section"), self._rows, 0, 1, 2)
        self._rows += 1

    def _row(self, words: str, hint: str, control: QWidget) -> None:
        control.setAccessibleName(words)
        control.setAccessibleDescription(hint)
        text = QVBoxLayout()
        text.setContentsMargins(0, 6, 0, 6)
        text.setSpacing(2)
        text.addWidget(label(words, "rowTitle"))
        if hint:
            text.addWidget(label(hint, "small", wraps=True))
        self._grid.addLayout(text, self._rows, 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(control, self._rows, 1, right)
        self._rows += 1

    def _make_folder_part(self) -> QWidget:
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._folder)
        row.addWidget(self._unwatch)
        return part

    def _show_folder(self) -> None:
        name = self._desk.preferences.value.watched_folder
        shown = Path(name).name or name
        metrics = self._folder.fontMetrics()
        self._folder.setText(
            metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, _FOLDER_WIDTH_PX)
            if name
            else self.tr("Choose…")
        )
        self._folder.setToolTip(name)
        watched = self.tr("Watched folder: {0}. Choose another.").format(shown)
        self._folder.setAccessibleName(watched if name else self.tr("Choose a folder to watch"))
        self._unwatch.setVisible(bool(name))

    @Slot()
    def choose_folder(self) -> None:
        """Ask for the folder with the system's dialog."""
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

    @Slot()
    def _watch_nothing(self) -> None:
        self.watch("")
        self._folder.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(int)
    def _undo_changed(self, seconds: int) -> None:
        self._desk.preferences.update(undo_s=seconds)

    @Slot(int)
    def _days_changed(self, days: int) -> None:
        self._desk.preferences.update(keep_files_days=days)

    @Slot(bool)
    def _failures_changed(self, is_on: bool) -> None:
        self._desk.preferences.update(notify_failures=is_on)

    @Slot(bool)
    def _successes_changed(self, is_on: bool) -> None:
        self._desk.preferences.update(notify_successes=is_on)

    @Slot(bool)
    def _tray_changed(self, is_on: bool) -> None:
        self._desk.preferences.update(close_to_tray=is_on)

    @Slot()
    def _scheme_changed(self) -> None:
        scheme = str(self._scheme.currentData())
        self._desk.preferences.update(color_scheme=scheme)
        theme().set_scheme(scheme)
