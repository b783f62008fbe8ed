"""The composer with its preview: what is sent when pages were changed or the cover is one's own, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from rcdesk.bridge.fax.page_requests import (
    PageRefusal,
    PageRequest,
    RequestKind,
    count_request,
    thumbnail_request,
)
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.fax.cover import STARTER_HTML, CoverTemplate
from rcdesk.core.fax.fax import Document, FaxState, Recipient
from rcdesk.core.fax.paper import Area, Finding, FindingKind, Fix, PagePlan, PaperSize
from rcdesk.ui.compose.attachments import AttachmentCard
from rcdesk.ui.compose.composer_preview import cover_fields
from rcdesk.ui.compose.cover_editor import CoverEditor
from rcdesk.ui.compose.fax_page import FaxPage
from rcdesk.ui.preview.page_list import ref_of
from tests.now import now
from tests.patient_bot import QtBot
from tests.unit.ui.stage import ACCOUNT, Stage, checked, document, job

CLINIC = CoverTemplate(id="Our clinic", name="Our clinic", html=STARTER_HTML)
PLAIN = CoverTemplate(id="Plain", name="Plain", html="<p>{to} {note}</p>")
MADE = Document(
    path=Path("/nowhere/made.tiff"),
    name="Referral letter.tiff",
    size_bytes=40_000,
    media_type="image/tiff",
    pages=2,
)


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> FaxPage:
    """A composer with one recipient and three pages in two files, in a wide window."""
    made = FaxPage(stage.desk)
    qtbot.addWidget(made)
    made.resize(1072, 760)
    made.show()
    made.add_recipient("Valley Imaging Center <(650) 555-0110>")
    stage.faxes.checked.emit(checked(document(), document("Imaging request.pdf", 1)))
    return made


def _find(page: QWidget, kind: type[QWidget], name: str) -> QWidget:
    found = page.findChild(kind, name)
    assert found is not None, name
    return found


def _headline(page: FaxPage) -> str:
    return page.bar._title.text()


def test_files_that_were_not_touched_are_sent_as_they_are(page: FaxPage, stage: Stage) -> None:
    page.send()
    assert stage.faxes.drafts[0].documents == page.attachments.documents
    assert stage.pages.written == []


def test_pages_left_out_are_not_counted_and_not_sent(page: FaxPage, stage: Stage) -> None:
    stage.pages.made = (MADE,)
    assert _headline(page).startswith("3 pages")
    page.preview.arranger.remove((1,))
    assert _headline(page).startswith("2 pages")
    page.send()
    ((part,),) = stage.pages.written
    assert [plan.source.page for plan in part if plan.is_sent] == [0, 0]
    assert stage.faxes.drafts[0].documents == (MADE,)
    assert stage.faxes.drafts[0].recipients == (
        Recipient(number="+16505550110", name="Valley Imaging Center"),
    )


def test_the_composer_is_cleared_and_undo_brings_everything_back(page: FaxPage, stage: Stage) -> None:
    stage.pages.made = (MADE,)
    page.preview.arranger.remove((1,))
    page.preview.arranger.turn_rows((0,), 90)
    before = page.composed
    page.send()
    stage.faxes.queued.emit((job(1, FaxState.HELD),))
    assert page.composed.is_blank and page.preview.plans == ()
    stored = replace(MADE, path=Path("/spool/22bb"), digest="22bb", name="Referral letter.tiff")
    stage.faxes.undone.emit(replace(stage.faxes.drafts[0], documents=(stored,), undo_s=0))
    assert page.composed == before
    assert [(plan.rotate, plan.is_sent) for plan in page.preview.pages.plans] == [
        (90, True),
        (0, False),
        (0, True),
    ]


def test_a_change_while_it_is_looked_at_stops_it(page: FaxPage, stage: Stage) -> None:
    stage.pages.made = (MADE,)
    stage.faxes.answers_facts = False
    page.preview.arranger.remove((1,))
    page.send()
    page.preview.arranger.remove((0,))
    page.sending._facts_here(stage.faxes.fact_questions[-1], ())
    assert stage.faxes.drafts == []
    assert "was changed" in page.bar.problem.text()


def test_nothing_goes_when_the_pages_cannot_be_made(page: FaxPage, stage: Stage) -> None:
    page.preview.set_exact(True)
    page.send()
    assert stage.faxes.drafts == [] and page.bar.problem.text() == "The disk is full."
    assert not page.sending.is_busy and page.bar.send.isEnabled()


def test_leaving_out_every_page_is_said(page: FaxPage, stage: Stage) -> None:
    page.covers.choose(0)
    page.preview.arranger.remove((0, 1, 2))
    page.send()
    assert "Put one back" in page.bar.problem.text() and stage.faxes.drafts == []


def test_an_own_cover_is_chosen_counted_and_remembered(page: FaxPage, stage: Stage) -> None:
    stage.covers.covers = (CLINIC, PLAIN)
    stage.covers.changed.emit()
    assert page.covers.own is None
    page.covers.choose(5)
    assert page.covers.name == "Classic" and page.composed.own_cover == ""
    assert page.covers.choose_own("Our clinic")
    assert (page.covers.name, page.covers.index, page.composed.own_cover) == ("Our clinic", 0, "Our clinic")
    assert _headline(page).startswith("4 pages")
    subject = _find(page, QWidget, "subjectEdit")
    assert not subject.isHidden(), "this cover has a subject"
    page.covers.choose_own("Plain")
    assert subject.isHidden()
    stage.covers.covers = (CLINIC,)
    stage.covers.changed.emit()
    assert page.covers.own is None, "it was deleted"


def test_the_cover_used_last_is_chosen_again(qtbot: QtBot, stage: Stage) -> None:
    stage.preferences.update(own_cover="Our clinic")
    stage.covers.covers = (CLINIC,)
    made = FaxPage(stage.desk)
    qtbot.addWidget(made)
    assert made.covers.own == CLINIC


def test_the_last_tile_and_f2_open_the_editor(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    stage.covers.covers = (CLINIC,)
    stage.covers.changed.emit()
    page.covers.choose_own("Our clinic")
    qtbot.keyClick(page.covers, Qt.Key.Key_F2)
    editor = page.findChild(CoverEditor)
    assert editor is not None and editor.name.text() == "Our clinic"
    editor.reject()
    stage.covers.covers = (CLINIC, PLAIN)
    editor.saved.emit(PLAIN)
    assert page.covers.own == PLAIN, "what was written is used"


def test_a_cover_never_tells_one_recipient_of_the_others(page: FaxPage) -> None:
    fields = cover_fields(page.composed, ACCOUNT)
    assert fields.to == "Valley Imaging Center\n(650) 555-0110"
    assert fields.sender.startswith("Mara Okafor") and fields.company == "Okafor & Lee" and fields.date
    page.add_recipient("(650) 555-0111")
    fields = cover_fields(page.composed, ACCOUNT)
    assert fields.to == "2 recipients"


def test_a_card_shows_its_first_page_and_what_to_mend(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    form = page.attachments.documents[1]
    plan = PagePlan(source=ref_of(form))
    grey = Finding(
        kind=FindingKind.GREY,
        page=0,
        place=Area(x=0.1, y=0.2, width=0.5, height=0.1),
        words="Grey → dots",
        sentence="Grey boxes arrive as dots.",
        fix=Fix.WHITEN_GREY,
    )
    ask = page.preview._looking.findings(plan)
    stage.pages.answers[ask] = (grey,)
    stage.pages.answered.emit(ask, (grey,))
    thumbnail = thumbnail_request(ref_of(form), 36)
    stage.pages.answered.emit(thumbnail, _png())
    letter, card = page.findChildren(AttachmentCard)
    assert card.has_picture and not letter.has_picture
    qtbot.waitUntil(lambda: "Grey → dots" in card.accessibleName())
    assert "Grey" not in letter.accessibleName()
    qtbot.mouseClick(_find(card, QPushButton, "fixAttachment"), Qt.MouseButton.LeftButton)
    assert page.preview.plans[2].fixes == {Fix.WHITEN_GREY}
    qtbot.waitUntil(_find(card, QPushButton, "fixAttachment").isHidden)


def _png() -> bytes:
    from PySide6.QtCore import QBuffer

    image = QImage(36, 46, QImage.Format.Format_Grayscale8)
    image.fill(255)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def test_minutes_come_from_the_pages_themselves(page: FaxPage, stage: Stage) -> None:
    page.covers.choose(0)
    assert "about 3 minutes" in _headline(page)
    asks: list[PageRequest] = [page.preview._looking.seconds(plan) for plan in page.preview.plans]
    for ask in asks:
        assert ask.kind is RequestKind.SECONDS
        stage.pages.answers[ask] = 200.0
    stage.pages.answered.emit(asks[0], 200.0)
    assert "about 10 minutes" in _headline(page)


def test_the_paper_chosen_is_remembered_until_it_is_the_usual_one(
    qtbot: QtBot, page: FaxPage, stage: Stage
) -> None:
    assert now(page.preview.paper) is PaperSize.LETTER and not now(stage.preferences.value.paper)
    page.preview.view.paper_asked.emit(PaperSize.A4)
    assert page.preview.paper is PaperSize.A4 and now(stage.preferences.value.paper) == "a4"
    stage.session.account_changed.emit(ACCOUNT)
    assert page.preview.paper is PaperSize.A4, "what was chosen counts more than the country"
    later = FaxPage(stage.desk)
    qtbot.addWidget(later)
    assert later.preview.paper is PaperSize.A4
    page.preview.view.paper_asked.emit(PaperSize.LETTER)
    assert now(stage.preferences.value.paper) == "", "it follows the account again"


def test_a_narrow_page_hides_the_preview_behind_a_button(qtbot: QtBot, page: FaxPage) -> None:
    button = _find(page, QPushButton, "previewButton")
    assert isinstance(button, QPushButton)
    assert page.preview.isVisible() and not button.isVisible()
    page.resize(800, 700)
    assert button.isVisible() and not page.preview.isVisible() and page.card.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert page.preview.isVisible() and not page.card.isVisible()
    page.start_new()
    assert page.card.isVisible() and not page.preview.isVisible()
    page.resize(1072, 700)
    assert page.preview.isVisible() and page.card.isVisible() and not button.isVisible()


def test_fine_and_standard_are_one_choice(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    qtbot.mouseClick(_find(page, QPushButton, "resolutionStandard"), Qt.MouseButton.LeftButton)
    page.send()
    assert stage.faxes.drafts[0].resolution is page.preview.resolution
    assert len(page.findChildren(QPushButton, "resolutionStandard")) == 1
    assert page.findChild(QLabel, "previewRemark") is not None


def test_a_fax_with_too_many_pages_names_the_first_that_is_over(page: FaxPage, stage: Stage) -> None:
    stage.session.profile = ServerProfile(name="small", max_fax_pages=3, max_fax_bytes=10_000_000)
    stage.faxes.checked.emit(checked(document("More.pdf", 3)))
    page.covers.choose(5)
    assert "6 pages are too many" in page.bar.problem.text() and "Leave out page 5" in page.bar.problem.text()
    page.preview.arranger.remove((1,))
    assert "Leave out page 6" in page.bar.problem.text(), "by the numbers the strip shows"
    page.preview.arranger.remove((4, 5, 6))
    assert page.bar.problem.text() == "" and page.bar.send.isEnabled()


def test_files_that_are_too_large_may_go_as_exact_pages(page: FaxPage, stage: Stage) -> None:
    stage.session.profile = ServerProfile(name="small", max_fax_bytes=400_000)
    page.note.setPlainText("x")
    assert "exactly these pages" in page.bar.problem.text()
    page.preview.set_exact(True)
    assert page.bar.problem.text() == ""
    stage.pages.made = (replace(MADE, size_bytes=500_000),)
    page.send()
    assert "too large" in page.bar.problem.text() and stage.faxes.drafts == []


def test_a_file_that_needs_its_password_is_not_sent_to_fail(page: FaxPage, stage: Stage) -> None:
    locked = document("Locked.pdf", None)
    stage.faxes.checked.emit(checked(locked))
    ask, refusal = count_request(ref_of(locked)), PageRefusal(sentence="Enter it.", needs_password=True)
    stage.pages.answers[ask] = refusal
    stage.pages.refused.emit(ask, refusal)
    assert "Locked.pdf opens with a password only" in page.bar.problem.text()
    assert "Needs its password" in page.attachments.cards[-1].accessibleName()
    assert not _find(page, QLabel, "previewRemark").isVisible(), "RingCentral cannot draw it either"
    page.send()
    assert stage.faxes.drafts == []
    stage.pages.answers[ask] = 3
    stage.pages.answered.emit(ask, 3)
    assert not page.bar.problem.text()
    assert _headline(page).startswith("6 pages")


def test_an_own_cover_counts_among_the_pages_a_fax_may_have(page: FaxPage, stage: Stage) -> None:
    stage.session.profile = ServerProfile(name="small", max_fax_pages=3, max_fax_bytes=10_000_000)
    stage.covers.covers = (CLINIC,)
    stage.covers.changed.emit()
    page.covers.choose(1)
    assert page.bar.problem.text() == "", "the service's own cover is not in the files"
    assert page.covers.choose_own("Our clinic")
    words = page.bar.problem.text()
    assert words.startswith("4 pages are too many") and "Leave out page 4 " in words
    page.preview.arranger.remove((3,))
    assert page.bar.problem.text() == ""
