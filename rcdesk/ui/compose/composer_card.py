"""The card of the composer: recipients, documents, cover page and note, read and filled as one value.

It knows nothing of sending. changed() follows every change but those of the recipients, who have their own
signal. GUI thread. Read next: composed.py, fax_page.py.
"""

from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.core.fax.cover import fields_in
from rcdesk.core.fax.fax import MAX_NOTE_CHARACTERS, FaxDraft
from rcdesk.ui.compose.attachments import AttachmentsList, size_words
from rcdesk.ui.compose.composed import Composed, page_words
from rcdesk.ui.compose.cover_picker import CoverPicker
from rcdesk.ui.compose.group_menu import GroupMenu
from rcdesk.ui.compose.import_dialog import ImportRecipients
from rcdesk.ui.compose.recipient_field import RecipientField
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.look import across, fill, label, named, scrolling
from rcdesk.ui.kit.theme import set_role


class ComposerCard(Card):
    """changed() when documents, cover or note changed."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._original: FaxDraft | None = None
        self._is_filling = False
        self.recipients = RecipientField(desk)
        self.groups = GroupMenu(desk, self.recipients, self)
        self.importing = ImportRecipients(desk, self.recipients)
        self.attachments = AttachmentsList()
        self.covers = CoverPicker()
        self.note = self._make_note()
        self.subject = self._make_subject()
        self._counter = label("", "small", name="noteCounter")
        self._files_facts = label("", "small")
        self._build()
        self.attachments.changed.connect(self._changed)
        self.covers.chosen.connect(self._changed)
        self.note.textChanged.connect(self._changed)
        self._changed()

    @property
    def composed(self) -> Composed:
        """Everything that stands here; time, resolution and pages are chosen elsewhere."""
        own = self.covers.own
        return Composed(
            entries=self.recipients.entries,
            typed=self.recipients.line.text(),
            documents=self.attachments.documents,
            cover_index=self.covers.index,
            note=self.note.toPlainText(),
            original=self._original,
            own_cover=own.id if own is not None else "",
            subject=self.subject.text().strip(),
        )

    def fill(self, composed: Composed) -> None:
        """Show exactly this, telling once at the end."""
        self._is_filling = True
        self.recipients.set_entries(composed.entries)
        self.recipients.line.setText(composed.typed)
        self.attachments.set_documents(composed.documents)
        if composed.cover_index is not None and not self.covers.choose_own(composed.own_cover):
            self.covers.choose(composed.cover_index)
        self.subject.setText(composed.subject)
        self.note.setPlainText(composed.note)
        original = composed.original
        if original is not None and original.cover_index is None:
            original = replace(original, cover_index=self.covers.index)
        self._original = original
        self._is_filling = False
        self._changed()

    def _make_subject(self) -> QLineEdit:
        subject = named(QLineEdit(), "subjectEdit", self.tr("Subject on the cover"))
        subject.setPlaceholderText(self.tr("Subject on the cover"))
        subject.setMaxLength(200)
        subject.textChanged.connect(self._changed)
        return subject

    def _make_note(self) -> QPlainTextEdit:
        note = named(QPlainTextEdit(), "noteEdit", self.tr("Note on the cover"))
        note.setPlaceholderText(self.tr("A few words for the cover page"))
        note.setTabChangesFocus(True)
        note.setFixedHeight(64)
        return note

    def _build(self) -> None:
        inner = named(QWidget(), "composer")
        inner.setProperty("surface", "clear")
        column = QVBoxLayout(inner)
        fill(column, margins=(24, 12, 24, 18), spacing=8)
        to = label(self.tr("To"), "label")
        column.addLayout(_headed(to, self.groups.button, self.importing.button))
        column.addWidget(self.recipients)
        column.addWidget(self.importing.problem)
        column.addSpacing(6)
        column.addLayout(_headed(label(self.tr("Documents"), "label"), self._files_facts))
        column.addWidget(self.attachments)
        column.addSpacing(6)
        column.addWidget(label(self.tr("Cover page"), "label"))
        column.addWidget(self.covers)
        column.addWidget(self.subject)
        column.addLayout(_headed(label(self.tr("Note on the cover"), "label"), self._counter))
        column.addWidget(self.note)
        column.addStretch(1)
        fill(self.body, self._make_area(inner), margins=(1, 6, 1, 10))
        for changed in (self.recipients.changed, self.attachments.changed, self.covers.rebuilt):
            changed.connect(self._order_tabs)
        self._order_tabs()

    @Slot()
    def _order_tabs(self) -> None:
        """Tab goes as one reads, also through what came later: chips, cards and covers."""
        parts = (*self.recipients.tab_stops, *self.attachments.tab_stops, *self.covers.tab_stops)
        order = (self.groups.button, self.importing.button, *parts, self.subject, self.note)
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _make_area(self, inner: QWidget) -> QScrollArea:
        area = scrolling(inner)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.verticalScrollBar().valueChanged.connect(self.recipients.offered.close_list)
        return area

    @Slot()
    def _changed(self) -> None:
        if self._is_filling:
            return
        own = self.covers.own
        self.subject.setVisible(own is not None and "subject" in fields_in(own.html))
        length = len(self.note.toPlainText())
        self._counter.setText(f"{length:,} / {MAX_NOTE_CHARACTERS:,}")
        set_role(self._counter, "bad" if length > MAX_NOTE_CHARACTERS else "small")
        documents = self.attachments.documents
        size = size_words(sum(d.size_bytes for d in documents))
        self._files_facts.setText(f"{page_words(documents)} · {size}" if documents else "")
        self.changed.emit()


def _headed(title: QWidget, *right: QWidget) -> QHBoxLayout:
    row = across((title, 1))
    for widget in right:
        row.addWidget(widget)
    return row
