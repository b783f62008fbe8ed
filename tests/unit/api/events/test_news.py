"""Events as they may come: real ones, odd ones, and anything at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.api.events.news import news_of
from rcdesk.api.events.socket import read_frame
from rcdesk.core.account.news import News, NewsKind

BASE = "/restapi/v1.0/account/400/extension/401"


def test_changes_of_messages() -> None:
    changes = [
        {"type": "SMS", "newCount": 2, "updatedCount": 0, "newMessageIds": [1, "2"]},
        {"type": "Voicemail", "newCount": 0, "updatedCount": 1},
        {"type": "Telegram", "newCount": 1},
    ]
    news = news_of({"event": f"{BASE}/message-store?type=SMS", "body": {"changes": changes}})
    assert news == News(
        kind=NewsKind.MESSAGES,
        extension_id="401",
        mail=frozenset({"SMS", "VoiceMail"}),
        new_ids=("1", "2"),
    )


def test_a_whole_message() -> None:
    body = {"id": 7, "type": "SMS", "subject": "Hi", "owner": {"extensionId": "402"}}
    news = news_of({"event": f"{BASE}/message-store/instant?type=SMS", "body": body})
    assert news is not None and (news.new_ids, news.extension_id) == (("7",), "402")


def test_the_party_that_is_still_there_counts() -> None:
    def party(extension_id: str, code: str, **more: Any) -> dict[str, Any]:
        return {"extensionId": extension_id, "status": {"code": code}, "direction": "Inbound", **more}

    outsider = {"status": {"code": "Answered"}, "direction": "Outbound"}
    parties = [party("401", "Gone"), outsider, party("401", "Answered", **{"from": {"phoneNumber": "+1"}})]
    body = {"telephonySessionId": "s-1", "parties": parties}
    news = news_of({"event": f"{BASE}/telephony/sessions", "body": body})
    assert news is not None and (news.code, news.number, news.call_id) == ("Answered", "+1", "s-1")
    over = news_of(
        {"event": "/restapi/v1.0/account/400/telephony/sessions", "body": {"parties": parties[:1]}}
    )
    assert over is not None and (over.code, over.extension_id) == ("Gone", "401")
    assert news_of({"event": f"{BASE}/telephony/sessions", "body": {}}) is None


@pytest.mark.parametrize("event", ["", "/restapi/v1.0/account/400/directory/entries", "http://[", "presence"])
def test_news_of_other_things_are_left_out(event: str) -> None:
    assert news_of({"event": event, "body": {"changes": 7}}) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "wsc", "token", "sequence", "status", "changes", "newMessageIds", "parties"]
            )
            | st.sampled_from(["extensionId", "messageId", "from", "code", "owner", "event", "body", "uuid"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
ENDS = ["/message-store", "/message-store/instant", "/voicemail", "/presence", "/telephony/sessions"]


@given(
    st.sampled_from(ENDS), st.dictionaries(st.sampled_from(["changes", "parties", "owner", "id"]), ANYTHING)
)
def test_no_body_is_too_odd(end: str, body: dict[str, Any]) -> None:
    news = news_of({"event": BASE + end, "body": body})
    assert news is None or all(isinstance(one, str) for one in news.new_ids)


@given(ANYTHING | st.lists(ANYTHING, max_size=3))
def test_no_frame_is_too_odd(value: Any) -> None:
    frame = read_frame(json.dumps(value))
    if frame is not None:
        assert isinstance(frame.sequence, int) and isinstance(frame.wsc, str)


@given(st.text() | st.binary())
def test_what_is_no_json_is_no_frame(text: str | bytes) -> None:
    frame = read_frame(text)
    assert frame is None or frame.kind is not None
