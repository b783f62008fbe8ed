"""Signing in, going on after a restart, and calls, against the simulator over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.calls.call import Call, CallRequest, CallState, next_state
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import NetworkError, SignInNeeded
from rcdesk.services.account.connection import Connection
from rcdesk.services.calls.calls import CallService
from rcdesk.store.account.secrets import Secrets

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator


def connect(simulator: RunningSimulator, secrets: Secrets) -> Connection:
    """A connection that is not signed in yet."""
    profile = ServerProfile(name="test", base_url=simulator.base_url, client_id=simulator.client_id)
    return Connection(profile, secrets)


def credentials(simulator: RunningSimulator, jwt: str = "") -> Credentials:
    """The simulator's own, or with another JWT."""
    return Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=jwt or simulator.jwt
    )


def test_the_account_is_read_and_the_next_start_goes_on(simulator: RunningSimulator) -> None:
    secrets = Secrets(use_keyring=False)
    first = connect(simulator, secrets)
    assert first.resume(CancelToken()) is None
    account = first.sign_in_jwt(credentials(simulator), CancelToken())
    assert account.name and account.ringable and account.showable and account.fax_caller_id
    assert account.cover_pages[0].index == 0
    assert not first.is_persistent
    first.close()
    second = connect(simulator, secrets)
    assert second.resume(CancelToken()) == account
    simulator.advance(4000)
    assert second.load_account(CancelToken()) == account
    second.sign_out(CancelToken())
    assert second.resume(CancelToken()) is None
    second.close()


def test_a_wrong_jwt_is_refused_with_a_sentence(simulator: RunningSimulator) -> None:
    connection = connect(simulator, Secrets(use_keyring=False))
    with pytest.raises(SignInNeeded) as caught:
        connection.sign_in_jwt(credentials(simulator, "wrong"), CancelToken())
    assert len(str(caught.value)) > 10
    connection.close()


def test_no_network_says_so() -> None:
    profile = ServerProfile(name="x", base_url="http://127.0.0.1:9", client_id="c")
    connection = Connection(profile, Secrets(use_keyring=False))
    with pytest.raises(NetworkError, match="No connection"):
        connection.sign_in_jwt(Credentials(client_id="c", client_secret="s", jwt="j"), CancelToken())
    connection.close()


def test_a_call_from_ringing_to_its_end(simulator: RunningSimulator) -> None:
    connection = connect(simulator, Secrets(use_keyring=False))
    account = connection.sign_in_jwt(credentials(simulator), CancelToken())
    service = CallService(lambda: connection)
    request = CallRequest(to_number="+16505550142", from_number=account.ringable[0].phone_number)
    call = Call(id="1", request=request, started_at=datetime.now(UTC), started_s=0.0)
    call = next_state(call, service.phone().place(call.request, CancelToken()), 0.0)
    seen = [call.state]
    for second in range(40):
        simulator.advance(1)
        call = next_state(call, service.phone().status(call.session_id, CancelToken()), float(second))
        if call.state is not seen[-1]:
            seen.append(call.state)
        if call.state.is_final:
            break
    assert seen == [CallState.RINGING_YOU, CallState.RINGING_THEM, CallState.TALKING, CallState.ENDED]
    service.phone().cancel("4711", CancelToken())
    assert "NoSessionFound" in service.phone().status("4711", CancelToken()).call_status
    connection.close()
