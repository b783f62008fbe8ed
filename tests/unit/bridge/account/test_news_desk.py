"""News as they come from a simulator: what is told, together and apart, and what a lost connection means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from rcdesk.bridge.account.news_desk import NewsDesk
from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.account.capability import Capability
from rcdesk.core.account.news import EVERY_MAIL, News, NewsKind
from rcdesk.services.account.connection import Connection
from rcdesk.services.account.news import NewsService
from rcdesk.simulator import RunningSimulator
from rcdesk.store.account.secrets import Secrets
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import credentials_of, profile_of


@dataclass
class Listener:
    """A desk for news, and what it told."""

    session: SessionDesk
    news: NewsDesk
    lane: Lane
    mail: list[frozenset[str]] = field(default_factory=list)
    calls: list[News] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def sign_in(self, simulator: RunningSimulator, qtbot: QtBot) -> None:
        """And wait until it hears. How often one may connect is the gate's business, not this test's."""
        simulator.set_limits(Auth=1000)
        self.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator))
        qtbot.waitUntil(lambda: self.told[-2:] == ["all", "presence"])
        assert self.mail == [EVERY_MAIL]
        self.mail.clear()
        self.told.clear()


@pytest.fixture
def listener(make_lane: Callable[[str], Lane]) -> Iterator[Listener]:
    secrets = Secrets(use_keyring=False)
    session = SessionDesk(make_lane("calls"), lambda profile: Connection(profile, secrets))
    lane = make_lane("news")
    made = Listener(session, NewsDesk(lane, session, NewsService(lambda: session.connection)), lane)
    made.news.mail_changed.connect(made.mail.append)
    made.news.call_changed.connect(made.calls.append)
    made.news.all_changed.connect(lambda: made.told.append("all"))
    made.news.live_changed.connect(lambda is_live: made.told.append("live" if is_live else "lost"))
    made.news.presence_changed.connect(lambda: made.told.append("presence"))
    made.news.start()
    yield made
    session.stop()
    made.news.stop()


def test_each_kind_is_told(listener: Listener, simulator: RunningSimulator, qtbot: QtBot) -> None:
    listener.sign_in(simulator, qtbot)
    assert listener.news.is_live and not listener.news.is_late
    simulator.inbound_text("Hello")
    qtbot.waitUntil(lambda: listener.mail == [frozenset({"SMS"})])
    simulator.inbound_voicemail(seconds=1)
    qtbot.waitUntil(lambda: frozenset({"VoiceMail"}) in listener.mail)
    simulator.inbound_fax()
    qtbot.waitUntil(lambda: frozenset({"Fax"}) in listener.mail)
    call_id = simulator.inbound_call("+16505550142", outcome="missed")
    qtbot.waitUntil(lambda: any(call.call_id == call_id and call.is_missed for call in listener.calls))
    simulator.set_presence(dnd_status="DoNotAcceptAnyCalls")
    qtbot.waitUntil(lambda: "presence" in listener.told)


def test_many_at_once_are_one_look(listener: Listener, qtbot: QtBot) -> None:
    for number in range(50):
        kind = "SMS" if number % 2 else "VoiceMail"
        listener.news._heard.put(News(kind=NewsKind.MESSAGES, mail=frozenset({kind})))
        listener.news._heard.put(News(kind=NewsKind.CALL, call_id="one", code=f"Step {number}"))
        listener.news._collect(None)
    qtbot.waitUntil(lambda: bool(listener.calls))
    assert listener.mail == [frozenset({"SMS", "VoiceMail"})]
    assert [call.code for call in listener.calls] == ["Step 49"], "the last word about a call counts"


def test_after_a_break_everything_is_looked_at(
    listener: Listener, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    listener.sign_in(simulator, qtbot)
    simulator.drop_sockets()
    qtbot.waitUntil(lambda: listener.told == ["lost", "live", "all", "presence"])
    assert listener.mail == [EVERY_MAIL]
    assert not listener.news.is_late, "a short break is not worth a word"


def test_a_long_break_is_said(listener: Listener, simulator: RunningSimulator, qtbot: QtBot) -> None:
    listener.news._late.setInterval(0)
    listener.sign_in(simulator, qtbot)
    simulator.fault("status", path="/oauth/wstoken", times=1000)
    simulator.drop_sockets()
    qtbot.waitUntil(lambda: listener.news.is_late)
    simulator.clear_faults()
    qtbot.waitUntil(lambda: not listener.news.is_late and listener.news.is_live)


def test_who_signs_out_hears_nothing_more(
    listener: Listener, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    listener.sign_in(simulator, qtbot)
    listener.session.sign_out()
    qtbot.waitUntil(lambda: listener.lane.is_idle and simulator.open_sockets == 0)
    assert not listener.news.is_live and not listener.news.is_late
    listener.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator))
    qtbot.waitUntil(lambda: listener.news.is_live)


def test_an_app_that_may_not_is_left_in_peace(
    listener: Listener, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    scopes = ("WebSocket", "WebSocketsSubscription", "WebSocketSubscription")
    simulator.sign_in_rules(missing_scopes=scopes)
    listener.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator))
    qtbot.waitUntil(lambda: listener.session.is_signed_in)
    account = listener.session.account
    assert account is not None and not account.can(Capability.EVENTS)
    assert listener.lane.is_idle and not listener.news.is_late
