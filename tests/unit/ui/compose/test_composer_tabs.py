"""Tab in the composer: everything is reached, in the order one reads, also what came later.

Read next: stage.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from rcdesk.ui.compose.fax_page import FaxPage
from tests.patient_bot import QtBot
from tests.unit.ui.stage import Stage, checked, document


def test_tab_goes_through_the_composer_in_reading_order(qtbot: QtBot, stage: Stage) -> None:
    page = FaxPage(stage.desk)
    qtbot.addWidget(page)
    page.resize(1072, 760)
    page.show()
    page.add_recipient("(650) 555-0112")
    stage.faxes.checked.emit(checked(document(), document("Second.pdf", 1)))
    stage.faxes.checked.emit(checked(document("Third.pdf", 1)))
    qtbot.waitUntil(lambda: all(card.isVisible() for card in page.attachments.cards))
    page.start_new()
    seen = [page.recipients.line.objectName()]
    while "sendFaxButton" not in seen and len(seen) < 40:
        widget = page.focusWidget()
        assert widget is not None
        QTest.keyClick(widget, Qt.Key.Key_Tab)
        widget = page.focusWidget()
        assert widget is not None
        seen.append(widget.objectName())
    places = list(dict.fromkeys("cover" if name.startswith("cover_") else name for name in seen))
    assert places[:5] == ["recipientField", "attachmentCard", "removeAttachment", "dropZone", "cover"]
    assert places.index("cover") < places.index("noteEdit") < places.index("pageStrip"), places
    assert seen.count("attachmentCard") == 3
    assert places[-1] == "sendFaxButton", places
