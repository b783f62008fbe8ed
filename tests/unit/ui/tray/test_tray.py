"""The tray: what it tells and when, its picture, and the window that never gets lost. The menu has a test of
its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QSystemTrayIcon

from rcdesk.bridge.account.notices import NoticeKind
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.presence import Dnd, Presence
from rcdesk.core.calls.call import CallState
from rcdesk.core.calls.past_call import CallOutcome
from rcdesk.core.fax.fax import FaxState
from rcdesk.core.fax.folder import FolderCounts
from rcdesk.ui.kit import sounds
from rcdesk.ui.kit.icons import resources
from rcdesk.ui.shell.main_window import MainWindow
from rcdesk.ui.tray.news import ended_words, missed_words
from rcdesk.ui.tray.tray import Tray, TrayState, TrayWatch, tray_icon
from tests.now import now
from tests.patient_bot import QtBot
from tests.unit.ui.kit.test_value_menu import live, past
from tests.unit.ui.stage import ACCOUNT, Stage, job


class _Told:
    """What the desktop was asked to show."""

    def __init__(self, tray: Tray) -> None:
        self.messages: list[tuple[str, str]] = []
        self._tray = tray
        tray.news.is_available = True
        tray._icon.showMessage = self._show  # type: ignore[method-assign, assignment]

    def _show(self, title: str, words: str, _sign: object = None) -> None:
        self.messages.append((title, words))

    def gather(self) -> None:
        """The moment is over in which endings are gathered."""
        timer = self._tray.news._gather
        if timer.isActive():
            timer.stop()
            timer.timeout.emit()


def test_a_failure_is_told_and_a_click_opens_it(qtbot: QtBot, stage: Stage) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    told = _Told(tray)
    failed = job(7, FaxState.FAILED, "County Records", detail="Their line stayed busy for 5 tries.")
    stage.faxes.have(failed)
    stage.faxes.ended.emit(failed)
    told.gather()
    assert told.messages == [("Fax to County Records failed", "Their line stayed busy for 5 tries.")]
    assert not window.isVisible(), "telling takes no focus"
    tray._icon.messageClicked.emit()
    qtbot.waitUntil(window.isVisible)
    assert stage.preferences.value.page == "failed"
    assert window.desk_side.folders["failed"].story.job_id == 7


def test_a_failure_marks_the_window_in_the_task_bar_and_a_success_does_not(
    qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    marked: list[object] = []
    monkeypatch.setattr("rcdesk.ui.tray.news.QApplication.alert", marked.append)
    stage.preferences.update(notify_successes=True)
    stage.faxes.ended.emit(job(1, FaxState.SENT))
    qtbot.waitUntil(lambda: not tray.is_telling)
    assert marked == []
    stage.faxes.ended.emit(job(2, FaxState.FAILED))
    qtbot.waitUntil(lambda: marked == [window])


def test_failures_that_come_together_are_told_once(qtbot: QtBot, stage: Stage) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    told = _Told(tray)
    for number in range(1, 31):
        stage.faxes.ended.emit(job(number, FaxState.FAILED, f"Clinic {number}"))
    told.gather()
    assert told.messages == [("30 faxes failed", "Clinic 1, Clinic 2, Clinic 3…")]


@pytest.mark.parametrize("is_wanted", [True, False])
def test_successes_are_told_when_wanted(qtbot: QtBot, stage: Stage, is_wanted: bool) -> None:
    stage.preferences.update(notify_successes=is_wanted, notify_failures=not is_wanted)
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    told = _Told(tray)
    stage.faxes.ended.emit(job(7, FaxState.SENT, server_pages=5))
    stage.faxes.ended.emit(job(8, FaxState.NEEDS_YOU))
    told.gather()
    titles = [title for title, _ in told.messages]
    if is_wanted:
        assert titles == ["Accepted by Valley Imaging Center’s machine"]
    else:
        assert titles == ["Fax to Valley Imaging Center needs you"]


def test_words_for_endings() -> None:
    failed, needs = job(1, FaxState.FAILED, "A"), job(2, FaxState.NEEDS_YOU, "B")
    assert ended_words([failed, failed, needs])[0] == "Faxes: 2 failed, 1 waiting for your answer"
    assert ended_words([needs, needs])[0] == "2 faxes need you"
    assert ended_words([job(3, FaxState.SENT), job(4, FaxState.SENT)])[0] == "2 faxes were accepted"


def test_missed_calls_are_told_once_and_a_click_opens_them(
    qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    told = _Told(tray)
    one = past("+16505550119", CallOutcome.MISSED, "Pine Street Pharmacy", 3)
    local = one.at.astimezone()
    stage.history.missed.emit((one,))
    told.gather()
    assert told.messages == [
        (
            "Missed call from Pine Street Pharmacy",
            f"{local:%H:%M} · (650) 555-0119 · Missed",
        )
    ]
    assert not window.isVisible(), "telling takes no focus"
    asked: list[str] = []
    monkeypatch.setattr(window, "show_page", asked.append)
    tray._icon.messageClicked.emit()
    qtbot.waitUntil(lambda: asked == ["calls"])
    assert window.isVisible()
    stage.history.missed.emit((one, past("+16505550142", CallOutcome.VOICEMAIL, minutes=1)))
    stage.history.missed.emit((past("", CallOutcome.MISSED, minutes=9),))
    told.gather()
    assert told.messages[1:] == [
        ("3 missed calls", "(650) 555-0142, Pine Street Pharmacy, a hidden number"),
    ]


def test_missed_calls_are_not_told_to_who_does_not_want_it(qtbot: QtBot, stage: Stage) -> None:
    stage.preferences.update(notify_missed_calls=False)
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    told = _Told(tray)
    stage.history.missed.emit((past("+16505550119", CallOutcome.MISSED),))
    told.gather()
    assert told.messages == []


def test_a_click_on_the_icon_that_takes_a_message_away_is_no_click_on_the_message(
    qtbot: QtBot, stage: Stage
) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    _Told(tray)
    tray._icon.messageClicked.emit()
    tray._icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)
    assert not tray.news._click.isActive() and not window.isVisible()


def test_words_for_one_missed_call_from_nobody_known() -> None:
    title, text = missed_words((past("+16505550119", CallOutcome.VOICEMAIL),), "US")
    assert title == "Missed call from (650) 555-0119" and text.endswith("Missed · voicemail")


def test_a_call_behind_other_windows_is_told_when_it_rings_and_when_it_fails(
    qtbot: QtBot, stage: Stage
) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    told = _Told(tray)
    ringing = live("a", CallState.RINGING_YOU)
    stage.calls.have(ringing)
    stage.calls.have(replace(ringing, checked_s=3.0))
    stage.calls.have(replace(ringing, state=CallState.FAILED, reason="Their line is busy."))
    stage.calls.have(replace(ringing, state=CallState.FAILED, reason="Their line is busy.", checked_s=9.0))
    assert [title for title, _ in told.messages] == [
        "Calling Dr. Lena Ortiz",
        "The call to Dr. Lena Ortiz failed",
    ]
    assert "Pick up your desk phone" in told.messages[0][1]
    assert told.messages[1][1] == "Their line is busy."


def test_the_picture_and_the_words_of_the_icon_say_what_is_wrong(qtbot: QtBot, stage: Stage) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    tray.refresh()
    assert tray.look == TrayState()
    assert tray.tool_tip == "rcdesk · Mara Okafor\nTaking calls · ringing your desk phone"
    stage.history.have(past("+16505550119", CallOutcome.MISSED))
    stage.faxes.counts = FolderCounts(failed_unseen=1, needs_you=1)
    stage.presence.show(Presence(dnd=Dnd.TAKE_NONE))
    tray.refresh()
    assert tray.look == TrayState(is_quiet=True, news=3)
    assert "1 missed call" in tray.tool_tip and "Do not disturb" in tray.tool_tip
    stage.session.become(SessionState.OFFLINE, ACCOUNT)
    qtbot.waitUntil(lambda: tray.look.is_offline)
    assert "No connection" in tray.tool_tip


def test_every_look_has_a_picture_of_its_own(stage: Stage) -> None:
    looks = [
        TrayState(is_offline=is_offline, is_quiet=is_quiet, news=news)
        for is_offline, is_quiet, news in (
            (False, False, 0),
            (False, False, 2),
            (False, True, 0),
            (False, True, 2),
            (True, False, 0),
            (True, False, 2),
        )
    ]
    pictures = {bytes(tray_icon(look).pixmap(24, 24).toImage().constBits()) for look in looks}
    assert len(pictures) == len(looks)


class _FakeTray:
    """The desktop's tray, there or not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_there = True
        monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: self.is_there)


def test_the_window_hides_only_where_there_is_a_tray(
    qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop = _FakeTray(monkeypatch)
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    told = _Told(tray)
    quits: list[bool] = []
    window.quit_requested.connect(lambda: quits.append(True))
    window.show()
    window.close()
    assert not window.isVisible() and not quits
    assert len(told.messages) == 1 and "Settings" in told.messages[0][1]
    window.bring_up()
    window.close()
    assert len(told.messages) == 1, "said once"
    window.bring_up()
    desktop.is_there = False
    window.close()
    assert quits == [True], "the tray has gone since: closing quits instead of hiding"


def test_the_window_comes_back_when_the_tray_goes(
    qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop = _FakeTray(monkeypatch)
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    window.show()
    window.close()
    assert not window.isVisible()
    desktop.is_there = False
    tray._watch.look()
    assert window.isVisible() and not window.has_tray
    assert not window.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    desktop.is_there = True
    tray._watch.look()
    assert window.has_tray


def test_starting_hidden_needs_a_tray(qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    desktop = _FakeTray(monkeypatch)
    desktop.is_there = False
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    assert not tray.start_hidden()
    desktop.is_there = True
    assert tray.start_hidden()
    tray._watch.look()
    assert not window.isVisible()
    desktop.is_there = False
    tray._watch.look()
    assert window.isVisible(), "started hidden, and the tray went"


def test_a_tray_on_the_bus_that_leaves_is_noticed(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    _FakeTray(monkeypatch)
    owner = QObject()
    watch = TrayWatch(owner)
    seen: list[bool] = []
    watch.changed.connect(seen.append)
    watch._left()
    watch._came_back()
    assert seen == [False, True]
    watch.end()


def test_middle_click_opens_quick_dial_and_shutdown_takes_everything_away(qtbot: QtBot, stage: Stage) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    tray._icon.activated.emit(QSystemTrayIcon.ActivationReason.MiddleClick)
    dial = tray.quick_dial
    assert dial is not None and dial.isVisible() and not window.isVisible()
    tray.hide()
    assert tray.quick_dial is None and not dial.isVisible()


def test_presence_is_looked_at_while_the_program_is_in_front(qtbot: QtBot, stage: Stage) -> None:
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    tray._application_changed(Qt.ApplicationState.ApplicationActive)
    assert now(stage.presence.is_active) is True
    tray._application_changed(Qt.ApplicationState.ApplicationInactive)
    assert stage.presence.is_active is False
    stage.presence.problem.emit("RingCentral does not let you change that.")
    assert stage.notices.notices[-1].kind is NoticeKind.WARNING


def test_sounds_are_off_unless_chosen(qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    def hear(self: sounds.Player, name: str) -> bool:
        heard.append(name)
        return True

    monkeypatch.setattr(sounds.Player, "play", hear)
    listening = sounds.Sounds(stage.desk)
    call = live("a", CallState.RINGING_YOU)
    stage.calls.have(call)
    stage.history.missed.emit((past("+16505550119", CallOutcome.MISSED),))
    assert heard == []
    stage.preferences.update(has_sounds=True, notify_successes=True)
    stage.calls.have(replace(call, checked_s=2.0))
    stage.calls.have(replace(call, state=CallState.TALKING))
    stage.calls.have(replace(call, state=CallState.ENDED))
    stage.history.missed.emit((past("+16505550119", CallOutcome.MISSED),))
    stage.faxes.ended.emit(job(1, FaxState.SENT))
    stage.faxes.ended.emit(job(2, FaxState.FAILED))
    assert heard == ["connected", "ended", "missed", "sent", "failed"]
    listening.stop()


def test_every_sound_is_there_and_short() -> None:
    import wave

    for name in ("ringing", "connected", "ended", "failed", "missed", "sent"):
        with wave.open(str(resources("sounds") / f"{name}.wav")) as file:
            length_s = file.getnframes() / file.getframerate()
        assert 0.1 <= length_s <= 0.3, name


def test_a_sound_is_played_by_a_program_of_the_machine(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = tmp_path / "played"
    program = tmp_path / "aplay"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{played}"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sounds.player()[0] == str(program)
    player = sounds.Player()
    assert player.play("missed")
    qtbot.waitUntil(lambda: not player.is_playing, timeout=10_000)
    assert played.read_text(encoding="utf-8").split()[-1].endswith("missed.wav")
    assert not player.play("no such sound")


def test_without_a_player_there_is_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not sounds.can_play() and not sounds.Player().play("missed")
