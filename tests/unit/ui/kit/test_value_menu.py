"""The tray's menu as values and as Qt's own menu: what it offers, that it never jumps, how it looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidgetAction

from rcdesk.core.account.presence import Dnd, Presence
from rcdesk.core.calls.call import Call, CallRequest, CallState, Leg
from rcdesk.core.calls.past_call import CallOutcome, Direction, PastCall
from rcdesk.core.fax.folder import FolderCounts
from rcdesk.core.people.people import Favourite
from rcdesk.ui.account.presence_menu import presence_words
from rcdesk.ui.kit.moments import soon
from rcdesk.ui.kit.value_menu import Kind, MenuEntry, TrayMenu, line, section, without_acts
from rcdesk.ui.shell.main_window import MainWindow
from rcdesk.ui.tray.tray import Tray
from tests.patient_bot import QtBot
from tests.unit.ui.call_stage import QUEUES
from tests.unit.ui.stage import NOW, Stage, shoot

FAVOURITES = (
    Favourite(number="+16505550100", name="Valley Imaging Center"),
    Favourite(number="+16505550119", name="Pine Street Pharmacy"),
    Favourite(number="+14155550160", name="Okafor & Lee, LLP"),
    Favourite(number="+16505554000", name="County Records", is_fax=True),
)


def past(
    number: str, outcome: CallOutcome = CallOutcome.TALKED, name: str = "", minutes: int = 5
) -> PastCall:
    """A call that is over; a missed one has not been looked at."""
    direction = Direction.IN if outcome.is_missed else Direction.OUT
    return PastCall(
        id=f"{number}-{minutes}",
        direction=direction,
        number=number,
        name=name,
        at=NOW - timedelta(minutes=minutes),
        outcome=outcome,
        is_seen=not outcome.is_missed,
    )


def live(call_id: str, state: CallState, name: str = "Dr. Lena Ortiz") -> Call:
    """A call that is on."""
    return Call(
        id=call_id,
        request=CallRequest(
            to_number="+16505550142", from_number="+16505550101", from_kind="Work", to_name=name
        ),
        started_at=NOW,
        started_s=0.0,
        state=state,
        your_phone=Leg.RINGING,
    )


@pytest.fixture
def window(qtbot: QtBot, stage: Stage) -> MainWindow:
    """The window the tray belongs to, hidden."""
    made = MainWindow(stage.desk)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def tray(window: MainWindow, stage: Stage) -> Tray:
    """The tray over the stage."""
    return Tray(stage.desk, window)


def row(tray: Tray, key: str) -> MenuEntry:
    """An entry by its key, in the menu as it is now."""
    tray.refresh()
    return next(e for e in tray.menu.entries if e.key == key)


def choose(menu: TrayMenu, key: str) -> None:
    """Choose a row as a click does."""
    at = [entry.key for entry in menu.entries].index(key)
    menu.actions()[at].trigger()


def test_the_menu_has_everything_in_order(tray: Tray, stage: Stage) -> None:
    stage.people.set_favourites(FAVOURITES)
    stage.history.have(
        past("+16505550142", name="Dr. Lena Ortiz", minutes=2),
        past("+16505550119", CallOutcome.MISSED, "Pine Street Pharmacy", 30),
        past("+16505550142", name="Dr. Lena Ortiz", minutes=99),
        past("", CallOutcome.MISSED, minutes=120),
    )
    stage.faxes.counts = FolderCounts(queue=2, failed_unseen=1)
    tray.refresh()
    shown = [(e.words, e.note) for e in tray.menu.entries if e.kind is not Kind.LINE]
    times = [f"{at:%H:%M}" for at in (c.at.astimezone() for c in stage.history.recents)]
    if any(c.at.astimezone().date() != NOW.astimezone().date() for c in stage.history.recents):
        times = [note for _, note in shown[8:10]]
    assert shown == [
        ("Mara Okafor", "Taking calls · ringing your desk phone"),
        ("Type a number…", ""),
        ("FAVOURITES", ""),
        ("Valley Imaging Center", ""),
        ("Pine Street Pharmacy", ""),
        ("Okafor & Lee, LLP", ""),
        ("County Records", "fax"),
        ("RECENT", ""),
        ("Dr. Lena Ortiz", times[0]),
        ("Pine Street Pharmacy", times[1]),
        ("Send a fax…", ""),
        ("Queue", "2 going out"),
        ("Failed", "1 new"),
        ("Missed calls", "2 new"),
        ("Do not disturb", "30 min · until 09:00"),
        ("Queue calls", "on"),
        ("Open rcdesk", ""),
        ("Quit", ""),
    ]
    spoken = [a.text() for a in tray.menu.actions()]
    assert "Okafor && Lee, LLP" in spoken, "an & is no shortcut letter"
    assert "Queue · 2 going out" in spoken, "a desktop that draws the menu itself gets the note too"


def test_a_favourite_is_called_at_once_and_the_order_is_theirs(tray: Tray, stage: Stage) -> None:
    stage.people.set_favourites(FAVOURITES)
    tray.refresh()
    choose(tray.menu, "favourite-star-fill-+16505550119")
    assert [(r.to_number, r.to_name) for r in stage.calls.placed] == [
        ("+16505550119", "Pine Street Pharmacy")
    ]
    stage.people.set_favourites((FAVOURITES[3], FAVOURITES[1]))
    tray.refresh()
    assert row(tray, "favourite-fax-" + FAVOURITES[3].number).words == "County Records"
    choose(tray.menu, "favourite-fax-" + FAVOURITES[3].number)
    assert len(stage.calls.placed) == 1, "a fax favourite opens a new fax"
    assert stage.preferences.value.page == "fax"


def test_a_row_of_an_open_menu_goes_on_meaning_the_same_person(tray: Tray, stage: Stage) -> None:
    ann, bob = past("+16505550142", name="Ann", minutes=9), past("+16505550143", name="Bob", minutes=1)
    stage.history.have(ann)
    tray.refresh()
    tray.menu.popup(tray.menu.pos())
    at = [entry.words for entry in tray.menu.entries].index("Ann")
    stage.history.have(bob)
    tray.refresh()
    tray.menu.actions()[at].trigger()
    assert [request.to_number for request in stage.calls.placed] == ["+16505550142"]


def test_what_is_missing_for_a_call_is_said_with_the_number_in_the_window(
    tray: Tray, stage: Stage, window: MainWindow
) -> None:
    stage.people.set_favourites((Favourite(number="+16505550101", name="Me"),))
    tray.refresh()
    choose(tray.menu, "favourite-star-fill-+16505550101")
    assert stage.calls.placed == []
    assert window.isVisible() and stage.preferences.value.page == "phone"
    assert "phone that rings first" in stage.notices.notices[-1].title


def test_live_calls_can_be_cancelled_while_that_is_possible(tray: Tray, stage: Stage) -> None:
    stage.calls.have(live("a", CallState.RINGING_THEM), live("b", CallState.TALKING, "Pine Street"))
    ringing = row(tray, "live-a")
    assert (ringing.words, ringing.note) == ("Cancel call to Dr. Lena Ortiz", "Ringing them")
    assert row(tray, "live-b").words == "Pine Street"
    choose(tray.menu, "live-a")
    choose(tray.menu, "live-b")
    assert stage.calls.cancelled == ["a"]
    assert stage.preferences.value.page == "phone"
    stage.calls.have(live("a", CallState.CANCELLED))
    tray.refresh()
    assert not any(e.key.startswith("live") for e in tray.menu.entries)


def test_presence_is_changed_from_the_menu(tray: Tray, stage: Stage) -> None:
    tray.refresh()
    at = [e.key for e in tray.menu.entries].index("dnd")
    dnd = tray.menu.actions()[at].menu()
    assert isinstance(dnd, TrayMenu)
    assert [e.words for e in dnd.entries if e.kind is Kind.ITEM] == [
        "Do not disturb",
        "For 30 minutes",
        "Until 09:00",
        "Take calls",
    ]
    choose(dnd, "dnd-9")
    name, takes, until = stage.presence.asked[-1]
    assert (name, takes) == ("dnd", False)
    assert (until.hour, until.minute) == (9, 0) and until > datetime.now(UTC)
    assert row(tray, "dnd").note.startswith("until ") and row(tray, "who").note.startswith(
        "Do not disturb until"
    )
    assert tray.look.is_quiet
    choose(dnd, "take-calls")
    assert stage.presence.asked[-1] == ("dnd", True, None)
    assert not (tray.refresh() or tray.look.is_quiet)


def test_queue_calls_are_switched_from_the_menu(tray: Tray, stage: Stage) -> None:
    tray.refresh()
    at = [e.key for e in tray.menu.entries].index("queues")
    queues = tray.menu.actions()[at].menu()
    assert isinstance(queues, TrayMenu)
    choose(queues, "queues-30")
    name, is_on, until = stage.presence.asked[-1]
    assert (name, is_on) == ("queues", False)
    assert timedelta(minutes=29) < until - datetime.now(UTC) <= timedelta(minutes=30)
    choose(queues, "queue-q1")
    assert stage.presence.asked[-1] == ("queue", "q1", False)
    fixed = next(e for e in queues.entries if e.key == "queue-q2")
    assert not fixed.is_enabled and fixed.note == "set by its manager"


def test_without_presence_there_is_nothing_to_choose(tray: Tray, stage: Stage) -> None:
    stage.presence.show(None)
    tray.refresh()
    assert not {"dnd", "queues"} & {e.key for e in tray.menu.entries}


def test_an_open_menu_does_not_change_its_shape(qtbot: QtBot) -> None:
    menu = TrayMenu()
    qtbot.addWidget(menu)
    chosen: list[str] = []
    first = MenuEntry(key="a", words="A", act=lambda: chosen.append("a"))
    menu.show_entries((first,))
    menu.popup(menu.pos())
    menu.show_entries((MenuEntry(key="a", words="A2", act=first.act),))
    assert menu.actions()[0].text() == "A2", "words change in place"
    menu.show_entries((MenuEntry(key="b", words="B"), first))
    assert [a.text() for a in menu.actions()] == ["A2"], "rows wait until it is closed"
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert chosen == ["a"]
    qtbot.waitUntil(lambda: [a.text() for a in menu.actions()] == ["B", "A"])


def test_a_switch_shows_what_is_true_not_what_was_clicked(qtbot: QtBot) -> None:
    menu = TrayMenu()
    qtbot.addWidget(menu)
    asked: list[bool] = []
    menu.show_entries((MenuEntry(key="s", words="S", is_on=False, act=lambda: asked.append(True)),))
    choose(menu, "s")
    assert asked == [True] and not menu.actions()[0].isChecked()


def test_titles_are_passed_over_by_the_keyboard(qtbot: QtBot) -> None:
    menu = TrayMenu()
    qtbot.addWidget(menu)
    chosen: list[str] = []
    menu.show_entries(
        (
            MenuEntry(key="who", words="Mara", kind=Kind.HEAD, is_enabled=False),
            line("l"),
            section("s", "FAVOURITES"),
            MenuEntry(key="a", words="A", act=lambda: chosen.append("a")),
        )
    )
    menu.popup(menu.pos())
    for _ in range(4):
        qtbot.keyClick(menu, Qt.Key.Key_Down)
        if menu.activeAction() is not None and not isinstance(menu.activeAction(), QWidgetAction):
            break
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert chosen == ["a"]


def test_rows_compare_as_values() -> None:
    one = MenuEntry(key="a", words="A", act=lambda: None)
    assert one == MenuEntry(key="a", words="A") and without_acts((one,))[0].act is None


@pytest.mark.parametrize(
    ("dnd", "words", "token"),
    [
        (Dnd.TAKE_ALL, "Taking calls", "good"),
        (Dnd.NO_QUEUES, "Taking calls, none of queues", "good"),
        (Dnd.QUEUES_ONLY, "Only calls of queues", "wait"),
        (Dnd.TAKE_NONE, "Do not disturb", "bad"),
        (Dnd.UNKNOWN, "Presence unknown", "ink3"),
    ],
)
def test_presence_in_words(dnd: Dnd, words: str, token: str) -> None:
    assert presence_words(Presence(dnd=dnd), NOW) == (words, token)
    assert presence_words(None, NOW) == ("", "")


def test_times_to_come_in_words() -> None:
    now = datetime(2026, 11, 20, 17, 0).astimezone()
    assert soon(now.replace(hour=17, minute=30), now) == "17:30"
    assert soon(now.replace(day=21, hour=9, minute=0), now) == "09:00"
    assert soon(now.replace(day=21, hour=18), now) == "tomorrow 18:00"
    assert soon(now.replace(day=23, hour=9, minute=0), now) == "Mon 09:00"
    until = now.replace(day=21, hour=9, minute=0)
    assert presence_words(Presence(dnd=Dnd.TAKE_NONE, until=until), now)[0] == "Do not disturb until 09:00"


def test_pictures(qtbot: QtBot, scheme: str) -> None:
    stage = Stage()
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    tray.set_shortcuts(dial="Ctrl+Alt+D", fax="Ctrl+Alt+F")
    stage.people.set_favourites(FAVOURITES[:3])
    stage.calls.have(live("a", CallState.RINGING_THEM, "Valley Imaging Center"))
    stage.history.have(
        past("+16505550142", name="Dr. Lena Ortiz", minutes=2),
        past("+16505550119", CallOutcome.MISSED, "Pine Street Pharmacy", 30),
    )
    stage.faxes.counts = FolderCounts(queue=2, failed_unseen=1)
    stage.presence.show(Presence(dnd=Dnd.TAKE_ALL, queues=QUEUES))
    tray.refresh()
    tray.menu.popup(QGuiApplication.primaryScreen().geometry().topLeft())
    tray.menu.setActiveAction(tray.menu.actions()[2])
    shoot(tray.menu, f"tray-menu-{scheme}")
    at = [e.key for e in tray.menu.entries].index("queues")
    queues = tray.menu.actions()[at].menu()
    assert isinstance(queues, TrayMenu)
    queues.popup(tray.menu.pos())
    shoot(queues, f"tray-queues-{scheme}")
    assert tray.menu.height() > 300
    tray.menu.close()
