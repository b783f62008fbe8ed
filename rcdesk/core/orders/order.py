"""What another start of rcdesk asks of the one that runs, and its JSON: one object on one line.

    {"version": 1, "call": {"number": …, "from": …, "show_as": …, "press_1": …, "wait": …}}
    {"version": 1, "status": {}}   {"version": 1, "follow": {"id": …}}   {"version": 1, "cancel": {"id": …}}
    {"version": 1, "numbers": {}}  {"version": 1, "link": {"text": "tel:…"}}
    {"version": 1, "send": {"wish": {…}, "wait": …}}        {"version": 1, "faxes": {"ids": […]}}
    {"version": 1, "who": {}}      {"version": 1, "profile": {"id": …, "out": …, "name": …, …}}

Each is answered by lines of JSON, of which the last one holds "status", an ExitStatus. "wish" is what
asked_fax.py here writes. Pure; any thread. Read next: asked_call.py, fax_report.py, bridge/order_desk.py.
"""

from __future__ import annotations

import json
import re
from enum import IntEnum
from typing import Annotated, Any, TypeAlias
from urllib.parse import unquote

from msgspec import Meta, Struct, convert, field, to_builtins
from msgspec.structs import asdict

from rcdesk.core.account.account import AppSecret, GrantKind, ServerKind, ServerProfile
from rcdesk.core.orders.asked_fax import AskedFax, asked_fax_body, read_asked_fax

VERSION = 1
"""Of the JSON; a number that is not known is refused, never guessed at."""

LINK = re.compile(r"^\s*(tel|callto):", re.IGNORECASE)
Short = Annotated[str, Meta(max_length=200)]
_Count = Annotated[int, Meta(ge=0)]

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


class CallOrder(
    Struct,
    frozen=True,
    kw_only=True,
    rename={"ring_me_on": "from", "ask_to_press_1": "press_1", "is_wait": "wait", "is_sure": "yes"},
):
    """Place this call at once.

    number, ring_me_on and show_as as they were typed, read in the account's country; "" and None leave the
    choice to what was chosen last. is_wait: tell every change until it has ended. is_sure: also to a number
    nobody is known to have.
    """

    number: Short
    ring_me_on: Short = ""
    show_as: Short = ""
    ask_to_press_1: bool | None = None
    is_wait: bool = False
    is_sure: bool = False


class StatusOrder(Struct, frozen=True, kw_only=True):
    """List the live calls with both legs."""


class FollowOrder(Struct, frozen=True, kw_only=True, rename={"call_id": "id"}):
    """Tell every change of this live call until it has ended."""

    call_id: Short


class CancelOrder(Struct, frozen=True, kw_only=True, rename={"call_id": "id"}):
    """Cancel this call, or the only one for "", and say what became of it. Beginnings of an id will do."""

    call_id: Short = ""


class NumbersOrder(Struct, frozen=True, kw_only=True):
    """List the phones that can ring and the numbers that can be shown."""


class LinkOrder(Struct, frozen=True, kw_only=True):
    """A tel: or callto: link was opened: prefill the number field, or dial when the user has chosen so."""

    text: Short


class SendOrder(Struct, frozen=True, kw_only=True):
    """Send this fax when nothing about it is odd, else show it with its question.

    is_wait: tell every change until it is known of every recipient what became of it.
    """

    asked_fax: AskedFax
    is_wait: bool = False


class FollowFaxesOrder(Struct, frozen=True, kw_only=True, rename={"job_ids": "ids"}):
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

_KINDS: dict[str, type[Order]] = {
    "call": CallOrder,
    "status": StatusOrder,
    "follow": FollowOrder,
    "cancel": CancelOrder,
    "numbers": NumbersOrder,
    "link": LinkOrder,
    "send": SendOrder,
    "faxes": FollowFaxesOrder,
    "who": WhoOrder,
    "profile": ProfileOrder,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def is_link(text: str) -> bool:
    """True for what begins as a link to a number."""
    return LINK.match(text) is not None


def number_of(link: str) -> str:
    """The number in a link, as it would be typed; other text as it is."""
    if not is_link(link):
        return link
    return unquote(LINK.sub("", link, count=1)).strip().removeprefix("//").strip()


def order_json(order: Order) -> str:
    body: dict[str, Any]
    match order:
        case SendOrder():
            body = {"wish": asked_fax_body(order.asked_fax), "wait": order.is_wait}
        case ProfileOrder():
            names = _ProfileBody.__struct_fields__
            body = {
                **to_builtins({name: getattr(order.profile, name) for name in names}),
                "out": order.is_out,
            }
        case _:
            body = to_builtins(order)
    return json.dumps({"version": VERSION, _NAMES[type(order)]: body})


def is_order(data: object) -> bool:
    """True for parsed JSON that means to be one of these orders, whether or not it makes sense."""
    return isinstance(data, dict) and not _KINDS.keys().isdisjoint(data)


def read_order(data: object) -> Order:
    """The order in parsed JSON. Raises ValueError when it is none, or of another version."""
    if not isinstance(data, dict) or data.get("version") != VERSION:
        raise ValueError("no order of this version")
    kinds = _KINDS.keys() & data.keys()
    if len(kinds) != 1 or len(data) != 2:
        raise ValueError("not one order")
    (kind,) = kinds
    return _read(_KINDS[kind], data[kind])


class _SendBody(Struct, kw_only=True):
    asked_fax: dict[str, Any] = field(name="wish")
    wait: bool


class _ProfileBody(Struct, kw_only=True):
    """What another start may say of a profile: all of it, and no demo."""

    id: Short
    name: Short
    base_url: Short
    client_id: Short
    ca_file: Short
    redirect_port: _Count
    max_fax_bytes: _Count
    max_fax_pages: _Count
    kind: ServerKind
    grant: GrantKind
    app_secret: AppSecret


class _OutBody(Struct, kw_only=True):
    out: bool


def _read(kind: type[Order], body: Any) -> Order:
    if kind is SendOrder:
        found = convert(body, _SendBody)
        return SendOrder(asked_fax=read_asked_fax(found.asked_fax), is_wait=found.wait)
    if kind is ProfileOrder:
        profile = ServerProfile(**asdict(convert(body, _ProfileBody)))
        return ProfileOrder(profile=profile, is_out=convert(body, _OutBody).out)
    order = convert(body, kind)
    # What has a default here has none between two programs, but for what came later.
    if not {*kind.__struct_encode_fields__} - {"yes"} <= body.keys():
        raise ValueError("an order that lacks something")
    return order
