"""What another start of rcdesk asks of the one that runs, and its JSON: one object on one line.

    {"version": 1, "call": {"number": …, "from": …, "show_as": …, "press_1": …, "wait": …}}
    {"version": 1, "status": {}}   {"version": 1, "follow": {"id": …}}   {"version": 1, "cancel": {"id": …}}
    {"version": 1, "numbers": {}}  {"version": 1, "link": {"text": "tel:…"}}
    {"version": 1, "send": {"wish": {…}, "wait": …}}        {"version": 1, "faxes": {"ids": […]}}
    {"version": 1, "who": {}}      {"version": 1, "profile": {"id": …, "out": …, "name": …, …}}

Each is answered by lines of JSON, of which the last one holds "status", an ExitStatus. The wish of a fax is
that of core/orders/wish.py. Pure; any thread. Read next: asked_call.py, fax_report.py, bridge/order_desk.py.
"""

from __future__ import annotations

import json
import re
from enum import IntEnum
from typing import Any, TypeAlias
from urllib.parse import unquote

from msgspec import Struct

from rcdesk.core.account.account import AppSecret, GrantKind, ServerKind, ServerProfile
from rcdesk.core.orders.wish import FaxWish, read_wish, wish_json

VERSION = 1
"""Of the JSON; a number that is not known is refused, never guessed at."""

LINK = re.compile(r"^\s*(tel|callto):", re.IGNORECASE)
LONGEST_TEXT = 200
_PROFILE_PLAIN = (
    *("id", "name", "base_url", "client_id", "ca_file"),
    *("redirect_port", "max_fax_bytes", "max_fax_pages"),
)


GIVE_YES = "Nothing was called. Give --yes to call it all the same."


class ExitStatus(IntEnum):
    """How a command ends: what --help and the README list."""

    DONE = 0
    TROUBLE = 1
    WRONG = 2
    NEEDS_YOU = 3
    SIGNED_OUT = 4
    BUSY = 5
    NO_ANSWER = 6
    NOT_YOU = 7
    REFUSED = 8
    FAILED = 9
    UNKNOWN = 10
    CANCELLED = 11
    TOO_LATE = 12
    KEPT = 13
    INTERRUPTED = 130


class CallOrder(Struct, frozen=True, kw_only=True):
    """Place this call at once.

    number, ring_me_on and show_as as they were typed, read in the account's country; "" and None leave the
    choice to what was chosen last. is_wait: tell every change until it has ended. is_sure: also to a number
    nobody is known to have.
    """

    number: str
    ring_me_on: str = ""
    show_as: str = ""
    ask_to_press_1: bool | None = None
    is_wait: bool = False
    is_sure: bool = False


class StatusOrder(Struct, frozen=True, kw_only=True):
    """List the live calls with both legs."""


class FollowOrder(Struct, frozen=True, kw_only=True):
    """Tell every change of this live call until it has ended."""

    call_id: str


class CancelOrder(Struct, frozen=True, kw_only=True):
    """Cancel this call, or the only one for "", and say what became of it. Beginnings of an id will do."""

    call_id: str = ""


class NumbersOrder(Struct, frozen=True, kw_only=True):
    """List the phones that can ring and the numbers that can be shown."""


class LinkOrder(Struct, frozen=True, kw_only=True):
    """A tel: or callto: link was opened: prefill the number field, or dial when the user has chosen so."""

    text: str


class SendOrder(Struct, frozen=True, kw_only=True):
    """Send this fax when nothing about it is odd, else show it with its question.

    is_wait: tell every change until it is known of every recipient what became of it.
    """

    wish: FaxWish
    is_wait: bool = False


class FollowFaxesOrder(Struct, frozen=True, kw_only=True):
    """Tell every change of these jobs until it is known of each what became of it."""

    job_ids: tuple[int, ...]


class WhoOrder(Struct, frozen=True, kw_only=True):
    """Who is signed in, and where."""


class ProfileOrder(Struct, frozen=True, kw_only=True):
    """Save this server profile and go on with its sign-in, which the keyring has; is_out: sign out of it."""

    profile: ServerProfile
    is_out: bool = False


Order: TypeAlias = (
    CallOrder
    | StatusOrder
    | FollowOrder
    | CancelOrder
    | NumbersOrder
    | LinkOrder
    | SendOrder
    | FollowFaxesOrder
    | WhoOrder
    | ProfileOrder
)


def is_link(text: str) -> bool:
    """True for what begins as a link to a number."""
    return LINK.match(text) is not None


def number_of(link: str) -> str:
    """The number in a link, as it would be typed; other text as it is."""
    if not is_link(link):
        return link
    return unquote(LINK.sub("", link, count=1)).strip().removeprefix("//").strip()


def order_json(order: Order) -> str:
    """One line of JSON."""
    return json.dumps({"version": VERSION, **_body(order)})


def _body(order: Order) -> dict[str, dict[str, Any]]:
    match order:
        case CallOrder():
            return {
                "call": {
                    "number": order.number,
                    "from": order.ring_me_on,
                    "show_as": order.show_as,
                    "press_1": order.ask_to_press_1,
                    "wait": order.is_wait,
                    "yes": order.is_sure,
                }
            }
        case StatusOrder():
            return {"status": {}}
        case FollowOrder():
            return {"follow": {"id": order.call_id}}
        case CancelOrder():
            return {"cancel": {"id": order.call_id}}
        case NumbersOrder():
            return {"numbers": {}}
        case LinkOrder():
            return {"link": {"text": order.text}}
        case SendOrder():
            return {"send": {"wish": json.loads(wish_json(order.wish)), "wait": order.is_wait}}
        case FollowFaxesOrder():
            return {"faxes": {"ids": list(order.job_ids)}}
        case WhoOrder():
            return {"who": {}}
        case ProfileOrder():
            return {"profile": {**_profile_body(order.profile), "out": order.is_out}}


_KINDS = frozenset(
    {"call", "status", "follow", "cancel", "numbers", "link", "send", "faxes", "who", "profile"}
)


def is_order(data: object) -> bool:
    """True for parsed JSON that means to be one of these orders, whether or not it makes sense."""
    return isinstance(data, dict) and not _KINDS.isdisjoint(data)


def read_order(data: object) -> Order:
    """The order in parsed JSON. Raises ValueError when it is none, or of another version."""
    if not isinstance(data, dict) or data.get("version") != VERSION:
        raise ValueError("no order of this version")
    kinds = _KINDS.intersection(data)
    if len(kinds) != 1 or len(data) != 2:
        raise ValueError("not one order")
    (kind,) = kinds
    body = data[kind]
    if not isinstance(body, dict):
        raise ValueError("an order that makes no sense")
    try:
        return _read(kind, body)
    except KeyError as exc:
        raise ValueError("an order that makes no sense") from exc


def _read(kind: str, body: dict[str, Any]) -> Order:
    match kind:
        case "call":
            press_1 = body["press_1"]
            if (press_1 is not None and type(press_1) is not bool) or type(body["wait"]) is not bool:
                raise ValueError("an order that makes no sense")
            return CallOrder(
                number=_text(body["number"]),
                ring_me_on=_text(body["from"]),
                show_as=_text(body["show_as"]),
                ask_to_press_1=press_1,
                is_wait=body["wait"],
                is_sure=_flag(body.get("yes", False)),
            )
        case "status":
            return StatusOrder()
        case "follow":
            return FollowOrder(call_id=_text(body["id"]))
        case "cancel":
            return CancelOrder(call_id=_text(body["id"]))
        case "numbers":
            return NumbersOrder()
        case "send":
            return SendOrder(wish=read_wish(body["wish"]), is_wait=_flag(body["wait"]))
        case "faxes":
            ids = body["ids"]
            if not isinstance(ids, list) or not all(type(id_) is int for id_ in ids):
                raise ValueError("a list of numbers expected")
            return FollowFaxesOrder(job_ids=tuple(ids))
        case "who":
            return WhoOrder()
        case "profile":
            return ProfileOrder(profile=_profile(body), is_out=_flag(body["out"]))
        case _:
            return LinkOrder(text=_text(body["text"]))


def _profile_body(profile: ServerProfile) -> dict[str, Any]:
    plain = {name: getattr(profile, name) for name in _PROFILE_PLAIN}
    kinds = {"kind": profile.kind, "grant": profile.grant, "app_secret": profile.app_secret}
    return {**plain, **{name: kind.value for name, kind in kinds.items()}}


def _profile(body: dict[str, Any]) -> ServerProfile:
    return ServerProfile(
        id=_text(body["id"]),
        name=_text(body["name"]),
        base_url=_text(body["base_url"]),
        client_id=_text(body["client_id"]),
        ca_file=_text(body["ca_file"]),
        redirect_port=_number(body["redirect_port"]),
        max_fax_bytes=_number(body["max_fax_bytes"]),
        max_fax_pages=_number(body["max_fax_pages"]),
        kind=ServerKind(body["kind"]),
        grant=GrantKind(body["grant"]),
        app_secret=AppSecret(body["app_secret"]),
    )


def _number(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a number expected")
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("true or false expected")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise ValueError("a short text expected")
    return value
