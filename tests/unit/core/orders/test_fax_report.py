"""What a command says about a fax: the worst of its recipients decides the exit status."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from rcdesk.core.account.account import CoverPage, ServerKind, ServerProfile
from rcdesk.core.errors import UserError
from rcdesk.core.fax.cover import CoverTemplate
from rcdesk.core.fax.fax import ARRIVAL_UNKNOWN, FaxDraft, FaxJob, FaxState, Recipient, Resolution, WaitReason
from rcdesk.core.orders.asked_cover import cover_called, cover_page
from rcdesk.core.orders.asked_fax import AskedFax
from rcdesk.core.orders.fax_report import exit_status, fax_json, is_settled, news, sentence
from rcdesk.core.orders.order import (
    ExitStatus,
    FollowFaxesOrder,
    Order,
    ProfileOrder,
    SendOrder,
    WhoOrder,
    order_json,
    read_order,
)

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
S = FaxState


def _job(state: FaxState, reason: WaitReason = WaitReason.NONE, job_id: int = 1, detail: str = "") -> FaxJob:
    return FaxJob(
        id=job_id,
        owner_id="1",
        recipient=Recipient(number="+16505550110", name="Bo"),
        files=(),
        cover_index=0,
        cover_name="",
        note="",
        resolution=Resolution.FINE,
        state=state,
        created_at=NOW,
        changed_at=NOW,
        wait_reason=reason,
        detail=detail,
        message_id="2014000001",
    )


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ((S.SENT, S.SENT), ExitStatus.DONE),
        ((S.SENT, S.HANDED_OVER), ExitStatus.DONE),
        ((S.SENT, S.FAILED), ExitStatus.FAILED),
        ((S.FAILED, S.NEEDS_YOU), ExitStatus.UNKNOWN),
        ((S.INTERRUPTED,), ExitStatus.UNKNOWN),
        ((S.QUEUED, S.SENT), ExitStatus.KEPT),
        ((S.CANCELLED, S.SENT), ExitStatus.CANCELLED),
    ],
)
def test_the_worst_decides(states: tuple[FaxState, ...], status: ExitStatus) -> None:
    assert exit_status([_job(state) for state in states]) is status


def test_a_void_sign_in_has_its_own_status() -> None:
    assert exit_status([_job(S.WAITING, WaitReason.SIGN_IN)]) is ExitStatus.SIGNED_OUT


def test_what_is_waited_for() -> None:
    handed_over = _job(S.HANDED_OVER)
    assert is_settled(handed_over, is_wait=False) and not is_settled(handed_over, is_wait=True)
    assert is_settled(_job(S.NEEDS_YOU), is_wait=True) and not is_settled(_job(S.INTERRUPTED), is_wait=False)
    for reason in WaitReason:
        is_held = reason in (WaitReason.PAUSED, WaitReason.SIGN_IN)
        assert is_settled(_job(S.WAITING, reason), is_wait=True) is is_held


@pytest.mark.parametrize("state", list(FaxState))
def test_every_state_has_a_sentence_without_a_promise(state: FaxState) -> None:
    words = sentence(fax_json([_job(state)])["recipients"][0])
    assert words and "deliver" not in words.lower() and not words.endswith(".")


def test_one_that_was_only_accepted_is_not_called_sent() -> None:
    unknown = replace(_job(S.SENT, detail="Accepted, who knows."), error_code=ARRIVAL_UNKNOWN, message_id="")
    assert sentence(fax_json([unknown])["recipients"][0]) == "Accepted, who knows"


def test_only_what_is_new_is_said() -> None:
    before = fax_json([_job(S.QUEUED), _job(S.QUEUED, job_id=2)])
    after = fax_json([_job(S.QUEUED), _job(S.FAILED, job_id=2, detail="Failed: no line.")])
    assert news(before, after) == ["Bo +16505550110: Failed: no line"]
    assert news(None, fax_json([_job(S.SENDING)])) == []
    many = fax_json([_job(S.SENT, job_id=n) for n in range(5)])
    assert news(None, many) == ["5 recipients: Sent: accepted by their machine"]


# Cover pages by name

PAGES = (
    CoverPage(index=0, name="None"),
    CoverPage(index=7, name="Classic"),
    CoverPage(index=8, name="Clasmod"),
    CoverPage(index=9, name="Modern"),
)
OWN = CoverTemplate(id="Modern clinic", name="Modern clinic", html="<p/>")


def test_the_whole_name_decides_else_its_beginning() -> None:
    assert cover_called(" CLASSIC ", PAGES) == (None, PAGES[1].index)
    assert cover_called("modern", PAGES, (OWN,)) == (None, PAGES[3].index)
    assert cover_called("Modern c", PAGES, (OWN,)) == (OWN, 0)
    assert cover_called("none", PAGES) == cover_called("None", ()) == (None, 0)


@pytest.mark.parametrize(("name", "words"), [("clas", "may be more than one"), ("Baroque", "no cover page")])
def test_what_is_not_plain_is_answered_with_the_names(name: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as refused:
        cover_called(name, PAGES, (OWN,))
    assert "Modern clinic, None, Classic, Clasmod, Modern" in str(refused.value)


def test_a_number_is_one_of_the_account_when_they_are_known() -> None:
    assert cover_page(7, PAGES) == 7 and cover_page(99, ()) == 99
    with pytest.raises(UserError, match=r"no cover page 99\. Those there are: 7 Classic"):
        cover_page(99, PAGES)


# Orders as JSON

_WISH = AskedFax(
    draft=FaxDraft(recipients=(Recipient(number="+16505550110"),), documents=()), cover_name="Classic"
)
_PROFILE = ServerProfile(
    name="Old", id="a b", base_url="https://h", client_id="c", kind=ServerKind.LEGACY, redirect_port=9
)


@pytest.mark.parametrize(
    "order",
    [
        SendOrder(asked_fax=_WISH, is_wait=True),
        FollowFaxesOrder(job_ids=(1, 2)),
        WhoOrder(),
        ProfileOrder(profile=_PROFILE, is_out=True),
    ],
)
def test_an_order_comes_back_as_it_was(order: Order) -> None:
    import json

    text = order_json(order)
    assert "\n" not in text and read_order(json.loads(text)) == order


@pytest.mark.parametrize(
    "body",
    [
        {"send": {"wish": {}, "wait": True}},
        {"send": {"wait": True}},
        {"faxes": {"ids": ["1"]}},
        {"faxes": {"ids": 1}},
        {"profile": {"id": "a", "out": "no"}},
        {"who": {}, "faxes": {"ids": []}},
    ],
)
def test_what_makes_no_sense_is_no_order(body: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        read_order({"version": 1, **body})
