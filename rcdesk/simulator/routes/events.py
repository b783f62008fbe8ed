"""The token for the event socket, and subscriptions over REST: listed, read, renewed, ended.

Made and changed they are over the socket only. Lives on the simulator's event loop thread; read
`events/events` next.
"""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from rcdesk.simulator.events import links
from rcdesk.simulator.events.events import EventBackend
from rcdesk.simulator.visit import Route, Visit, answer, no_content

SUBSCRIPTIONS = "/restapi/v1.0/subscription"
ONE = f"{SUBSCRIPTIONS}/{{subscriptionId}}"


def _backend(visit: Visit) -> EventBackend:
    assert visit.events is not None, "a visit to a server with events"
    return visit.events


async def wstoken(visit: Visit) -> web.StreamResponse:
    """POST /restapi/oauth/wstoken."""
    token = visit.request.headers.get("Authorization", "").partition(" ")[2]
    session = visit.world.sign_in.check(token)
    return answer(_backend(visit).new_token(visit.subscriber, session.client_id, token))


async def list_subscriptions(visit: Visit) -> web.StreamResponse:
    """GET …/subscription."""
    found = _backend(visit).subscriptions(visit.subscriber)
    now = visit.world.clock.now()
    records = [one.json(visit.base_url, now) for one in found]
    return answer({"uri": f"{visit.base_url}{SUBSCRIPTIONS}", "records": records})


async def read_subscription(visit: Visit) -> web.StreamResponse:
    """GET …/subscription/{subscriptionId}."""
    found = _backend(visit).find(visit.subscriber, visit.request.match_info["subscriptionId"])
    return answer(found.json(visit.base_url, visit.world.clock.now()))


async def renew_subscription(visit: Visit) -> web.StreamResponse:
    """POST …/subscription/{subscriptionId}/renew."""
    found = _backend(visit).find(visit.subscriber, visit.request.match_info["subscriptionId"])
    now = visit.world.clock.now()
    found.until = now + timedelta(seconds=links.ABSOLUTE_S)
    return answer(found.json(visit.base_url, now))


async def delete_subscription(visit: Visit) -> web.StreamResponse:
    """DELETE …/subscription/{subscriptionId}."""
    _backend(visit).cancel(visit.subscriber, visit.request.match_info["subscriptionId"])
    return no_content()


ROUTES = (
    Route("POST", "/restapi/oauth/wstoken", "Auth", wstoken),
    Route("GET", SUBSCRIPTIONS, "Light", list_subscriptions, is_newer=True),
    Route("GET", ONE, "Light", read_subscription, is_newer=True),
    Route("DELETE", ONE, "Medium", delete_subscription, is_newer=True),
    Route("POST", f"{ONE}/renew", "Light", renew_subscription, is_newer=True),
)
