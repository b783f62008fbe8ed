"""A fax asked for on the command line: the composer filled in, or queued when nothing about it is odd."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.fax.cover import CoverTemplate
from rcdesk.core.fax.fax import FaxDraft, FaxState, Recipient, Resolution
from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.core.orders.asked_fax import AskedFax, AskedOutcome
from rcdesk.ui.compose.review_dialog import ReviewDialog
from rcdesk.ui.shell.main_window import MainWindow
from tests.now import now
from tests.patient_bot import QtBot
from tests.unit.ui.stage import ACCOUNT, Stage, checked, document, job

DRAFT = FaxDraft(
    recipients=(Recipient(number="+16505550110", name="Valley Imaging"),),
    documents=(document(),),
    cover_index=None,
    note="Hello",
    resolution=Resolution.STANDARD,
)


@pytest.fixture
def window(qtbot: QtBot, stage: Stage) -> MainWindow:
    """A window on the stage, not shown: as when it is in the tray."""
    made = MainWindow(stage.desk)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    return made


def _take(window: MainWindow, draft: FaxDraft, *, is_yes: bool) -> list[AskedOutcome]:
    """What was told of it, also later."""
    told: list[AskedOutcome] = []
    window.take_fax(AskedFax(draft=draft, is_yes=is_yes), told.append)
    return told


def _queued(draft: FaxDraft, cover_index: int = 0) -> FaxDraft:
    return replace(draft, cover_index=cover_index, undo_s=10)


def test_the_composer_is_filled_in_and_nothing_is_sent(window: MainWindow, stage: Stage) -> None:
    assert _take(window, DRAFT, is_yes=False) == [AskedOutcome.SHOWN]
    assert window.isVisible() and stage.preferences.value.page == "fax"
    shown = window.composer.current_draft()
    assert (shown.recipients, shown.documents, shown.note) == (DRAFT.recipients, DRAFT.documents, "Hello")
    assert shown.resolution is Resolution.STANDARD
    assert stage.faxes.drafts == [] and stage.faxes.fact_questions == []


def test_with_yes_it_is_queued_without_a_window_when_nothing_is_odd(window: MainWindow, stage: Stage) -> None:
    stage.preferences.update(cover_index=3)
    told = _take(window, DRAFT, is_yes=True)
    assert stage.faxes.drafts == [_queued(DRAFT, 3)]
    assert not window.isVisible()
    stage.faxes.queued.emit((job(199, FaxState.HELD),))
    assert told == []
    for _ in range(2):
        stage.faxes.queued.emit((job(110, FaxState.HELD),))
    assert told == [AskedOutcome.QUEUED]


def test_what_is_being_written_is_not_touched(window: MainWindow, stage: Stage) -> None:
    window.composer.add_recipient("(650) 555-0199")
    stage.faxes.checked.emit(checked(document("My own.pdf")))
    before = window.composer.current_draft()
    window.take_fax(AskedFax(draft=DRAFT, is_yes=True))
    assert window.composer.current_draft() == before
    stage.faxes.queued.emit((job(110, FaxState.HELD),))
    assert window.composer.current_draft() == before
    assert stage.faxes.drafts == [_queued(DRAFT)]


def test_with_yes_html_goes_as_the_pdf_it_is_drawn_as(window: MainWindow, stage: Stage) -> None:
    offer = replace(document("offer.html", 1), media_type="text/html")
    drawn = document("offer.pdf", 1)
    told = _take(window, replace(DRAFT, documents=(offer,)), is_yes=True)
    assert stage.pages.written == [(offer,)] and stage.faxes.drafts == []
    assert told == [AskedOutcome.SHOWN] and window.isVisible(), (
        "it could not be written: said in the composer"
    )
    stage.pages.made = (drawn,)
    _take(window, replace(DRAFT, documents=(offer,)), is_yes=True)
    assert stage.faxes.drafts == [_queued(replace(DRAFT, documents=(drawn,)))]


def test_a_fax_being_queued_is_not_taken_for_the_other_one(window: MainWindow, stage: Stage) -> None:
    window.take_fax(AskedFax(draft=DRAFT, is_yes=True))
    window.composer.add_recipient("(650) 555-0199")
    stage.faxes.checked.emit(checked(document("My own.pdf")))
    window.composer.send()
    assert len(stage.faxes.drafts) == 2
    stage.faxes.queued.emit((job(110, FaxState.HELD),))
    assert now(window.composer.sending.is_busy) and window.composer.attachments.documents
    stage.faxes.queued.emit((job(199, FaxState.HELD),))
    assert not window.composer.sending.is_busy and not window.composer.attachments.documents


def test_with_yes_something_odd_opens_the_question(qtbot: QtBot, window: MainWindow, stage: Stage) -> None:
    recipient = DRAFT.recipients[0]
    stage.faxes.facts[recipient.number] = RecipientFacts(recipient=recipient, is_known=False)
    told = _take(window, DRAFT, is_yes=True)
    assert stage.faxes.drafts == [] and told == [AskedOutcome.SHOWN]
    assert window.isVisible() and stage.preferences.value.page == "fax"
    dialog = window.findChild(ReviewDialog)
    assert dialog is not None and dialog.isVisible()
    dialog.confirmed.emit()
    dialog.close()
    assert [draft.recipients for draft in stage.faxes.drafts] == [DRAFT.recipients]


def test_what_cannot_be_queued_comes_into_the_composer_with_the_reason(
    window: MainWindow, stage: Stage
) -> None:
    told = _take(window, DRAFT, is_yes=True)
    assert stage.faxes.queue_failed is not None
    stage.faxes.queue_failed("The disk is full.")
    stage.faxes.queued.emit((job(110, FaxState.HELD),))
    assert told == [AskedOutcome.SHOWN]
    assert window.isVisible()
    assert window.composer.current_draft().documents == DRAFT.documents
    assert _problem(window) == "The disk is full."


def test_a_cover_page_this_account_has_not(window: MainWindow, stage: Stage) -> None:
    assert _take(window, replace(DRAFT, cover_index=99), is_yes=True) == [AskedOutcome.SHOWN]
    assert stage.faxes.drafts == [] and window.isVisible()
    assert "no cover page 99" in _problem(window)


def test_an_own_cover_page_is_looked_at_unless_another_is_asked_for(window: MainWindow, stage: Stage) -> None:
    stage.preferences.update(own_cover="Our clinic")
    assert _take(window, DRAFT, is_yes=True) == [AskedOutcome.SHOWN]
    assert stage.faxes.drafts == [] and "own cover page" in _problem(window)
    _take(window, replace(DRAFT, cover_index=0), is_yes=True)
    assert stage.faxes.drafts == [_queued(DRAFT)]


def test_with_yes_before_the_sign_in_it_waits_in_the_composer(window: MainWindow, stage: Stage) -> None:
    stage.session.become(SessionState.SIGNED_OUT, None)
    window.take_fax(AskedFax(draft=DRAFT, is_yes=True))
    assert stage.faxes.drafts == [] and window.isVisible()
    stage.session.become(SessionState.SIGNED_IN, ACCOUNT)
    assert [draft.recipients for draft in stage.faxes.drafts] == [DRAFT.recipients]


def test_what_was_changed_before_the_sign_in_is_not_sent_by_itself(window: MainWindow, stage: Stage) -> None:
    stage.session.become(SessionState.SIGNED_OUT, None)
    window.take_fax(AskedFax(draft=DRAFT, is_yes=True))
    window.composer.note.setPlainText("Something else")
    stage.session.become(SessionState.SIGNED_IN, ACCOUNT)
    assert stage.faxes.drafts == []


def test_the_country_of_the_account_is_remembered_for_the_command_line(
    window: MainWindow, stage: Stage
) -> None:
    stage.session.become(SessionState.SIGNED_IN, replace(ACCOUNT, home_country="GB"))
    assert stage.preferences.value.home_country == "GB"


def _problem(window: MainWindow) -> str:
    words = window.findChild(QLabel, "intakeProblem")
    assert words is not None and not words.isHidden()
    return words.text()


def test_a_cover_page_by_its_name(window: MainWindow, stage: Stage) -> None:
    window.take_fax(AskedFax(draft=DRAFT, is_yes=True, cover_name="classic"))
    index = next(cover.index for cover in ACCOUNT.cover_pages if cover.name == "Classic")
    assert stage.faxes.drafts == [_queued(DRAFT, index)]
    told: list[AskedOutcome] = []
    window.take_fax(AskedFax(draft=DRAFT, is_yes=True, cover_name="Baroque"), told.append)
    assert told == [AskedOutcome.SHOWN] and "no cover page called" in _problem(window)
    assert len(stage.faxes.drafts) == 1


def test_an_own_cover_page_by_its_name_is_drawn_in_front(
    window: MainWindow, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = CoverTemplate(id="Our clinic", name="Our clinic", html="<p>{to}</p>")
    stage.covers.covers = (own,)
    stage.covers.changed.emit()
    stage.pages.exact_dir = tmp_path
    stage.pages.made = (document("Cover for it.pdf"), *DRAFT.documents)

    def draw(key: str, work: Callable[[], Any], done: Callable[[Any], None], failed: object = None) -> None:
        done(work())

    monkeypatch.setattr(stage.pages, "draw", draw)
    window.take_fax(AskedFax(draft=DRAFT, is_yes=True, cover_name="our CLINIC"))
    (sent,) = stage.faxes.drafts
    assert sent.documents == stage.pages.made and sent.cover_index == 0
    ((cover, letter),) = stage.pages.written
    assert letter == DRAFT.documents[0] and cover.path.read_bytes().startswith(b"%PDF")
    window.take_fax(AskedFax(draft=DRAFT, cover_name="our clinic"))
    assert window.composer.covers.own == own


def test_a_cover_page_by_its_name_before_the_sign_in(window: MainWindow, stage: Stage) -> None:
    stage.session.become(SessionState.SIGNED_OUT, None)
    window.take_fax(AskedFax(draft=DRAFT, is_yes=True, cover_name="Classic"))
    assert stage.faxes.drafts == []
    stage.session.become(SessionState.SIGNED_IN, ACCOUNT)
    index = next(cover.index for cover in ACCOUNT.cover_pages if cover.name == "Classic")
    assert [draft.cover_index for draft in stage.faxes.drafts] == [index]
