"""A day of news with a socket that breaks 200 times at random moments: nothing is missed, nobody locked out.

A thousand texts, calls and voicemails come in while a dice drops the socket in every way it can be lost. Who
listens does what the desk does: a sync after each connection and after each word about messages, by message
id. The clock of the world moves between them, past three minutes at times, so that some connections cannot be
recovered.
"""

from __future__ import annotations

import queue
import random
import threading

import pytest

from rcdesk.api.auth import JwtGrant
from rcdesk.api.events.stream import OWN, EventStream
from rcdesk.api.rest import mailbox
from rcdesk.api.session import ApiSession
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.account.news import NewsKind
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled
from rcdesk.simulator import RunningSimulator
from tests.contract.test_client import MemoryKeeper
from tests.patience import PATIENCE_S

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
EVENTS, DROPS, SEED = 1000, 200, 14
WAYS = ("abort", "close", "forget", "idle", "absolute")


class Desk:
    """Listens on one thread and syncs there, as a lane would."""

    def __init__(self, session: ApiSession) -> None:
        self.session = session
        self.token = CancelToken()
        self.known: set[str] = set()
        self.pushed: list[str] = []
        self.sync_token: str | None = None
        self.looked: queue.Queue[int] = queue.Queue()
        self.connections = 0
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            for news in EventStream(self.session, OWN, first_pause_s=0.001).listen(self.token):
                self.connections += news.kind is NewsKind.CONNECTED
                self.pushed += news.new_ids
                if news.kind in (NewsKind.CONNECTED, NewsKind.MESSAGES):
                    self._look()
        except Cancelled:
            pass

    def _look(self) -> None:
        found = mailbox.sync(self.session, sync_token=self.sync_token, token=self.token)
        self.sync_token = found.sync_token
        self.known |= {text.id for text in found.texts} | {one.id for one in found.voicemails}
        self.looked.put(len(self.known))

    def wait_for(self, count: int) -> None:
        """Until so many are known: no timer helps here, only news do."""
        while self.looked.get(timeout=PATIENCE_S) < count:
            pass

    def stop(self) -> None:
        self.token.cancel()
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()


def test_nothing_is_missed(simulator: RunningSimulator) -> None:
    simulator.set_limits(Auth=100_000, Light=100_000, Medium=100_000, Heavy=100_000)
    session = ApiSession(ServerProfile(name="test", base_url=simulator.base_url), MemoryKeeper())
    grant = Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt
    )
    session.sign_in(JwtGrant(grant), CancelToken())
    desk, dice = Desk(session), random.Random(SEED)
    desk.looked.get(timeout=PATIENCE_S)
    drops = frozenset(dice.sample(range(EVENTS), DROPS))
    sent: list[str] = []
    for number in range(EVENTS):
        if number in drops:
            simulator.drop_sockets(dice.choice(WAYS))
        if number % 10 == 0:
            sent.append(str(simulator.inbound_voicemail(seconds=1)))
        else:
            sent.append(str(simulator.inbound_text(f"Number {number}")))
        if number % 25 == 0:
            simulator.advance(dice.choice((1, 30, 200)))
        if number % 50 == 49:
            desk.wait_for(len(sent))
    desk.stop()
    assert desk.known == set(sent)
    assert len(desk.pushed) == len(set(desk.pushed)), "nothing was told twice"
    assert desk.connections > 20 and simulator.requests_in_penalty == 0
    assert len(simulator.subscriptions) <= 1
    session.sign_in(JwtGrant(grant), CancelToken())
    session.close()
