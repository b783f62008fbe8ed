"""What the client makes of the plain answers: reports that core/calls/call.py understands, and errors of the
tree.

Read next: core/calls/call.py, test_requests.py.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from rcdesk.api.legacy.account import read_account
from rcdesk.api.legacy.client import LegacyClient
from rcdesk.api.legacy.fax import COVER_PAGES, LegacyFax
from rcdesk.api.legacy.ring_out import LegacyPhone
from rcdesk.api.rest.fax import RestFax
from rcdesk.api.rest.ring_out import RestPhone
from rcdesk.api.session import ApiSession
from rcdesk.api.tokens import Tokens
from rcdesk.core.account.account import ServerKind, ServerProfile
from rcdesk.core.account.capability import Capability
from rcdesk.core.calls.call import Call, CallRequest, CallState, Leg, next_state
from rcdesk.core.calls.past_call import CallOutcome
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import (
    Cancelled,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    RcdeskError,
    Rejected,
    ServerTrouble,
    SignInNeeded,
    UserError,
)
from rcdesk.core.fax.fax import Recipient, Resolution
from rcdesk.core.service import FaxApi, FaxContents, PhoneApi
from tests.unit.api.legacy.conftest import OldServer
from tests.unit.api.socket_server import read_request, reset

TOKEN = CancelToken()
REQUEST = CallRequest(to_number="+16505551230", from_number="+16505551231")
NEW = Call(id="1", request=REQUEST, started_at=datetime(2010, 5, 3, tzinfo=UTC), started_s=0.0)
CONTENTS = FaxContents(
    recipients=(Recipient(number="+15556465589"),), resolution=Resolution.FINE, text="Hi there!"
)


def after(client: LegacyClient, old_server: OldServer, *codes: str) -> Call:
    """A placed call after these answers ("" is the bare session id)."""
    phone = LegacyPhone(client)
    old_server.texts = ["OK 20 .62", *(f"OK 20 {words}".strip() for words in codes)]
    call = next_state(NEW, phone.place(REQUEST, TOKEN), 0.0)
    assert (call.state, call.session_id) == (CallState.DIALLING, "20 .62")
    for second, _ in enumerate(codes, start=1):
        call = next_state(call, phone.status(call.session_id, TOKEN), float(second))
    return call


def words(general: int, destination: int, callback: int) -> str:
    return f"{general};6505551230;{destination};6505551231;{callback}"


RINGING_YOU, RINGING_THEM, TALKING = words(1, 1, 1), words(1, 1, 0), words(0, 0, 0)


@pytest.mark.parametrize(
    ("codes", "state", "outcome"),
    [
        ((), CallState.DIALLING, CallOutcome.UNKNOWN),
        ((RINGING_YOU,), CallState.RINGING_YOU, CallOutcome.UNKNOWN),
        ((RINGING_YOU, RINGING_THEM), CallState.RINGING_THEM, CallOutcome.UNKNOWN),
        ((RINGING_YOU, RINGING_THEM, TALKING), CallState.TALKING, CallOutcome.UNKNOWN),
        ((TALKING, words(2, 6, 6)), CallState.ENDED, CallOutcome.TALKED),
        ((TALKING, words(2, 4, 6)), CallState.ENDED, CallOutcome.TALKED),
        ((TALKING, ""), CallState.ENDED, CallOutcome.TALKED),
        (("",), CallState.ENDED_UNKNOWN, CallOutcome.UNKNOWN),
        ((RINGING_YOU, ""), CallState.ENDED_UNKNOWN, CallOutcome.UNKNOWN),
        ((RINGING_YOU, RINGING_THEM, ""), CallState.ENDED_UNKNOWN, CallOutcome.UNKNOWN),
        ((RINGING_YOU, words(2, 5, 4)), CallState.FAILED, CallOutcome.YOU_REFUSED),
        ((RINGING_YOU, words(2, 5, 2)), CallState.FAILED, CallOutcome.YOU_WERE_BUSY),
        ((RINGING_YOU, words(2, 1, 3)), CallState.FAILED, CallOutcome.YOU_DID_NOT_ANSWER),
        ((RINGING_THEM, words(2, 2, 0)), CallState.FAILED, CallOutcome.BUSY),
        ((RINGING_THEM, words(2, 3, 6)), CallState.FAILED, CallOutcome.NO_ANSWER),
        ((RINGING_THEM, words(2, 4, 0)), CallState.FAILED, CallOutcome.REFUSED),
        ((RINGING_THEM, words(7, 7, 6)), CallState.FAILED, CallOutcome.UNREACHABLE),
        ((RINGING_THEM, words(8, 8, 6)), CallState.FAILED, CallOutcome.UNREACHABLE),
    ],
)
def test_what_the_desk_knows_after_these_answers(
    client: LegacyClient,
    old_server: OldServer,
    codes: tuple[str, ...],
    state: CallState,
    outcome: CallOutcome,
) -> None:
    call = after(client, old_server, *codes)
    assert (call.state, call.outcome) == (state, outcome)


def test_the_end_of_a_call_is_not_called_busy(client: LegacyClient, old_server: OldServer) -> None:
    call = after(client, old_server, RINGING_THEM, words(2, 6, 0))
    assert call.state is CallState.FAILED
    assert (call.them, call.outcome) == (Leg.HUNG_UP, CallOutcome.UNKNOWN)


def test_prohibited_calls_say_why(client: LegacyClient, old_server: OldServer) -> None:
    assert "switched off" in after(client, old_server, RINGING_THEM, words(7, 7, 6)).reason
    assert "does not allow" in after(client, old_server, RINGING_THEM, words(8, 8, 6)).reason


@pytest.mark.parametrize("codes", ["1", "1;2;3", "9;6505551230;9;6505551231;9", ";;;;"])
def test_codes_nobody_knows_are_no_news(client: LegacyClient, old_server: OldServer, codes: str) -> None:
    assert after(client, old_server, RINGING_YOU, codes).state is CallState.RINGING_YOU


def place(client: LegacyClient) -> Any:
    return LegacyPhone(client).place(REQUEST, TOKEN)


def numbers(client: LegacyClient) -> Any:
    return LegacyPhone(client).numbers(TOKEN)


def status(client: LegacyClient) -> Any:
    return LegacyPhone(client).status("20 .62", TOKEN)


def cancel(client: LegacyClient) -> Any:
    return LegacyPhone(client).cancel("20 .62", TOKEN)


def send(client: LegacyClient) -> Any:
    return LegacyFax(client).send(CONTENTS, (), TOKEN)


def send_again(client: LegacyClient) -> Any:
    return LegacyFax(client).send(replace(CONTENTS, source_message_id="1"), (), TOKEN)


Act = Callable[[LegacyClient], Any]


@pytest.mark.parametrize(
    ("act", "text", "error", "said"),
    [
        (numbers, "Invalid username or password", SignInNeeded, "sign in again"),
        (place, "Authorization failed.", SignInNeeded, "sign in again"),
        (numbers, "ERROR 1: Authorization failed", SignInNeeded, "sign in again"),
        (numbers, "401 Unauthorized", SignInNeeded, "sign in again"),
        (numbers, "Login failed.", SignInNeeded, "sign in again"),
        (numbers, "Failed to log in", SignInNeeded, "sign in again"),
        (place, "Your password has expired", SignInNeeded, "sign in again"),
        (place, "The user name, the extension or the password is incorrect", SignInNeeded, "sign in again"),
        (place, "The password does not match.", SignInNeeded, "sign in again"),
        (place, "Invalid destination number", Rejected, "Invalid destination number."),
        (place, "This caller ID is not authorized", Rejected, "This caller ID is not authorized."),
        (place, "Destination is not authorized for your account", Rejected, "Destination is not authorized"),
        (place, "You are not authorized to call this number", Rejected, "not authorized to call"),
        (place, "Authorization failed for the number 6505551230", Rejected, "for the number"),
        (place, "Authorized minutes are used up", Rejected, "Authorized minutes"),
        (place, "Unauthorized caller ID", Rejected, "Unauthorized caller ID"),
        (place, "Invalid caller ID for this login", Rejected, "Invalid caller ID"),
        (place, "Invalid number. Log in to see your numbers", Rejected, "Invalid number. Log in"),
        (place, "Invalid number" + " !" * 20_000, Rejected, "Invalid number !"),
        (place, "Calls abroad need another password", Rejected, "another password"),
        (status, "Login failed", Rejected, "Login failed"),
        (cancel, "Authorization failed", Rejected, "Authorization failed"),
        (status, "ERROR 5", Rejected, "ERROR 5"),
        (numbers, "<html><body>moved</body></html>", ServerTrouble, "server address"),
        (numbers, "", ServerTrouble, "server address"),
        (status, "OK", ServerTrouble, "server address"),
        (place, "<html></html>", OutcomeUnknown, "cannot be read"),
        (place, "", OutcomeUnknown, "cannot be read"),
        (place, "OK", OutcomeUnknown, "how to follow it"),
        (send, "1", SignInNeeded, "Nothing was sent"),
        (send, "2", NotAllowed, "prohibited"),
        (send, "3", Rejected, "no recipient"),
        (send, "4", Rejected, "nothing to fax"),
        (send, "5", Rejected, "code 5"),
        (send, "17", Rejected, "code 17"),
        (send, "<html></html>", OutcomeUnknown, "cannot be read"),
        (send, "", OutcomeUnknown, "cannot be read"),
        (send_again, "0", NotAllowed, "Nothing was sent"),
    ],
)
def test_texts_and_codes_become_errors(
    client: LegacyClient, old_server: OldServer, act: Act, text: str, error: type[RcdeskError], said: str
) -> None:
    old_server.texts = [text]
    with pytest.raises(error, match=said) as raised:
        act(client)
    assert type(raised.value) is error


@pytest.mark.parametrize("act", [numbers, place, status, cancel, send])
def test_http_errors_are_those_of_rest(client: LegacyClient, old_server: OldServer, act: Act) -> None:
    for code, error in ((404, Rejected), (401, SignInNeeded), (503, ServerTrouble), (302, ServerTrouble)):
        old_server.status = code
        with pytest.raises(error):
            act(client)


def hangs_up(old_server: OldServer) -> Callable[[socket.socket], None]:
    def conversation(connection: socket.socket) -> None:
        old_server.requests.append(read_request(connection))
        reset(connection)

    return conversation


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (numbers, NotSent),
        (status, NotSent),
        (cancel, OutcomeUnknown),
        (place, OutcomeUnknown),
        (send, OutcomeUnknown),
    ],
)
def test_a_lost_answer(
    client: LegacyClient, old_server: OldServer, act: Act, error: type[RcdeskError]
) -> None:
    old_server.conversation = hangs_up(old_server)
    with pytest.raises(error) as raised:
        act(client)
    assert type(raised.value) is error
    assert len(old_server.requests) == 1, "nothing is repeated by itself"


@pytest.mark.parametrize("act", [numbers, place, status, cancel, send])
def test_nobody_there(client: LegacyClient, old_server: OldServer, act: Act) -> None:
    old_server.close()
    old_server.close = lambda: None  # type: ignore[method-assign]
    with pytest.raises(NotSent, match="Nothing was sent"):
        act(client)


def test_a_cancelled_token_sends_nothing(client: LegacyClient, old_server: OldServer) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        LegacyPhone(client).place(REQUEST, token)
    with pytest.raises(Cancelled):
        LegacyFax(client).send(CONTENTS, (), token)
    assert old_server.requests == []


def test_progress_and_the_last_byte(client: LegacyClient, old_server: OldServer) -> None:
    old_server.texts = ["0"]
    told: list[tuple[int, int] | str] = []
    LegacyFax(client).send(
        CONTENTS,
        (),
        TOKEN,
        progress=lambda sent, total: told.append((sent, total)),
        on_last_byte=lambda: told.append("last"),
    )
    assert told[-2] == "last" and told[-1] == (len(old_server.bodies[0]),) * 2


def test_an_error_at_the_last_byte_leaves_the_fax_unsent(client: LegacyClient, old_server: OldServer) -> None:
    def refuse() -> None:
        raise SignInNeeded("somebody else", status=0)

    with pytest.raises(SignInNeeded, match="somebody else"):
        LegacyFax(client).send(CONTENTS, (), TOKEN, on_last_byte=refuse)
    assert old_server.requests == []


def test_there_are_no_rate_limits(client: LegacyClient, old_server: OldServer) -> None:
    old_server.texts = ["OK 20"]
    for _ in range(60):
        status(client)
    assert len(old_server.requests) == 60


def test_the_account_is_what_the_list_says(client: LegacyClient, old_server: OldServer) -> None:
    old_server.texts = ["OK 6505553711;Home;8889363711;Business;12;Lobby;"]
    account = read_account(client, TOKEN)
    assert account.owner_id == client.owner_id == "18889363711*101@127.0.0.1"
    assert (account.home_country, account.extension_number) == ("US", "101")
    assert [p.label for p in account.ringable] == ["Home", "Business", "Lobby"]
    main, *others = account.showable
    assert (main.label, main.phone_number) == ("Main number", "+18889363711")
    assert [n.label for n in others] == ["Home", "Lobby"]
    assert account.ring_out_caller_id == "+18889363711"
    assert account.can(Capability.CALL) and account.can(Capability.FAX_SEND)
    assert "older service" in account.why_not(Capability.FAX_FOLLOW)
    assert account.cover_pages is COVER_PAGES
    assert [(page.index, page.name) for page in COVER_PAGES if page.index in (0, 4, 13)] == [
        (0, "None"),
        (4, "ClasMod"),
        (13, "Urgent"),
    ]


@pytest.mark.parametrize(
    ("base_url", "ca_file"),
    [("http://old.example", ""), ("old.example", ""), ("https://old.example", "no-such-file.pem")],
)
def test_a_server_that_cannot_be_used_is_said_at_once(base_url: str, ca_file: str) -> None:
    with pytest.raises(UserError):
        LegacyClient(ServerProfile(name="old", base_url=base_url, ca_file=ca_file), "8889363711", "", "x")


class NoTokens:
    """Keeps nothing."""

    def load(self) -> Tokens | None:
        return None

    def save(self, tokens: Tokens) -> None:
        raise AssertionError("nobody signs in here")

    def clear(self) -> None:
        raise AssertionError("nobody signs out here")


def test_both_protocols_stand_behind_the_same_interfaces(client: LegacyClient) -> None:
    session = ApiSession(ServerProfile(name="new"), NoTokens())
    phones: list[PhoneApi] = [RestPhone(session), LegacyPhone(client)]
    faxes: list[FaxApi] = [RestFax(session), LegacyFax(client)]
    assert [phone.can_say_result for phone in phones] == [True, False]
    assert [(fax.can_follow, fax.can_resend) for fax in faxes] == [(True, True), (False, False)]
    assert [fax.wait_s() for fax in faxes] == [0.0, 0.0]
    session.close()


def test_names_without_digits_are_different_people() -> None:
    profile = ServerProfile(name="t", base_url="https://old.example", kind=ServerKind.LEGACY)
    people = [LegacyClient(profile, name, "", "p") for name in ("alice", "bob", "Bob", "b1@x")]
    assert [person.owner_id for person in people] == [
        "alice*@old.example",
        "bob*@old.example",
        "bob*@old.example",
        "b1@x*@old.example",
    ]
    for person in people:
        person.close()
