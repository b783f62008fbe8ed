"""The preview beside the composer where there is room, behind a button where there is not.

GUI thread. Read next: fax_page.py.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from rcdesk.ui.kit.look import Button, dress

PREVIEW_MIN_WIDTH = 380
BESIDE_FROM_WIDTH = 890
"""Both cards need this much to show everything; a window of 1000 with the narrow side bar has more."""


class PreviewFold(QObject):
    """button shows the preview in the composer's place while page is narrower than BESIDE_FROM_WIDTH."""

    def __init__(self, page: QWidget, composer: QWidget, preview: QWidget) -> None:
        super().__init__(page)
        self._page, self._composer, self._preview = page, composer, preview
        preview.setMinimumWidth(PREVIEW_MIN_WIDTH)
        self.button = Button(self.tr("Preview"), icon_name="file")
        self.button.setObjectName("previewButton")
        self.button.setShortcut(QKeySequence("Ctrl+P"))
        self.button.setToolTip(self.tr("Show how the pages will arrive (Ctrl+P)"))
        self.button.setCheckable(True)
        dress(self.button, "QPushButton:checked { background: $press; }")
        self.button.hide()
        self.button.toggled.connect(self._fold)
        page.installEventFilter(self)

    def show_composer(self) -> None:
        """The composer is needed now."""
        self.button.setChecked(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            is_narrow = self._page.width() < BESIDE_FROM_WIDTH
            if is_narrow is self.button.isHidden():
                self.button.setVisible(is_narrow)
                self._fold()
        return super().eventFilter(watched, event)

    @Slot()
    def _fold(self) -> None:
        is_narrow = not self.button.isHidden()
        is_shown = not is_narrow or self.button.isChecked()
        self._preview.setVisible(is_shown)
        self._composer.setVisible(not (is_narrow and is_shown))
