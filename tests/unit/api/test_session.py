"""When the session refreshes, what it keeps, and how often it tries (docs/wire.md 1.1)."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from rcdesk.api.session import ApiSession
from rcdesk.api.tokens import Tokens
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, NotSent, ServerTrouble, SignInNeeded, StoreUnavailable
from tests.unit.api.socket_server import SocketServer, answer, read_request

FRESH = {"access_token": "new", "refresh_token": "r2", "expires_in": 3600, "refresh_token_expires_in": 604800}
Reply = tuple[int, object]


class Keeper:
    """Memory, with the order of events."""

    def __init__(self, tokens: Tokens | None, events: list[str]) -> None:
        self.tokens = tokens
        self.is_broken = False
        self._events = events

    def load(self) -> Tokens | None:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        if self.is_broken:
            raise StoreUnavailable("The keyring is locked.")
        self._events.append("saved")
        self.tokens = tokens

    def clear(self) -> None:
        self._events.append("cleared")
        self.tokens = None


class Patient(CancelToken):
    """Waits in no time and remembers it."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.check()
        self.waited.append(seconds)


def tokens(*, lives_s: float, refresh_token: str = "r1", refresh_lives_s: float = 9999) -> Tokens:
    now = datetime.now(UTC)
    return Tokens(
        access_token="old",
        refresh_token=refresh_token,
        expires_at=now + timedelta(seconds=lives_s),
        refresh_expires_at=now + timedelta(seconds=refresh_lives_s),
        owner_id="1",
    )


class Service:
    """Answers token requests with the given replies in turn; other requests by their bearer."""

    def __init__(self, *replies: Reply | None) -> None:
        self.replies = list(replies)
        self.events: list[str] = []
        self.server = SocketServer(self._talk)

    def _talk(self, connection: socket.socket) -> None:
        while True:
            request = read_request(connection)
            if b"/oauth/token" in request:
                self.events.append("asked")
                reply = self.replies.pop(0)
                if reply is None:
                    return
                answer(connection, reply[0], json.dumps(reply[1]).encode())
            elif b"Bearer new" in request:
                self.events.append("used")
                answer(connection, 200)
            else:
                self.events.append("refused")
                answer(connection, 401, b'{"errorCode": "OAU-213"}')


@pytest.fixture
def services() -> Iterator[list[tuple[Service, ApiSession]]]:
    running: list[tuple[Service, ApiSession]] = []
    yield running
    for service, session in running:
        session.close()
        service.server.close()


@pytest.fixture
def session_with(
    services: list[tuple[Service, ApiSession]],
) -> Callable[..., tuple[ApiSession, Service, Keeper]]:
    def start(held: Tokens | None, *replies: Reply | None) -> tuple[ApiSession, Service, Keeper]:
        service = Service(*replies)
        keeper = Keeper(held, service.events)
        profile = ServerProfile(name="test", base_url=service.server.url, client_id="c")
        session = ApiSession(profile, keeper, client_secret="s")
        services.append((service, session))
        return session, service, keeper

    return start


Start = Callable[..., tuple[ApiSession, Service, Keeper]]


def read(session: ApiSession, token: CancelToken) -> None:
    session.request("GET", "/x", group="Light", token=token)


def test_it_refreshes_before_expiry_and_saves_before_use(session_with: Start) -> None:
    session, service, _ = session_with(tokens(lives_s=30), (200, FRESH))
    read(session, CancelToken())
    assert service.events == ["asked", "saved", "used"]


def test_a_refused_bearer_is_refreshed_once(session_with: Start) -> None:
    session, service, _ = session_with(tokens(lives_s=3000), (200, FRESH))
    read(session, CancelToken())
    assert service.events == ["refused", "asked", "saved", "used"]


def test_a_second_refusal_is_told(session_with: Start) -> None:
    session, service, _ = session_with(
        tokens(lives_s=3000), *[(200, {**FRESH, "access_token": "also old"})] * 3
    )
    with pytest.raises(SignInNeeded):
        read(session, CancelToken())
    assert service.events == ["refused", *["asked", "saved", "refused"] * 3]


def test_a_token_that_dies_twice_on_its_way_is_replaced_twice(session_with: Start) -> None:
    stale = {**FRESH, "access_token": "also old"}
    session, service, keeper = session_with(tokens(lives_s=3000), (200, stale), (200, FRESH))
    read(session, CancelToken())
    assert service.events == ["refused", "asked", "saved", "refused", "asked", "saved", "used"]
    assert keeper.tokens is not None and keeper.tokens.access_token == "new"


@pytest.mark.parametrize("trouble", [(500, {}), None])
def test_trouble_is_tried_three_times_ten_seconds_apart(session_with: Start, trouble: Reply | None) -> None:
    session, service, _ = session_with(tokens(lives_s=0), trouble, trouble, (200, FRESH))
    token = Patient()
    read(session, token)
    assert token.waited == [10, 10] and service.events == ["asked"] * 3 + ["saved", "used"]


@pytest.mark.parametrize(("trouble", "kind"), [((503, {}), ServerTrouble), (None, NotSent)])
def test_after_three_tries_the_tokens_are_still_kept(
    session_with: Start, trouble: Reply | None, kind: type[Exception]
) -> None:
    session, _, keeper = session_with(tokens(lives_s=0), trouble, trouble, trouble)
    with pytest.raises(kind):
        read(session, Patient())
    assert keeper.tokens is not None and session.has_tokens


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_refresh_means_signing_in_again(session_with: Start, status: int) -> None:
    session, service, keeper = session_with(tokens(lives_s=0), (status, {"error": "invalid_grant"}))
    with pytest.raises(SignInNeeded, match="sign in again"):
        read(session, CancelToken())
    assert keeper.tokens is None and service.events == ["asked", "cleared"]


@pytest.mark.parametrize("status", [403, 404, 407])
def test_a_refusal_on_the_way_costs_no_sign_in(session_with: Start, status: int) -> None:
    """A proxy's page, or one of a hotel's network: the service itself was never asked."""
    session, service, keeper = session_with(tokens(lives_s=0), (status, {}), (200, FRESH))
    with pytest.raises(ServerTrouble):
        read(session, CancelToken())
    assert keeper.tokens is not None and service.events == ["asked"]
    read(session, CancelToken())
    assert service.events[-1] == "used"


def test_without_a_refresh_token_nothing_is_tried(session_with: Start) -> None:
    session, service, _ = session_with(tokens(lives_s=0, refresh_token=""))
    with pytest.raises(SignInNeeded):
        read(session, CancelToken())
    assert service.events == ["cleared"]


def test_only_the_service_says_that_a_refresh_token_is_too_old(session_with: Start) -> None:
    session, service, _ = session_with(tokens(lives_s=0, refresh_lives_s=-1), (200, FRESH))
    read(session, CancelToken())
    assert service.events == ["asked", "saved", "used"]


def test_no_network_keeps_everything(session_with: Start) -> None:
    session, service, keeper = session_with(tokens(lives_s=0))
    service.server.close()
    token = Patient()
    with pytest.raises(NotSent):
        read(session, token)
    assert keeper.tokens is not None and not token.waited
    service.server = SocketServer(lambda connection: None)


def test_tokens_that_cannot_be_saved_still_work_now(session_with: Start) -> None:
    session, service, keeper = session_with(tokens(lives_s=0), (200, FRESH))
    keeper.is_broken = True
    with pytest.raises(StoreUnavailable):
        read(session, CancelToken())
    read(session, CancelToken())
    assert service.events == ["asked", "used"]


def test_whose_tokens_they_are_is_not_forgotten(session_with: Start) -> None:
    """A service that names the owner with the first tokens only."""
    nameless = {name: value for name, value in FRESH.items() if name != "owner_id"}
    session, _, keeper = session_with(tokens(lives_s=30), (200, nameless))
    read(session, CancelToken())
    assert keeper.tokens is not None and keeper.tokens.owner_id == "1"


class GivenUp(CancelToken):
    """Given up as soon as it has to wait."""

    def sleep(self, seconds: float) -> None:
        self.cancel()
        self.check()


def test_a_refresh_that_waits_for_its_turn_can_be_given_up(session_with: Start) -> None:
    held = tokens(lives_s=30)
    session, service, keeper = session_with(held, (200, FRESH))
    session.gate.learn("Auth", {"Retry-After": "15"}, 429)
    with pytest.raises(Cancelled):
        read(session, GivenUp())
    assert service.events == [] and keeper.tokens == held


def test_signed_out_is_said(session_with: Start) -> None:
    session, service, _ = session_with(None)
    with pytest.raises(SignInNeeded, match="signed out"):
        read(session, CancelToken())
    session.sign_out(CancelToken())
    assert service.events == ["cleared"]
