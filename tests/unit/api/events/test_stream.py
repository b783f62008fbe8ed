"""News from the simulator's socket: forced drops, recovery, silence, and nothing twice or too often."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from rcdesk.api.auth import JwtGrant
from rcdesk.api.events.stream import ALL_EXTENSIONS, OWN, EventStream, filters_of
from rcdesk.api.session import ApiSession
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.account.news import News, NewsKind
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, NotAllowed, RcdeskError
from rcdesk.simulator import RunningSimulator
from tests.contract.test_client import MemoryKeeper
from tests.patience import PATIENCE_S

DANA = "+16505550143"
MARA = "400131427008"
DELE = "400131427101"


class Listener:
    """A stream on a thread of its own; what it says waits in a queue."""

    def __init__(self, session: ApiSession, filters: Sequence[str], **times: float) -> None:
        self.token = CancelToken()
        self.stream = EventStream(session, filters, **{"first_pause_s": 0.01, **times})
        self.news: queue.Queue[News] = queue.Queue()
        self.error: RcdeskError | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            for news in self.stream.listen(self.token):
                self.news.put(news)
        except RcdeskError as exc:
            self.error = exc

    def next(self, kind: NewsKind | None = None) -> News:
        """The next one, of a kind when it is named."""
        while True:
            news = self.news.get(timeout=PATIENCE_S)
            if kind in (None, news.kind):
                return news

    def stop(self) -> None:
        self.token.cancel()
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()


@pytest.fixture
def session(simulator: RunningSimulator) -> Iterator[ApiSession]:
    simulator.set_limits(Auth=10_000)
    session = ApiSession(ServerProfile(name="test", base_url=simulator.base_url), MemoryKeeper())
    session.sign_in(JwtGrant(credentials_of(simulator)), CancelToken())
    yield session
    session.close()


def credentials_of(simulator: RunningSimulator) -> Credentials:
    return Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt
    )


@contextmanager
def listening(session: ApiSession, filters: Sequence[str] = OWN, **times: float) -> Iterator[Listener]:
    listener = Listener(session, filters, **times)
    try:
        yield listener
    finally:
        listener.stop()


def test_it_says_where_to_look(simulator: RunningSimulator, session: ApiSession) -> None:
    with listening(session) as listener:
        connected = listener.next()
        assert (connected.kind, connected.is_recovered, connected.refused) == (NewsKind.CONNECTED, False, ())
        assert simulator.subscriptions == [OWN]
        text = simulator.inbound_text("Hello", sender=DANA)
        news = listener.next()
        assert (news.kind, news.mail, news.extension_id) == (NewsKind.MESSAGES, frozenset({"SMS"}), MARA)
        assert news.new_ids == (str(text),)
        voicemail = simulator.inbound_voicemail(DANA, transcript="Call me.", after_s=30)
        news = listener.next(NewsKind.MESSAGES)
        assert (news.mail, news.new_ids) == (frozenset({"VoiceMail"}), (str(voicemail),))
        missed = listener.next(NewsKind.CALL)
        assert missed.is_missed and missed.number == DANA and missed.direction == "Inbound"
        simulator.advance(30)
        assert listener.next().new_ids == ()
        simulator.inbound_call(DANA, outcome="answered", rings_s=5, talk_s=10)
        assert [listener.next().telephony, listener.next().code] == ["Ringing", "Proceeding"]
        simulator.advance(20)
        codes = [listener.next(NewsKind.CALL) for _ in range(2)]
        assert [(n.code, n.is_missed) for n in codes] == [("Answered", False), ("Disconnected", False)]
        simulator.set_presence(dnd_status="DoNotAcceptAnyCalls")
        assert listener.next().kind is NewsKind.PRESENCE


def test_a_socket_that_is_reset_is_recovered_with_what_was_missed(
    simulator: RunningSimulator, session: ApiSession
) -> None:
    simulator.single_use_tokens()
    with listening(session) as listener:
        listener.next(NewsKind.CONNECTED)
        for number in range(20):
            assert simulator.drop_sockets("abort" if number % 2 else "close") == 1
            message = simulator.inbound_text(f"Number {number}", sender=DANA)
            heard = [listener.next() for _ in range(3)]
            assert {news.kind for news in heard} == {NewsKind.LOST, NewsKind.CONNECTED, NewsKind.MESSAGES}
            assert all(n.is_recovered for n in heard if n.kind is NewsKind.CONNECTED)
            assert [n.new_ids for n in heard if n.kind is NewsKind.MESSAGES] == [(str(message),)]
    assert len(simulator.subscriptions) == 1


def test_many_drops_at_any_moment_lose_and_double_nothing(
    simulator: RunningSimulator, session: ApiSession
) -> None:
    sent: list[str] = []
    with listening(session, OWN[:1]) as listener:
        listener.next(NewsKind.CONNECTED)
        for number in range(60):
            sent.append(str(simulator.inbound_text(f"Number {number}", sender=DANA)))
            if number % 3 == 0:
                simulator.drop_sockets("abort")
        heard: list[str] = []
        while len(heard) < len(sent):
            heard += listener.next(NewsKind.MESSAGES).new_ids
        assert heard == sent


@pytest.mark.parametrize("how", ["forget", "absolute", "idle"])
def test_what_cannot_be_recovered_is_subscribed_to_again(
    simulator: RunningSimulator, session: ApiSession, how: str
) -> None:
    with listening(session) as listener:
        listener.next(NewsKind.CONNECTED)
        simulator.drop_sockets(how)
        assert listener.next().kind is NewsKind.LOST
        assert not listener.next(NewsKind.CONNECTED).is_recovered
        assert simulator.subscriptions == [OWN]
        simulator.inbound_text("Hello")
        assert listener.next(NewsKind.MESSAGES).mail == {"SMS"}


def test_it_is_too_late_after_three_minutes(simulator: RunningSimulator, session: ApiSession) -> None:
    with listening(session) as listener:
        listener.next(NewsKind.CONNECTED)
        simulator.fault("status", path="/wstoken", times=10_000)
        simulator.drop_sockets()
        assert listener.next().kind is NewsKind.LOST
        simulator.advance(181)
        simulator.clear_faults()
        assert not listener.next(NewsKind.CONNECTED).is_recovered


def test_the_day_ends_a_connection(simulator: RunningSimulator, session: ApiSession) -> None:
    with listening(session) as listener:
        listener.next(NewsKind.CONNECTED)
        simulator.advance(24 * 3600)
        assert listener.next(NewsKind.LOST)
        assert not listener.next(NewsKind.CONNECTED).is_recovered


def test_a_silent_service_is_noticed(simulator: RunningSimulator, session: ApiSession) -> None:
    with listening(session, heartbeat_s=0.2, answer_s=2.0) as listener:
        listener.next(NewsKind.CONNECTED)
        simulator.drop_sockets("mute")
        assert listener.next().kind is NewsKind.LOST
        assert listener.next().kind is NewsKind.CONNECTED


def test_heartbeats_keep_it_alive(simulator: RunningSimulator, session: ApiSession) -> None:
    with listening(session, heartbeat_s=0.05) as listener:
        listener.next(NewsKind.CONNECTED)
        for _ in range(5):
            simulator.inbound_text("Hello")
            assert listener.next().kind is NewsKind.MESSAGES
        assert simulator.open_sockets == 1


def test_the_sign_in_is_never_locked_out(simulator: RunningSimulator) -> None:
    session = ApiSession(ServerProfile(name="test", base_url=simulator.base_url), MemoryKeeper())
    session.sign_in(JwtGrant(credentials_of(simulator)), CancelToken())
    with listening(session) as listener:
        listener.next(NewsKind.CONNECTED)
        simulator.drop_sockets()
        assert listener.next().kind is NewsKind.LOST
        # The next token has to wait; the sign-in has not.
        assert session.gate.wait_s("Auth", 3) > 0
        assert session.gate.wait_s("Auth") == 0
    tokens = [r for r in simulator.requests if r.path.endswith("/wstoken")]
    assert len(tokens) == 1 and simulator.requests_in_penalty == 0
    session.close()


def test_without_the_permission_it_says_so(simulator: RunningSimulator, session: ApiSession) -> None:
    simulator.sign_in_rules(missing_scopes=["WebSocket"])
    with listening(session) as listener:
        listener.thread.join(PATIENCE_S)
        assert isinstance(listener.error, NotAllowed) and "WebSocket" in str(listener.error)


def test_what_is_not_granted_is_named(simulator: RunningSimulator, session: ApiSession) -> None:
    simulator.sign_in_rules(missing_scopes=["CallControl"])
    with listening(session) as listener:
        assert listener.next(NewsKind.CONNECTED).refused == (OWN[2],)
    with listening(session, OWN[2:]) as listener:
        listener.thread.join(PATIENCE_S)
        assert isinstance(listener.error, NotAllowed)


def test_administrators_hear_of_colleagues(simulator: RunningSimulator, session: ApiSession) -> None:
    for filters in ((*OWN, *ALL_EXTENSIONS), filters_of([DELE])):
        with listening(session, filters) as listener:
            listener.next(NewsKind.CONNECTED)
            simulator.colleague_presence(DELE, telephonyStatus="Ringing")
            news = listener.next(NewsKind.PRESENCE)
            assert (news.extension_id, news.telephony) == (DELE, "Ringing")


def test_cancelled_it_closes_at_once(simulator: RunningSimulator, session: ApiSession) -> None:
    listener = Listener(session, OWN)
    listener.next(NewsKind.CONNECTED)
    began_s = time.monotonic()
    listener.stop()
    assert isinstance(listener.error, Cancelled)
    assert time.monotonic() - began_s < PATIENCE_S
    assert simulator.open_sockets == 0


def test_an_address_that_is_not_secure_is_not_used(simulator: RunningSimulator, session: ApiSession) -> None:
    simulator._do(lambda server: setattr(server.events, "base_url", "http://example.org"))
    with listening(session) as listener:
        while len([r for r in simulator.requests if r.path.endswith("/wstoken")]) < 2:
            listener.thread.join(0.01)
        assert listener.news.empty()
