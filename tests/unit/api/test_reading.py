"""Tolerant readers: whatever the service sends, nothing crashes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rcdesk.api.auth import Client, JwtGrant
from rcdesk.api.rest import call_log, contacts, fax, message_store, presence, reading, ring_out
from rcdesk.api.rest.account import spaced
from rcdesk.api.tokens import read_tokens
from rcdesk.core.account.account import Credentials
from rcdesk.core.account.presence import Dnd
from rcdesk.core.errors import OutcomeUnknown, UserError

PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["9", []])
)
INNER = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("callStatus", "phoneNumber", "messageStatus", "faxErrorCode", "id", "uri"), PLAIN
    ),
)
NAMES = (
    "id",
    "status",
    "to",
    "attachments",
    "creationTime",
    "faxPageCount",
    "coverPageText",
    "messageStatus",
)
TOKEN_NAMES = ("access_token", "expires_in", "refresh_token", "refresh_token_expires_in", "owner_id", "scope")
ANYTHING = PLAIN | INNER | st.lists(PLAIN | INNER, max_size=2)
BODY = st.fixed_dictionaries({}, optional=dict.fromkeys((*NAMES, *TOKEN_NAMES), ANYTHING))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@given(BODY)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_object_is_read(body: dict[str, Any]) -> None:
    message_store._message(body)
    ring_out._report(body, "x")
    read_tokens(body, NOW)
    try:
        fax._taken(body)
    except OutcomeUnknown:
        assert not reading.text(body, "id")


CALL_NAMES = (
    *("id", "sessionId", "telephonySessionId", "direction", "type", "from", "to", "legs", "startTime"),
    *("duration", "durationMs", "result", "reason", "action", "deleted", "callQueue", "acceptCalls"),
    *("dndStatus", "extensionNumber", "phoneNumbers", "mobilePhone"),
)
CALL_PARTS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("phoneNumber", "extensionNumber", "name", "legType", "result", "id"), PLAIN)
)
CALL_BODY = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(CALL_NAMES, ANYTHING | CALL_PARTS | st.lists(CALL_PARTS, max_size=2))
)


@given(CALL_BODY, st.lists(CALL_BODY, max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_call_presence_or_queue_is_read(body: dict[str, Any], records: list[dict[str, Any]]) -> None:
    calls = call_log._calls(tuple(records))
    assert {call.id for call in calls} <= {reading.text(record, "id") for record in records}
    assert presence._dnd(body) in Dnd
    assert all(queue.id for queue in presence._queues({"records": records}))
    contacts.contact_of(body)
    contacts._entry(body)


def test_a_call_of_which_little_is_known() -> None:
    (call,) = call_log._calls(({"id": 7, "type": "Voice", "direction": "Sideways", "to": {"name": "A"}},))
    assert (call.id, call.direction, call.number, call.name, call.at) == ("7", "Sideways", "", "A", None)
    deleted = {"id": "8", "type": "Voice", "deleted": True}
    assert call_log._calls((deleted, {"id": "9", "type": "Fax"}, {"id": "1"})) == ()
    dialled = {"id": "1", "type": "Voice", "to": {"dialedPhoneNumber": "+16505550143"}, "durationMs": "1500"}
    assert [(c.number, c.duration_s) for c in call_log._calls((dialled,))] == [("+16505550143", 1.5)]


@pytest.mark.parametrize("word", ["", "TakeNoCallsOnSundays"])
def test_a_status_of_tomorrow_is_unknown(word: str) -> None:
    assert presence._dnd({"dndStatus": word}) is Dnd.UNKNOWN


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-01T01:00:00.000Z", datetime(2026, 1, 1, 1, tzinfo=UTC)),
        ("2026-01-01T01:00:00+01:00", NOW),
        ("2026-01-01T00:00:00", NOW),
        ("yesterday", None),
        (None, None),
    ],
)
def test_moments_are_utc(value: object, expected: datetime | None) -> None:
    assert reading.moment({"at": value}, "at") == expected


def test_enum_words_become_words() -> None:
    assert spaced("MainCompanyNumber") == "Main company number"
    assert spaced("ELIN") == "ELIN"
    assert spaced("PhoneLine") == "Phone line"
    assert spaced("") == ""


def test_secrets_are_not_shown() -> None:
    grant = JwtGrant(Credentials(client_id="id", client_secret="shh", jwt=" a\nb "))
    assert grant.token_request()["assertion"] == "ab"
    tokens = read_tokens({"access_token": "AAA", "refresh_token": "BBB", "expires_in": 10}, NOW)
    assert tokens is not None and "AAA" not in repr(tokens) and "BBB" not in repr(tokens)
    assert "shh" not in repr(grant.client)


def test_a_public_client_names_itself() -> None:
    assert Client(client_id="a").form({"x": "1"}) == {"x": "1", "client_id": "a"}
    assert Client(client_id="a").basic is None
    assert Client(client_id="a", client_secret="b").basic == ("a", "b")


@pytest.mark.parametrize("missing", ["client_id", "client_secret", "jwt"])
def test_missing_credentials_are_named(missing: str) -> None:
    values = {"client_id": "a", "client_secret": "b", "jwt": "c", missing: " "}
    with pytest.raises(UserError, match="is missing"):
        JwtGrant(Credentials(**values))
