"""From an answer of the service to an error of core/errors.py, decided on errorCode, never on the message.

What counts is the code of the first of `errors` when it looks like one (CMN-401): the one at the top is often
a legacy word (InsufficientPermissions), or is not there at all. OAuth answers use `error` instead (RFC 6749,
5.2). Messages say what happened and what can be done; the service's own text is only shown for codes this
desk does not know. Pure, any thread. Read next: transport.py, where requests without an answer are judged.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

import requests
from msgspec import Struct

from rcdesk.api.body import parse, sound
from rcdesk.api.rate_gate import LONGEST_PENALTY_S, PENALTY_WITHOUT_WORD_S, retry_after_s
from rcdesk.core.errors import ApiError, NotAllowed, RateLimited, Rejected, ServerTrouble, SignInNeeded
from rcdesk.core.messages.causes import REFUSAL_CODES, text_cause

_log = logging.getLogger(__name__)

_CODE = re.compile(r"[A-Z]{2,5}-\d{1,5}")
_TOKEN_CODES = frozenset(
    {"OAU-128", "OAU-129", "OAU-149", "OAU-151", "OAU-213", "TokenInvalid", "TokenExpired"}
)
_UNKNOWN_APP = (
    "RingCentral does not know this app: the client ID or the client secret is wrong, or the app was "
    "withdrawn there."
)
_SIGN_IN = {
    "OAU-102": "The sign-in was not finished in time: RingCentral's code had run out. Sign in again.",
    "OAU-104": "RingCentral could not match the browser's answer to this desk. Sign in again.",
    "OAU-109": "RingCentral does not know the address the browser comes back to. Add it to the app there.",
    "OAU-140": "RingCentral did not accept these credentials. Check them and sign in again.",
    "OAU-146": _UNKNOWN_APP,
    "OAU-147": "RingCentral has locked this sign-in after too many attempts. Wait a while and sign in again.",
    "invalid_grant": "RingCentral did not accept these credentials. Check them and sign in again.",
    "invalid_client": _UNKNOWN_APP,
    "unauthorized_client": "This app may not sign in this way. Check its settings at RingCentral.",
    "unsupported_grant_type": "This app may not sign in this way. Check its settings at RingCentral.",
}
_NOT_ALLOWED = {
    "CMN-401": "This app lacks {permission} at RingCentral that is needed for this. Add it to the app there.",
    "CMN-404": "This belongs to another user of RingCentral, which this sign-in may not see or change.",
    "CMN-408": "Your RingCentral user lacks {permission} for this. Ask the account's administrator.",
    "InsufficientPermissions": "This app or your RingCentral user lacks {permission} needed for this.",
    "MSG-340": "Sending faxes is not available for this RingCentral account.",
    "MSG-341": "Your RingCentral user may not send faxes. Ask the account's administrator.",
    **{code: text_cause(code).words for code in ("MSG-243", "MSG-304")},
}
_RATE = frozenset({"CMN-301", "CMN-302", "CMN-303", "CMN-310"})
_REJECTED = {
    "CMN-102": "RingCentral does not know this any more.",
    "CMN-107": "RingCentral has less of this file than was asked for. Try again.",
    "CMN-304": "RingCentral is still busy with the same request.",
    "MSG-333": "RingCentral wants the list of messages to be read from the start.",
    "MSG-411": "RingCentral wants the list of messages to be read from the start.",
    "MSG-337": "This is too large for RingCentral. Send fewer or smaller files.",
    "MSG-338": "This is too large for RingCentral. Send fewer or smaller files.",
    "MSG-343": "RingCentral cannot resend this fax now.",
    "MSG-347": "RingCentral refused the fax: one of its files is empty.",
    "MSG-348": "RingCentral refused one of the files: it does not take files of this type.",
    "MSG-349": "RingCentral could not read the fax request.",
    "MSG-350": "RingCentral could not read the fax request.",
    "MSG-351": "RingCentral refused the fax: a file has no name.",
    **{code: text_cause(code).words for code in REFUSAL_CODES},
}


class Refusal(Struct, frozen=True, kw_only=True):
    """What an error body says: the service's code (or OAuth error word), its text and the parameter meant.

    permission: what the app or the user lacks ("ReadCallLog").
    """

    code: str = ""
    text: str = ""
    parameter: str = ""
    value: str = ""
    permission: str = ""


def read_refusal(body: object) -> Refusal:
    """Read `errors[]`, `errorCode, message`, or OAuth's `error, error_description`; tolerant of anything."""
    if not isinstance(body, Mapping):
        return Refusal()
    first = _first(body.get("errors"))
    own, top, oauth = _text(first.get("errorCode")), _text(body.get("errorCode")), _text(body.get("error"))
    code = own if _CODE.fullmatch(own) else top or own or oauth
    if oauth and code not in _SIGN_IN and code not in _TOKEN_CODES and oauth in _SIGN_IN:
        code = oauth
    text = _text(first.get("message")) if code == own else ""
    return Refusal(
        code=code,
        text=text
        or _text(body.get("message"))
        or _text(first.get("message"))
        or _text(body.get("error_description")),
        parameter=_text(first.get("parameterName")) or _text(body.get("parameterName")),
        value=_text(first.get("parameterValue")) or _text(body.get("parameterValue")),
        permission=_text(first.get("permissionName")) or _text(body.get("permissionName")),
    )


def translate(response: requests.Response) -> ApiError:
    """The error that an answer with a status of 300 or more means. The body must have been read already."""
    try:
        body = parse(response.content)
    except ValueError:
        body = None
    error = _judge(read_refusal(body), response.status_code, response.headers)
    _log.info("refused: %d %s, request %s", error.status, error.code or "-", error.request_id or "-")
    return error


def request_id_of(headers: Mapping[str, str]) -> str:
    """What the service calls this request, for reports to it; "" when it did not say or says nonsense."""
    request_id = headers.get("RCRequestId", "")
    return request_id if re.fullmatch(r"[\w.:-]{1,100}", request_id, re.ASCII) else ""


def is_token_expired(error: ApiError) -> bool:
    """True when a new access token may help: the bearer was refused, not the person."""
    return isinstance(error, SignInNeeded) and (error.code in _TOKEN_CODES or error.status == 401)


def _judge(refusal: Refusal, status: int, headers: Mapping[str, str]) -> ApiError:
    code = refusal.code
    request_id = request_id_of(headers)
    if status == 429 or code in _RATE:
        said_s = retry_after_s(headers)
        return RateLimited(
            "RingCentral asks this desk to slow down. It will be possible again in a minute.",
            status=status,
            code=code,
            request_id=request_id,
            retry_after_s=PENALTY_WITHOUT_WORD_S if said_s is None else min(LONGEST_PENALTY_S, said_s),
        )
    if status >= 500:
        message = f"RingCentral has trouble of its own (error {status}). Try again in a moment."
        return ServerTrouble(message, status=status, code=code, request_id=request_id)
    if code in _SIGN_IN:
        return SignInNeeded(_SIGN_IN[code], status=status, code=code, request_id=request_id)
    if code in _TOKEN_CODES or (status == 401 and code not in _NOT_ALLOWED):
        message = "RingCentral asks you to sign in again."
        return SignInNeeded(message, status=status, code=code, request_id=request_id)
    if code in _NOT_ALLOWED or (status == 403 and code not in _REJECTED):
        message = _NOT_ALLOWED.get(code) or _quoted("RingCentral does not allow this", refusal)
        message = message.replace("{permission}", _named(refusal.permission))
        return NotAllowed(message, status=status, code=code, request_id=request_id)
    if status >= 400:
        message = _REJECTED.get(code) or _by_status(status, refusal)
        return Rejected(
            message,
            status=status,
            code=code,
            request_id=request_id,
            parameter=refusal.parameter,
            parameter_value=refusal.value,
        )
    message = "The answer did not come from RingCentral's service. Check the server address."
    return ServerTrouble(message, status=status, code=code, request_id=request_id)


def _named(permission: str) -> str:
    """The permission by its name at RingCentral, when the service said it."""
    return f"the permission {permission}" if re.fullmatch(r"\w{1,60}", permission) else "a permission"


def _by_status(status: int, refusal: Refusal) -> str:
    match status:
        case 404 if not refusal.code:
            return "RingCentral does not know this. Check the server address."
        case 413:
            return "This is too large for RingCentral. Send fewer or smaller files."
        case 415:
            return "RingCentral refused one of the files: it does not take files of this type."
        case _:
            return _quoted("RingCentral refused this", refusal)


def _quoted(opening: str, refusal: Refusal) -> str:
    """A sentence with the service's own words, for codes this desk has none for."""
    said = " ".join(refusal.text.split())[:200].rstrip(".")
    code = f" ({refusal.code})" if refusal.code else ""
    return f"{opening}: {said}{code}." if said else f"{opening}{code}."


def _first(errors: object) -> Mapping[str, Any]:
    if isinstance(errors, list) and errors and isinstance(errors[0], Mapping):
        return errors[0]
    return {}


def _text(value: object) -> str:
    return sound(value) if isinstance(value, str) else ""
