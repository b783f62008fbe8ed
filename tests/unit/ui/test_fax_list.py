"""The lists Queue, Sent and Failed and the story beside them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from rcdesk.core.fax import FaxEvent, FaxState
from rcdesk.ui.fax_list import FaxListModel
from rcdesk.ui.fax_pages import FaxFolder, FaxFolderPage
from rcdesk.ui.fax_words import sentence, state_badge, steps

from .stage import NOW, Stage, job, shoot


@pytest.mark.parametrize("state", list(FaxState))
def test_every_state_has_words_and_none_promises_delivery(state: FaxState) -> None:
    made = job(1, state)
    words = f"{state_badge(state)[0]} {sentence(made)}"
    assert "delivered" not in words.lower()
    assert sentence(made)
    assert isinstance(steps(made), tuple)


def test_model_follows_the_desk(qtmodeltester: ModelTester) -> None:
    model = FaxListModel(FaxFolder.QUEUE.belongs)
    qtmodeltester.check(model)
    model.set_jobs((job(3, FaxState.SENDING), job(2, FaxState.QUEUED), job(1, FaxState.SENT)))
    assert model.rowCount() == 2
    model.set_jobs((job(4, FaxState.QUEUED), job(3, FaxState.SENT), job(2, FaxState.QUEUED)))
    assert [model.row_of(i) for i in (4, 3, 2)] == [0, None, 1]
    model.update_job(job(2, FaxState.SENDING, bytes_sent=1, bytes_total=2))
    assert "Sending" in model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    model.set_jobs(())
    assert model.rowCount() == 0


@pytest.mark.parametrize(
    ("folder", "state", "name", "asked"),
    [
        (FaxFolder.QUEUE, FaxState.QUEUED, "faxStep_cancel", "cancel"),
        (FaxFolder.FAILED, FaxState.FAILED, "faxStep_try_again", "retry"),
        (FaxFolder.FAILED, FaxState.CANCELLED, "faxStep_send_again", "retry"),
        (FaxFolder.QUEUE, FaxState.NEEDS_YOU, "faxStep_it_was_sent", "sent"),
        (FaxFolder.QUEUE, FaxState.NEEDS_YOU, "faxStep_send_again", "again"),
    ],
)
def test_steps_reach_the_desk(
    qtbot: QtBot, stage: Stage, folder: FaxFolder, state: FaxState, name: str, asked: str
) -> None:
    page = FaxFolderPage(stage.desk, folder)
    qtbot.addWidget(page)
    page.show()
    stage.faxes.have(job(7, state))
    button = page.story.findChild(QPushButton, name)
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert stage.faxes.steps == [(asked, 7)]


def test_story_follows_the_chosen_fax(qtbot: QtBot, stage: Stage) -> None:
    stage.faxes.events = (FaxEvent(at=NOW, state=FaxState.QUEUED, detail="Written to disk"),)
    page = FaxFolderPage(stage.desk, FaxFolder.QUEUE)
    qtbot.addWidget(page)
    stage.faxes.have(job(2, FaxState.SENDING), job(1, FaxState.QUEUED))
    assert page.story.job_id == 2
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert page.story.job_id == 1
    assert "Written to disk" in page.story.timeline.accessibleName()
    stage.faxes.have()
    assert page.story.job_id is None


def test_pictures(qtbot: QtBot, scheme: str) -> None:
    stage = Stage()
    stage.faxes.events = tuple(
        FaxEvent(at=NOW, state=s, detail="")
        for s in (FaxState.PREPARING, FaxState.QUEUED, FaxState.NEEDS_YOU)
    )
    for folder in FaxFolder:
        page = FaxFolderPage(stage.desk, folder)
        qtbot.addWidget(page)
        page.resize(1072, 760)
        page.show()
        stage.faxes.have()
        shoot(page, f"{folder.value}-empty-{scheme}")
        states = enumerate(zip(FaxState, "ABCDEFGHIJ", strict=True))
        stage.faxes.have(*(job(10 - n, state, name) for n, (state, name) in states))
        shoot(page, f"{folder.value}-{scheme}")
        assert page.model.rowCount() > 0
