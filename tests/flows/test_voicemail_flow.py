"""Voicemails and recordings in the real window: played to a sound server, read, marked, saved, deleted.

What is heard is compared with the file at the output. Read next: test_people_flow.py, screen.py.
"""

from __future__ import annotations

import wave
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QPlainTextEdit

from rcdesk.api.rest import mailbox
from rcdesk.bridge.messages import voicemail_desk
from rcdesk.core.calls.call import CallState
from rcdesk.core.cancel import CancelToken
from rcdesk.core.messages.kept import KeptVoicemail
from rcdesk.documents.sound.form import RATE_HZ
from rcdesk.store.paths import Paths
from rcdesk.ui.voicemail.said_text import SaidText
from rcdesk.ui.voicemail.voicemail_page import VoicemailPage
from tests.flows.conftest import OpenDesk, Opened, sign_in
from tests.flows.reader import press, write
from tests.sound_server import NEEDS_PULSE, SoundServer

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

CONTROL = Qt.KeyboardModifier.ControlModifier
CALLER, OTHER = "+16505550143", "+16505550119"
SAID = "The set is ready. Fax the signed page to 650 555 0110, please. <b>Thank you.</b>"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    (tmp_path / "pulse").mkdir()
    running = SoundServer(tmp_path / "pulse", ("Speaker", "Headset"))
    monkeypatch.setenv("PULSE_SERVER", running.environment["PULSE_SERVER"])
    monkeypatch.setenv("PULSE_COOKIE", running.environment["PULSE_COOKIE"])
    yield running
    running.stop()


@pytest.fixture
def silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer without sound."""
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/none")
    monkeypatch.setenv("ALSA_CONFIG_PATH", "/dev/null")


def page_of(desk: Opened, count: int) -> VoicemailPage:
    """Open the page with its key, and wait for so many voicemails with sound and words."""
    window = desk.running.window
    window.activateWindow()
    desk.screen.wait(window.isActiveWindow)
    press(Qt.Key.Key_3, CONTROL)
    page = window.findChild(VoicemailPage)
    assert page is not None
    rows = page.voicemails.model

    def is_complete() -> bool:
        return len(rows.rows) == count and all(one.is_here and not one.lacks_words for one in rows.rows)

    desk.screen.wait(is_complete)
    return page


def chosen(page: VoicemailPage) -> KeptVoicemail:
    one = page.voicemails.shown
    assert isinstance(one, KeptVoicemail)
    return one


def choose(desk: Opened, page: VoicemailPage, name: str) -> None:
    """Search for somebody; they are chosen then, and the list has the keyboard."""
    press(Qt.Key.Key_F, CONTROL)
    write(name)
    press(Qt.Key.Key_Return)

    def is_found() -> bool:
        rows = page.side.model.rows
        said = page.side.model.spoken(rows[0]).lower() if len(rows) == 1 else ""
        return name.lower() in said and page.side.list.hasFocus()

    desk.screen.wait(is_found)


def is_read_there(desk: Opened, one_id: str) -> bool:
    connection = desk.running.desk.session.connection
    assert connection is not None
    return mailbox.read_voicemail(connection.session, one_id, CancelToken()).is_read


def loaded(desk: Opened, page: VoicemailPage) -> bool:
    playing = desk.running.desk.player.playing
    return playing.key == page.side.key and playing.length_s > 0 and playing.outputs is not None


@NEEDS_PULSE
def test_a_voicemail_is_heard_and_then_it_is_no_longer_new(
    server: SoundServer, open_desk: OpenDesk, simulator: RunningSimulator
) -> None:
    one_id = str(simulator.inbound_voicemail(CALLER, seconds=5, transcript=SAID, after_s=1))
    simulator.advance(1)
    desk = sign_in(open_desk, simulator)
    page = page_of(desk, 1)
    screen, player = desk.screen, desk.running.desk.player
    screen.wait_for("Harbour Street Laboratory", "(650) 555-0143 · 0:05", "Written by RingCentral")
    assert "New, Harbour Street Laboratory" in screen.words()
    screen.wait(lambda: loaded(desk, page))
    assert not chosen(page).is_read, "looking is not listening"
    with server.listening("Headset") as heard:
        player.set_output("Headset")
        page.focus_list()
        press(Qt.Key.Key_Space)
        screen.wait(lambda: player.playing.is_playing)
        screen.wait(lambda: chosen(page).is_read)
        assert player.playing.at_s >= 2.9
        screen.wait(lambda: not player.playing.is_playing)
    assert screen.shows("Position, 0 of 5 seconds", "Mark as new")
    path = desk.running.desk.player._samples
    assert _share_found(heard, array("h", Path(path).read_bytes())) > 0.9
    screen.wait(lambda: is_read_there(desk, one_id))
    press(Qt.Key.Key_U)
    screen.wait(lambda: not chosen(page).is_read and not is_read_there(desk, one_id))


def _share_found(heard: Path, played: array[int]) -> float:
    """How much of it arrived, tenths of a second in order."""
    content, piece = heard.read_bytes(), RATE_HZ // 10
    found = at = 0
    starts = range(RATE_HZ // 20, len(played) - piece, piece)
    for start in starts:
        place = content.find(played[start : start + piece].tobytes(), at)
        if place >= 0:
            found, at = found + 1, place
    return found / len(starts)


@NEEDS_PULSE
def test_the_keys_move_and_hasten(
    server: SoundServer, open_desk: OpenDesk, simulator: RunningSimulator
) -> None:
    simulator.inbound_voicemail(CALLER, seconds=60)
    desk = sign_in(open_desk, simulator)
    page = page_of(desk, 1)
    player, screen = desk.running.desk.player, desk.screen
    screen.wait(lambda: loaded(desk, page))
    page.focus_list()
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Right)
    assert player.playing.at_s == 10
    screen.press("soundOn")
    assert player.playing.at_s == 20
    page.focus_list()
    press(Qt.Key.Key_Left)
    assert player.playing.at_s == 15
    QTest.keyClicks(page.voicemails.list, "]]")
    assert player.playing.speed == 1.5
    QTest.keyClicks(page.voicemails.list, "[")
    assert player.playing.speed == 1.25
    screen.press("speed_200")
    assert player.playing.speed == 2.0
    wave_form = screen.find("waveform")
    QTest.mouseClick(wave_form, Qt.MouseButton.LeftButton, pos=QPoint(wave_form.width() // 2, 20))
    assert abs(player.playing.at_s - 30) < 1
    page.focus_list()
    press(Qt.Key.Key_Space)
    screen.wait(lambda: player.playing.at_s > 31)
    press(Qt.Key.Key_Space)
    screen.wait(lambda: not player.playing.is_playing)


@pytest.mark.usefixtures("silent")
def test_without_sound_it_can_be_saved(
    open_desk: OpenDesk, simulator: RunningSimulator, tmp_path: Path
) -> None:
    simulator.inbound_voicemail(CALLER, seconds=2, sound="wav")
    desk = sign_in(open_desk, simulator)
    page = page_of(desk, 1)
    desk.screen.wait_for("This computer has no sound output. You can save the file.")
    assert not desk.screen.find("soundPlay").isEnabled()
    desk.screen.press("voicemailSave")
    dialog = page.findChild(QFileDialog, "saveSound")
    assert dialog is not None and dialog.selectedFiles()[0].endswith("Harbour Street Laboratory.wav")
    target = tmp_path / "kept.wav"
    dialog.fileSelected.emit(str(target))
    desk.screen.wait_for("Saved: kept.wav")
    with wave.open(str(target)) as file:
        assert file.getnframes() == 2 * file.getframerate()
    dialog.reject()


@pytest.mark.usefixtures("silent")
def test_numbers_in_the_text_are_links_and_tags_are_text(
    open_desk: OpenDesk, simulator: RunningSimulator
) -> None:
    simulator.inbound_voicemail(CALLER, seconds=2, transcript=SAID)
    desk = sign_in(open_desk, simulator)
    page = page_of(desk, 1)
    text = desk.screen.find_as(SaidText, "voicemailText")
    desk.screen.wait(lambda: text.toPlainText() == SAID)
    assert "<b>" in text.toPlainText() and 'href="tel:+16505550110"' in text.toHtml()
    text.anchorClicked.emit(QUrl("tel:+16505550110"))
    menu = page.findChild(QMenu, "numberMenu")
    assert menu is not None
    labels = [action.text() for action in menu.actions()]
    assert labels == ["Call (650) 555-0110", "Fax (650) 555-0110", "Copy number"]
    menu.actions()[1].trigger()
    menu.close()
    desk.screen.wait(lambda: desk.screen.has("recipientField"))
    desk.screen.wait(lambda: desk.screen.shows("(650) 555-0110"))


@pytest.mark.usefixtures("silent")
def test_call_back_and_fax_the_text(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    simulator.inbound_voicemail(CALLER, seconds=2, transcript=SAID)
    desk = sign_in(open_desk, simulator)
    page = page_of(desk, 1)
    screen = desk.screen
    screen.press("voicemailForward")
    menu = page.findChild(QMenu, "forwardMenu")
    assert menu is not None
    menu.actions()[0].trigger()
    screen.wait_for("Copied. Paste it into an e-mail.")
    copied = QApplication.clipboard().mimeData().urls()
    assert len(copied) == 1 and Path(copied[0].toLocalFile()).is_file()
    menu.actions()[1].trigger()
    menu.close()
    screen.wait(lambda: screen.has("recipientField"))
    screen.wait(lambda: SAID in desk.running.window.composer.note.toPlainText())
    press(Qt.Key.Key_3, CONTROL)
    screen.press("voicemailCall")
    calls = desk.running.desk.calls
    screen.wait(lambda: bool(calls.calls) and calls.calls[0].state is CallState.RINGING_YOU)
    assert calls.calls[0].request.to_number == CALLER


@pytest.mark.usefixtures("silent")
def test_deleting_can_be_undone(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    simulator.inbound_voicemail(OTHER, seconds=1)
    gone = str(simulator.inbound_voicemail(CALLER, seconds=1))
    desk = sign_in(open_desk, simulator)
    page = page_of(desk, 2)
    rows = page.voicemails.model
    choose(desk, page, "Harbour")
    assert chosen(page).id == gone
    press(Qt.Key.Key_Delete)
    desk.screen.wait_for("The voicemail from Harbour Street Laboratory was deleted.", "Nothing matches")
    desk.screen.press("footUndo")
    desk.screen.wait(lambda: len(rows.rows) == 1 and page.voicemails.list.hasFocus())
    press(Qt.Key.Key_Delete)
    desk.screen.wait(lambda: len(rows.rows) == 0)
    press(Qt.Key.Key_Z, CONTROL)
    desk.screen.wait(lambda: len(rows.rows) == 1 and page.voicemails.list.hasFocus())


@pytest.mark.usefixtures("silent")
def test_what_was_deleted_is_deleted_at_ringcentral_too(
    open_desk: OpenDesk, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voicemail_desk, "KEPT_S", 0)
    gone = str(simulator.inbound_voicemail(CALLER, seconds=1))
    desk = sign_in(open_desk, simulator)
    page = page_of(desk, 1)
    connection = desk.running.desk.session.connection
    assert connection is not None
    page.focus_list()
    press(Qt.Key.Key_Delete)

    def is_told() -> bool:
        asked = ((one.method, one.path.rpartition("/")[2]) for one in simulator.requests)
        return ("DELETE", gone) in asked

    desk.screen.wait(is_told)
    there = mailbox.read_voicemail(connection.session, gone, CancelToken())
    assert there.availability.is_gone
    desk.running.desk.voicemails.look()
    desk.screen.wait(lambda: not desk.running.desk.voicemails._is_syncing)
    assert page.voicemails.model.rowCount() == 0


@pytest.mark.usefixtures("silent")
def test_new_ones_arrive_and_are_counted(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    desk = sign_in(open_desk, simulator)
    page = page_of(desk, 0)
    desk.screen.wait_for("No voicemail. Callers reach it when nobody answers.")
    arrived: list[KeptVoicemail] = []
    desk.running.desk.voicemails.received.connect(arrived.extend)
    simulator.inbound_voicemail(CALLER, seconds=1, transcript="One", after_s=30)
    desk.screen.press("voicemailLook")
    desk.screen.wait_for("Text is being written", "New 1", "Voicemail, 1, new")
    assert [one.number for one in arrived] == [CALLER]
    simulator.advance(30)
    desk.running.desk.voicemails.look()
    desk.screen.wait_for("“One”")
    simulator.inbound_voicemail(OTHER, seconds=1, transcript="", status="Failed")
    desk.screen.press("voicemail_new")
    desk.running.desk.voicemails.look()
    desk.screen.wait(lambda: len(page.voicemails.model.rows) == 2)
    assert len(arrived) == 2


@NEEDS_PULSE
def test_a_recording_is_played_marked_and_noted(
    server: SoundServer, open_desk: OpenDesk, simulator: RunningSimulator, tmp_path: Path
) -> None:
    simulator.set_limits(Light=1000, Medium=1000, Heavy=1000)
    simulator.inbound_call(CALLER, outcome="answered", talk_s=40)
    simulator.record_call(kind="OnDemand")
    simulator.inbound_call(OTHER, outcome="answered", talk_s=50)
    simulator.record_call(kind="Automatic", ready_after_s=600)
    desk = sign_in(open_desk, simulator)
    page = page_of(desk, 0)
    screen, player = desk.screen, desk.running.desk.player
    screen.press("show_recordings")
    screen.wait(lambda: len(page.recordings.model.rows) == 2)
    screen.wait_for("On demand", "Automatic", "Recorded by your company’s rule")
    choose(desk, page, "Ben")
    press(Qt.Key.Key_Space)
    screen.wait_for("RingCentral is still preparing this recording", "Not ready")
    page.search.clear()
    choose(desk, page, "Harbour")
    press(Qt.Key.Key_Space)
    screen.wait(lambda: player.playing.is_playing and player.playing.at_s > 1)
    press(Qt.Key.Key_M)
    screen.wait(lambda: screen.has("markGo"))
    screen.find_as(QPlainTextEdit, "recordingNote").setPlainText("Contract by Friday")
    screen.wait_for("Note: Contract by Friday")
    press(Qt.Key.Key_Space)
    screen.wait(lambda: not player.playing.is_playing)
    screen.press("recordingSave")
    dialog = page.findChild(QFileDialog, "saveSound")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "talk.wav"))
    screen.wait_for("Saved: talk.wav")
    dialog.reject()
    with wave.open(str(tmp_path / "talk.wav")) as file:
        assert file.getnframes() == 40 * file.getframerate()
    desk.running.window.activateWindow()
    screen.wait(desk.running.window.isActiveWindow)
    page.search.clear()
    choose(desk, page, "friday")
    screen.press("markRemove")
    screen.wait(lambda: not screen.has("markGo"))


@pytest.mark.usefixtures("silent")
def test_what_the_account_may_not_is_said(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    simulator.sign_in_rules(missing_scopes=["ReadMessages", "EditMessages", "SMS", "ReadCallLog"])
    desk = sign_in(open_desk, simulator)
    page_of(desk, 0)
    desk.screen.wait_for("Reading texts and voicemails needs the permission ReadMessages")
    desk.screen.press("show_recordings")
    desk.screen.wait_for("needs the permission ReadCallLog")


@pytest.mark.usefixtures("silent")
def test_what_was_fetched_is_there_without_a_connection(
    open_desk: OpenDesk, simulator: RunningSimulator, tmp_path: Path
) -> None:
    simulator.inbound_voicemail(CALLER, seconds=1)
    desk = sign_in(open_desk, simulator)
    page = page_of(desk, 1)
    files = list(Paths.under(tmp_path / "desk").sounds_dir.rglob("*.wav"))
    assert len(files) == 1
    simulator.stop()
    desk.running.desk.voicemails.look()
    desk.screen.wait(lambda: not desk.running.desk.voicemails._is_syncing)
    assert len(page.voicemails.model.rows) == 1
    desk.screen.wait(lambda: desk.running.desk.player.playing.length_s > 0)
