"""What the 2010 web API says about the simulated world: who asks, numbers as it writes them, call codes.

The old pages know the same people, calls and faxes as REST, in other words: ten-digit numbers, status codes
from 0 to 8, and a session id that answers "completed" for everything that is not going on. Any answer is
plain text. Lives on the simulator's event loop thread. Read next: `routes_legacy` (the two pages), `calls`.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.calls.calls import RingOut
from rcdesk.simulator.fax.faxes import COVER_PAGES, DEFAULT_COVER
from rcdesk.simulator.world import World

LINGER_S = 3.0
"""Simulated seconds after the end of a call for which its codes are still told; then only the session id."""

SEND_TIME = "%d:%m:%y %H:%M"
"""How the fax page writes a time, which is GMT."""

_CODES = {
    "Success": 0,
    "InProgress": 1,
    "Busy": 2,
    "NoAnswer": 3,
    "Rejected": 4,
    "GenericError": 5,
    "Finished": 6,
    "InternationalDisabled": 7,
    "DestinationBlocked": 8,
}
_GENERIC = 5


def subscriber_of(world: World, username: str, password: str, extension: str) -> Subscriber | None:
    """The user with these credentials, None for wrong ones; without an extension the master account's."""
    digits = re.sub(r"\D", "", username)
    for who in world.subscribers:
        main = who.main_number.lstrip("+")
        names = {main, main.removeprefix(who.country.calling_code)}
        is_right = hmac.compare_digest(password.encode(), who.password.encode())
        if digits in names and extension in ("", who.extension) and is_right:
            return who
    return None


def written(number: str) -> str:
    """A number as the old pages write it: ten digits at home in North America, else all of it."""
    return number[2:] if re.fullmatch(r"\+1\d{10}", number) else number


def numbers_line(who: Subscriber) -> str:
    """`number;name;number;name…`: the telephones that may ring first."""
    phones = [phone for phone in who.phones if "CallForwarding" in phone.features]
    return ";".join(f"{written(phone.number)};{phone.label}" for phone in phones)


def find_call(world: World, session_id: str) -> RingOut | None:
    """The call with this session id, whoever asks."""
    return next((call for call in world.calls.all() if call.session_id == session_id), None)


def ws_of(call: RingOut) -> str:
    """The second word of a placed call's answer, which means nothing that anybody knows of."""
    return f".{int(call.session_id) % 90 + 10}"


def status_words(call: RingOut, now: datetime) -> str:
    """`general;number;destination;number;callback`, "" once the call has been over for a few seconds."""
    is_over = call.ended_at is not None and now >= call.ended_at + timedelta(seconds=LINGER_S)
    if is_over or call.call == "NoSessionFound":
        return ""
    general = 2 if call.call == "CannotReach" else _code(call.call)
    if call.caller == call.callee == "Finished":
        general = 2
    to_number = written(call.to_number) or call.to_extension
    return f"{general};{to_number};{_code(call.callee)};{written(call.from_number)};{_code(call.caller)}"


def cover_index(name: str) -> int:
    """The page of that name; the default page for "", "Default" and names nobody knows."""
    names = [page.lower() for page in COVER_PAGES]
    wanted = name.strip().lower()
    return names.index(wanted) if wanted in names else DEFAULT_COVER


def send_time(text: str, now: datetime) -> datetime | None:
    """A time to come, aware; None for one that is past or none at all, which means at once."""
    try:
        moment = datetime.strptime(text.strip(), SEND_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment if moment > now else None


def _code(word: str) -> int:
    return _CODES.get(word, _GENERIC)
