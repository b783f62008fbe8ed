"""The call service against the simulator: what is going on, and what the service allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.calls.call import Call, CallRequest
from rcdesk.core.calls.polling import RequestQuota
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import NotAllowed, RateLimited, SignInNeeded
from rcdesk.services.account.connection import Connection
from rcdesk.services.calls.calls import CallService
from rcdesk.store.account.secrets import Secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcdesk.simulator import RunningSimulator

LONG_TALK = "+16505550208"


@pytest.fixture
def connection(simulator: RunningSimulator) -> Iterator[Connection]:
    """Signed in."""
    profile = ServerProfile(name="test", base_url=simulator.base_url, client_id=simulator.client_id)
    made = Connection(profile, Secrets(use_keyring=False))
    made.sign_in_jwt(
        Credentials(client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt),
        CancelToken(),
    )
    yield made
    made.close()


@pytest.fixture
def service(connection: Connection) -> CallService:
    """Calls over that connection."""
    return CallService(lambda: connection)


def _place(service: CallService, connection: Connection) -> str:
    account = connection.load_account(CancelToken())
    request = CallRequest(to_number=LONG_TALK, from_number=account.ringable[0].phone_number)
    clock = SystemClock()
    call = Call(id="1", request=request, started_at=clock.now(), started_s=clock.monotonic())
    return service.phone().place(call.request, CancelToken()).session_id


def test_calls_going_on_are_listed_by_their_session(
    service: CallService, connection: Connection, simulator: RunningSimulator
) -> None:
    session_id = _place(service, connection)
    assert service.active(CancelToken()) == {session_id: "Ringing"}
    simulator.advance(5)
    assert service.active(CancelToken()) == {session_id: "CallConnected"}
    simulator.advance(700)
    assert service.active(CancelToken()) == {}


def test_who_may_not_read_presence_is_told_so(service: CallService, simulator: RunningSimulator) -> None:
    simulator.fault("status", path="/presence", method="GET", status=403, times=1)
    with pytest.raises(NotAllowed):
        service.active(CancelToken())


def test_the_room_is_what_the_answers_taught(service: CallService, simulator: RunningSimulator) -> None:
    before = service.quota()
    assert before.limit == 50 and before.sent_s
    simulator.set_limits(Light=33)
    service.active(CancelToken())
    after = service.quota()
    assert after.limit == 33
    assert after.sent_s[-1] <= SystemClock().monotonic()
    assert len(after.sent_s) == len(before.sent_s) + 1


def test_a_penalty_closes_the_room(service: CallService, simulator: RunningSimulator) -> None:
    simulator.set_limits(Light=0)
    with pytest.raises(RateLimited):
        service.active(CancelToken())
    assert service.quota().closed_until_s > SystemClock().monotonic()


def test_signed_out_there_is_the_usual_room_and_no_call() -> None:
    service = CallService(lambda: None)
    assert service.quota() == RequestQuota()
    with pytest.raises(SignInNeeded):
        service.active(CancelToken())
