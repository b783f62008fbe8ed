"""`/restapi/oauth`: token, authorize, revoke. The consent page consents by itself (or
denies, when the control says so) and redirects to loopback.

Lives on the simulator's event loop thread; the rules are in `oauth`.
"""

from __future__ import annotations

import base64
from urllib.parse import unquote, urlencode, urlsplit

from aiohttp import web

from rcdesk.simulator.checks import a_text, number_from, one_of
from rcdesk.simulator.oauth import Session
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter
from rcdesk.simulator.visit import Route, Visit, answer

JWT_GRANTS = ("urn:ietf:params:oauth:grant-type:jwt-bearer", "partner_jwt")


def _basic(visit: Visit) -> tuple[str, str] | None:
    header = visit.request.headers.get("Authorization", "")
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError as exc:
        raise ErrorAnswer(400, "OAU-146", "Invalid client", oauth_error="invalid_client") from exc
    return unquote(client_id), unquote(secret)


def _required(form: dict[str, str], name: str) -> str:
    if not form.get(name):
        raise ErrorAnswer(
            400, "OAU-101", f"Parameter [{name}] is missing", parameter=name, oauth_error="invalid_request"
        )
    return form[name]


def _is_public(visit: Visit, form: dict[str, str]) -> bool:
    """Look who the app is, in the header or in the form: whether it is one without a secret."""
    client = _basic(visit) or (_required(form, "client_id"), form.get("client_secret"))
    visit.world.sign_in.check_client(*client)
    return client[1] is None


def _ttl(form: dict[str, str]) -> int:
    text = form.get("access_token_ttl", "3600")
    try:
        return number_from(text, -(10**9), 10**9)
    except ValueError as exc:
        raise bad_parameter("access_token_ttl", text) from exc


def _session(visit: Visit, form: dict[str, str], *, is_public: bool) -> Session:
    desk, ttl_s = visit.world.sign_in, _ttl(form)
    grant = _required(form, "grant_type")
    if grant in JWT_GRANTS:
        return desk.with_jwt(_required(form, "assertion"), ttl_s)
    if grant == "refresh_token":
        return desk.with_refresh(_required(form, "refresh_token"), ttl_s)
    if grant == "authorization_code":
        return desk.with_code(
            _required(form, "code"),
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
            is_public=is_public,
            ttl_s=ttl_s,
        )
    if grant == "password" and not is_public:
        username, _, extension = _required(form, "username").partition("*")
        return desk.with_password(
            username, form.get("extension") or extension, _required(form, "password"), ttl_s
        )
    raise ErrorAnswer(400, "OAU-250", "Unsupported grant type", oauth_error="unsupported_grant_type")


async def token(visit: Visit) -> web.StreamResponse:
    if visit.request.content_type != "application/x-www-form-urlencoded":
        await visit.body()
        raise ErrorAnswer(415, "CMN-115", "Unsupported media type", oauth_error="invalid_request")
    form = await visit.form()
    session = _session(visit, form, is_public=_is_public(visit, form))
    return answer(visit.world.sign_in.token_json(session))


async def authorize(visit: Visit) -> web.StreamResponse:
    """GET /restapi/oauth/authorize: consents at once; `login_hint` picks the user (default the first)."""
    query = dict(visit.request.query)
    visit.world.sign_in.check_client(_required(query, "client_id"), None)
    if query.get("response_type") != "code":
        raise ErrorAnswer(400, "OAU-101", "Only response_type=code", oauth_error="unsupported_response_type")
    redirect_uri = _required(query, "redirect_uri")
    if _host_of(redirect_uri) not in ("127.0.0.1", "localhost", "::1"):
        raise ErrorAnswer(400, "OAU-109", "Redirect URI is not registered", oauth_error="invalid_request")
    separator = "&" if urlsplit(redirect_uri).query else "?"
    state = {"state": query["state"]} if "state" in query else {}
    if visit.world.sign_in.denies:
        refused = urlencode({"error": "access_denied", **state})
        return web.Response(status=302, headers={"Location": f"{redirect_uri}{separator}{refused}"})
    hint = query.get("login_hint", "")
    people = visit.world.subscribers
    subscriber = next((p for p in people if hint in (p.username, p.email)), people[0])
    code = visit.world.sign_in.give_code(
        subscriber,
        redirect_uri=redirect_uri,
        challenge=query.get("code_challenge", ""),
        method=query.get("code_challenge_method", "plain"),
    )
    answered = {"code": code, "expires_in": "60", **state}
    return web.Response(status=302, headers={"Location": f"{redirect_uri}{separator}{urlencode(answered)}"})


def _host_of(uri: str) -> str | None:
    """The host of a URI that can be a header; None for anything else."""
    try:
        return urlsplit(uri).hostname if uri.isascii() and uri.isprintable() else None
    except ValueError:
        return None


async def revoke(visit: Visit) -> web.StreamResponse:
    form = await visit.form()
    _is_public(visit, form)
    token = form.get("token") or visit.request.query.get("token", "")
    visit.world.sign_in.revoke(_required({"token": token}, "token"))
    return web.Response(status=200)


ROUTES = (
    Route("POST", "/restapi/oauth/token", "Auth", token, is_public=True),
    Route(
        "GET",
        "/restapi/oauth/authorize",
        "Auth",
        authorize,
        is_public=True,
        query={
            **dict.fromkeys(
                ("client_id", "redirect_uri", "state", "scope", "prompt", "ui_locales", "nonce"), a_text
            ),
            "display": one_of("page", "popup", "touch", "mobile"),
            "code_challenge_method": one_of("plain", "S256"),
        },
    ),
    Route("POST", "/restapi/oauth/revoke", "Auth", revoke, is_public=True),
)
