"""Sending texts, and whether a number is registered for it.

Lives on the simulator's event loop thread; a text's life is in `mail/texts`.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from rcdesk.simulator.checks import items, shape, text
from rcdesk.simulator.mail.text_upload import TextForm
from rcdesk.simulator.refusal import ErrorAnswer, not_found
from rcdesk.simulator.routes.account import EXTENSION
from rcdesk.simulator.visit import Route, Visit, answer

MAX_BODY = 10 * 1024 * 1024
_PARTY = shape(phoneNumber=text())
_REQUEST = shape("from", "to", "text", from_=_PARTY, to=items(_PARTY, high=100), text=text())


async def send_sms(visit: Visit) -> web.StreamResponse:
    """POST …/sms: JSON, or a multipart form with files."""
    if visit.request.content_type != "application/json":
        return await send_mms(visit)
    body = await visit.json_object(_REQUEST)
    return answer(visit.world.texts.accept(visit.subscriber, body).json(visit.extension_uri))


async def send_mms(visit: Visit) -> web.StreamResponse:
    """POST …/mms: a multipart form with files."""
    if (visit.request.content_length or 0) > MAX_BODY:
        await visit.drain()
        raise ErrorAnswer(413, "MSG-338", "Message is too large", parameter="attachments")
    if visit.request.content_type not in ("multipart/mixed", "multipart/form-data"):
        await visit.body(MAX_BODY)
        raise ErrorAnswer(415, "MSG-348", "Media type is not supported", parameter="Content-Type")
    upload = TextForm(visit)
    await upload.read()
    message = visit.world.texts.accept(visit.subscriber, upload.envelope, upload.files())
    return answer(message.json(visit.extension_uri))


async def sms_configuration(visit: Visit) -> web.StreamResponse:
    """GET …/phone-number/{phoneNumberId}/sms-configuration: without a campaign, texts in the US fail."""
    number_id = visit.request.match_info["phoneNumberId"]
    line = next((line for line in visit.subscriber.lines if str(line.id) == number_id), None)
    if line is None:
        raise not_found("phoneNumberId", number_id)
    body: dict[str, Any] = {"phoneNumberId": number_id, "phoneNumber": line.number}
    if "SmsSender" in line.features and visit.world.texts.is_registered:
        body["smsBrandInfo"] = {"id": "B1", "status": "Confirmed"}
        body["smsCampaignInfo"] = {
            "id": "C1",
            "status": "Confirmed",
            "registrationTier": "LowVolume",
            "useCases": ["CUSTOMER_CARE"],
        }
    return answer(body)


ROUTES = (
    Route("POST", f"{EXTENSION}/sms", "Medium", send_sms),
    Route("POST", f"{EXTENSION}/mms", "Medium", send_mms),
    Route("GET", f"{EXTENSION}/phone-number/{{phoneNumberId}}/sms-configuration", "Light", sms_configuration),
)
