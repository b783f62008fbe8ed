"""One way to a server of the 2010 web API: credentials, forms, and its plain answers read (docs/wire.md 2).

Everything is a POST: credentials are in the body, never in an address that somebody logs. Errors are the same
as of REST: NotSent, OutcomeUnknown, SignInNeeded, Rejected. The service has no rate limits. Blocking, any
lane's thread. Read next: ring_out.py, fax.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import requests

from rcdesk.api.rate_gate import RateGate
from rcdesk.api.transport import Transport
from rcdesk.api.upload import MultipartBody
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import (
    NotSent,
    OutcomeUnknown,
    RcdeskError,
    Rejected,
    ServerTrouble,
    SignInNeeded,
    UserError,
)
from rcdesk.core.numbers.phone_number import PhoneNumber, parse

RING_OUT = "/ringout.asp"
FAX = "/faxapi.asp"
_GROUP = "Legacy"
_HEADERS = {"Accept": "text/plain, */*"}
_SUCCESS = "OK"
_USUAL_HOME = "US"
_ANSWER_TIMEOUT_S = 180.0
_LONGEST_REFUSAL = 1000
_NAMED = r"(?:pass ?word|user ?name|user ?id|log[ -]?(?:in|on)|credentials?|authenticat(?:ion|e))"
_BESIDE = r"(?:[^\w.!?]|\b(?:the|your|user|account|main|phone|number|extension|ext|or|and)\b)*"
_WRONG = (
    r"(?:invalid|incorrect|wrong|bad|unknown|fail(?:ed|ure)?|denied|reject(?:ed)?|refused|expired|locked|mismatch"
    r"|(?:not|n't) (?:accepted|valid|correct|recogni[sz]ed|found|known|match)|could not be verified)"
)
_REFUSED_CREDENTIALS = re.compile(
    # "Invalid user name or password", "Failed to log in"
    rf"\b{_WRONG}(?: to)?\b{_BESIDE}\b{_NAMED}"
    # "Your password is incorrect", "Login failed", "The password does not match"
    rf"|\b{_NAMED}\b{_BESIDE}\b(?:(?:is|are|was|were|has|have|been|does|do|did)\W+)*{_WRONG}\b"
    r"|\bnot logged (?:in|on)\b"
    # The service's own words for code 1 (gem) and HTTP's, alone: of a number they say something else.
    r"|^[\W\d]*(?:error[\W\d]+)?authori[sz]ation (?:has )?(?:failed|failure|error)\W*(?:$|\n)"
    r"|^[\W\d]*(?:error[\W\d]+)?unauthori[sz]ed(?: (?:user|access))?\W*$",
    re.IGNORECASE,
)
_FOREIGN_ANSWER = "The answer did not come from RingCentral's 2010 web API. Check the server address."
REFUSED = "RingCentral did not accept the number, the extension or the password."


class _NoLimits(RateGate):
    """A gate that is always open."""

    def before(
        self, group: str, token: CancelToken, *, max_wait_s: float | None = None, keep_free: int = 0
    ) -> None:
        """Only look whether anybody still wants it."""
        token.check()


class LegacyClient:
    """A server and who one is there; the credentials are given once. Thread-safe; close() at the end.

    username: the account's main number; extension: "" for the master account. main_number: the same in E.164,
    where it is a number; home_country (ISO 3166) is where it belongs. Raises UserError for an address or a
    certificate file that cannot be used.
    """

    def __init__(
        self,
        profile: ServerProfile,
        username: str,
        extension: str,
        password: str,
        *,
        clock: Clock | None = None,
    ) -> None:
        clock = clock or SystemClock()
        self.username = username.strip()
        self.extension = extension.strip()
        self._password = password
        self.gate: RateGate = _NoLimits(clock)
        self.transport = Transport(profile.base_url, self.gate, clock, ca_file=profile.ca_file)
        main = _parsed(self.username)
        self.main_number = main.e164 if main else self.username
        self.home_country = (main.place if main else "") or _USUAL_HOME
        self._is_north_american = main is None or main.e164.startswith("+1")

    @property
    def owner_id(self) -> str:
        """Who this is, the same at every start: number, extension and server."""
        has_letters = any(character.isalpha() for character in self.main_number)
        who = self.main_number.casefold() if has_letters else re.sub(r"\D", "", self.main_number)
        return f"{who}*{self.extension}@{self.transport.host}"

    @property
    def credentials(self) -> dict[str, str]:
        """The fields of `ringout.asp` that say who asks."""
        return {"username": self.username, "password": self._password, "ext": self.extension}

    @property
    def fax_credentials(self) -> tuple[tuple[str, str], ...]:
        """The fields of `faxapi.asp` that say who asks: `number*extension`."""
        name = f"{self.username}*{self.extension}" if self.extension else self.username
        return (("Username", name), ("Password", self._password))

    def number(self, e164: str) -> str:
        """A number as this API writes it: ten digits within North America, else E.164."""
        is_home = self._is_north_american and re.fullmatch(r"\+1\d{10}", e164) is not None
        return e164[2:] if is_home else e164

    def ask(self, command: str, fields: Mapping[str, str], token: CancelToken, *, has_effect: bool) -> str:
        """Give one command; returns what follows "OK".

        Without an effect a lost answer is NotSent, because asking again is safe; with one it is
        OutcomeUnknown, as is an answer that cannot be read. An error text of the service is SignInNeeded when
        the fields hold credentials and it refuses these, else Rejected with that text.
        """
        form = {"cmd": command, **fields}
        has_credentials = self.credentials.keys() <= fields.keys()
        try:
            response = self.transport.send(
                "POST", RING_OUT, group=_GROUP, token=token, data=form, headers=_HEADERS
            )
            return _result(text_of(response), has_effect=has_effect, has_credentials=has_credentials)
        except OutcomeUnknown as exc:
            if has_effect:
                raise
            host = self.transport.host
            raise NotSent(f"RingCentral ({host}) did not answer. Asking again is safe.") from exc

    def upload(
        self,
        make_body: Callable[[], MultipartBody],
        token: CancelToken,
        on_last_byte: Callable[[], None] | None,
    ) -> str:
        """Send a fax; returns the plain answer. Raises what Transport.send raises."""
        body = make_body()
        try:
            response = self.transport.send(
                "POST",
                FAX,
                group=_GROUP,
                token=token,
                data=body,
                headers=_HEADERS,
                read_timeout_s=_ANSWER_TIMEOUT_S,
                on_last_byte=on_last_byte,
            )
        finally:
            body.close()
        return text_of(response)

    def close(self) -> None:
        self.transport.close()


def text_of(response: requests.Response) -> str:
    """The answer as text, without the space around it."""
    return response.content.decode("utf-8-sig", "replace").strip()


def _result(text: str, *, has_effect: bool, has_credentials: bool) -> str:
    """What follows "OK". Raises the error of any other answer."""
    if text.startswith(_SUCCESS):
        return text[len(_SUCCESS) :].strip()
    if not text or text.startswith("<"):
        raise unreadable(has_effect=has_effect)
    raise _refusal(text, has_credentials=has_credentials)


def _refusal(text: str, *, has_credentials: bool) -> RcdeskError:
    """The error that an error text of the service means."""
    if has_credentials and _REFUSED_CREDENTIALS.search(text[:_LONGEST_REFUSAL]):
        return SignInNeeded(f"{REFUSED} Check them and sign in again.", status=200)
    said = " ".join(text.split())[:200].rstrip(".")
    return Rejected(f"RingCentral refused this: {said}.", status=200)


def unreadable(*, has_effect: bool) -> RcdeskError:
    """The error for an answer that is none of this API's."""
    if has_effect:
        return OutcomeUnknown("RingCentral took the request but its answer cannot be read.")
    return ServerTrouble(_FOREIGN_ANSWER, status=200)


def _parsed(username: str) -> PhoneNumber | None:
    """The main number that is the user name, None when it is not one."""
    try:
        number = parse(username, _USUAL_HOME)
    except UserError:
        return None
    return None if number.is_short else number
