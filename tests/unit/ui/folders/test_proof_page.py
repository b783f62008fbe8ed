"""The report page: what it says, on as many pages as it needs, and the way from the button to the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QFileDialog, QPushButton

from rcdesk.core.fax.fax import ARRIVAL_UNKNOWN, YOU_SAID_FAILED, FaxEvent, FaxState, SpooledFile
from rcdesk.core.fax.folder import Folder
from rcdesk.core.fax.proof import ProofFacts
from rcdesk.ui.folders.fax_pages import FaxFolderPage
from rcdesk.ui.folders.proof_page import moment, report_pdf
from rcdesk.ui.preview.page_viewer import PageViewer
from tests.patient_bot import QtBot
from tests.unit.ui.stage import NOW, Stage, job

_DIGEST = "0123456789abcdef" * 4


def _facts(events: int = 4, state: FaxState = FaxState.SENT, **changes: Any) -> ProofFacts:
    files = (
        SpooledFile(
            digest=_DIGEST, name="Referral letter.pdf", media_type="application/pdf", size_bytes=2048, pages=2
        ),
    )
    made = job(
        7,
        state,
        files=files,
        server_pages=3,
        tries=2,
        note="Thanks",
        **{"message_id": "724587004", **changes},
    )
    return ProofFacts(
        job=made,
        events=tuple(
            FaxEvent(at=NOW + timedelta(seconds=n), state=FaxState.SENDING, detail=f"Step {n}")
            for n in range(events)
        ),
        from_name="Mara Okafor",
        from_number="+18885550109",
        made_at=NOW,
        has_pages=False,
        why_no_pages="RingCentral has deleted the pages.",
    )


@contextmanager
def _open(pdf: bytes) -> Iterator[pdfium.PdfDocument]:
    document = pdfium.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def _text(pdf: bytes) -> str:
    with _open(pdf) as document:
        words = []
        for page in document:
            text = page.get_textpage()
            words.append(text.get_text_bounded())
            text.close()
            page.close()
        return " ".join(" ".join(words).split())


def test_it_says_everything_that_proves(qtbot: QtBot) -> None:
    facts = _facts()
    words = _text(report_pdf(facts))
    for part in (
        "Accepted by their machine",
        "Mara Okafor",
        "+18885550109",
        "Valley Imaging Center",
        "+16505550007",
        moment(facts.job.created_at),
        "724587004",
        _DIGEST,
        "Step 3",
        "RingCentral has deleted the pages.",
        "counted by RingCentral 3",
        "counted here 2",
        "Tries 2",
    ):
        assert part in words, part
    assert "delivered" not in words.lower()


def test_times_carry_their_zone() -> None:
    at = datetime(2026, 11, 22, 9, 47, 12, tzinfo=UTC)
    local = at.astimezone()
    assert moment(at).startswith(f"{local:%Y-%m-%d %H:%M:%S}")
    assert "(UTC" in moment(at)


def test_a_failed_fax_says_so(qtbot: QtBot) -> None:
    words = _text(
        report_pdf(_facts(state=FaxState.FAILED, detail="Their line was busy.", error_code="LineBusy"))
    )
    assert "Failed: Their line was busy." in words
    assert "Accepted by their machine" not in words


def test_one_that_was_only_accepted_is_not_called_sent(qtbot: QtBot) -> None:
    detail = "Accepted by RingCentral; who knows"
    text = _text(
        report_pdf(_facts(state=FaxState.SENT, message_id="", error_code=ARRIVAL_UNKNOWN, detail=detail))
    )
    assert detail in text and f"Sent: {detail}" not in text and ARRIVAL_UNKNOWN not in text


@pytest.mark.parametrize(
    ("state", "code", "words"),
    [
        (FaxState.SENT, "", "Sent: You said that it was sent"),
        (FaxState.FAILED, YOU_SAID_FAILED, "Failed: You said that it failed"),
    ],
)
def test_the_users_own_word_is_said_as_such(qtbot: QtBot, state: FaxState, code: str, words: str) -> None:
    detail = words.partition(": ")[2]
    facts = _facts(state=state, message_id="", error_code=code, detail=detail)
    text = _text(report_pdf(facts))
    assert words in text
    assert "Accepted by their machine" not in text and YOU_SAID_FAILED not in text


def test_a_long_history_goes_on(qtbot: QtBot) -> None:
    pdf = report_pdf(_facts(events=90))
    with _open(pdf) as document:
        assert len(document) == 3
    words = _text(pdf)
    assert "Step 0" in words
    assert "Step 89" in words


@pytest.mark.parametrize(("name", "width_pt"), [("en_US", 612), ("de_DE", 595)])
def test_paper_follows_the_locale(qtbot: QtBot, name: str, width_pt: int) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(name))
    try:
        pdf = report_pdf(_facts())
    finally:
        QLocale.setDefault(before)
    with _open(pdf) as document:
        assert round(document[0].get_width()) == width_pt


def test_open_proof_binds_shows_and_saves_elsewhere(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    stage.proofs.has_pages = True
    stage.proofs.facts = _facts()
    page = FaxFolderPage(stage.desk, Folder.SENT)
    qtbot.addWidget(page)
    page.show()
    stage.faxes.have(stage.proofs.facts.job)
    button = page.findChild(QPushButton, "proofButton")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    viewer = page.findChild(PageViewer, "proofViewer")
    assert viewer is not None
    viewer.save_asked.emit()
    dialog = page.findChild(QFileDialog, "saveDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "proof.pdf"))
    dialog.close()
    viewer.close()
    (first, beside), (second, chosen) = stage.proofs.bound
    assert first == second
    assert first.startswith(b"%PDF")
    assert beside == Path("/nowhere/Fax 7.pdf")
    assert chosen == tmp_path / "proof.pdf"
