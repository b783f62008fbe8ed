"""`POST …/fax`: an upload in either multipart shape, or a resend of an older message.

Lives on the simulator's event loop thread; reading is in `multipart`, the fax's life in `faxes`.
"""

from __future__ import annotations

from aiohttp import web

from rcdesk.simulator.fax.multipart import MAX_BODY, FaxForm
from rcdesk.simulator.refusal import ErrorAnswer
from rcdesk.simulator.routes.account import EXTENSION
from rcdesk.simulator.visit import Route, Visit, answer


async def create(visit: Visit) -> web.StreamResponse:
    media_type = visit.request.content_type
    if (visit.request.content_length or 0) > MAX_BODY:
        await visit.drain()
        raise ErrorAnswer(413, "MSG-338", "Message is too large", parameter="attachment")
    if media_type == "application/json":
        message = visit.world.faxes.resend(visit.subscriber, await visit.json_object())
    elif media_type in ("multipart/mixed", "multipart/form-data"):
        upload = FaxForm(visit)
        await upload.read()
        try:
            message = visit.world.faxes.accept(visit.subscriber, upload.envelope, upload.documents)
        except ErrorAnswer:
            upload.discard()
            raise
    else:
        await visit.body(MAX_BODY)
        raise ErrorAnswer(415, "MSG-348", "Media type is not supported", parameter="Content-Type")
    visit.renderer.begin(message)
    return answer(message.json(visit.extension_uri, is_new=True))


ROUTES = (Route("POST", f"{EXTENSION}/fax", "Heavy", create),)
