"""What another start of rcdesk asks of the one that runs about calls, and its JSON: one object on one line.

    {"version": 1, "call": {"number": …, "from": …, "show_as": …, "press_1": …, "wait": …}}
    {"version": 1, "status": {}}   {"version": 1, "follow": {"id": …}}   {"version": 1, "cancel": {"id": …}}
    {"version": 1, "numbers": {}}  {"version": 1, "link": {"text": "tel:…"}}

Each is answered by lines of JSON, of which the last one holds "status", an ExitStatus. Faxes have a wish of
their own (core/wish.py). Pure; any thread. Read next: asked_call.py, bridge/instance.py, order_desk.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeAlias
from urllib.parse import unquote

VERSION = 1
"""Of the JSON; a number that is not known is refused, never guessed at."""

LINK = re.compile(r"^\s*(tel|callto):", re.IGNORECASE)
LONGEST_TEXT = 200


class ExitStatus(IntEnum):
    """How a command about calls ends: what --help and the README list."""

    DONE = 0
    TROUBLE = 1
    WRONG = 2
    SIGNED_OUT = 4
    BUSY = 5
    NO_ANSWER = 6
    NOT_YOU = 7
    REFUSED = 8
    FAILED = 9
    UNKNOWN = 10
    CANCELLED = 11
    TOO_LATE = 12
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOrder:
    """Place this call at once.

    number, ring_me_on and show_as as they were typed, read in the account's country; "" and None leave the
    choice to what was chosen last. is_wait: tell every change until it has ended.
    """

    number: str
    ring_me_on: str = ""
    show_as: str = ""
    ask_to_press_1: bool | None = None
    is_wait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusOrder:
    """List the live calls with both legs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowOrder:
    """Tell every change of this live call until it has ended."""

    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """Cancel this call, or the only one for "", and say what became of it. Beginnings of an id will do."""

    call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersOrder:
    """List the phones that can ring and the numbers that can be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOrder:
    """A tel: or callto: link was opened: prefill the number field, or dial when the user has chosen so."""

    text: str


Order: TypeAlias = CallOrder | StatusOrder | FollowOrder | CancelOrder | NumbersOrder | LinkOrder


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


_KINDS = frozenset({"call", "status", "follow", "cancel", "numbers", "link"})


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
            )
        case "status":
            return StatusOrder()
        case "follow":
            return FollowOrder(call_id=_text(body["id"]))
        case "cancel":
            return CancelOrder(call_id=_text(body["id"]))
        case "numbers":
            return NumbersOrder()
        case _:
            return LinkOrder(text=_text(body["text"]))


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise ValueError("a short text expected")
    return value
