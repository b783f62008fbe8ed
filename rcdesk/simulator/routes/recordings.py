"""Recordings of calls over HTTP: what one is, and its sound.

Lives on the simulator's event loop thread; they are in `calls/recordings`.
"""

from __future__ import annotations

from aiohttp import web

from rcdesk.simulator.checks import a_text, one_of
from rcdesk.simulator.refusal import not_found
from rcdesk.simulator.routes.account import ACCOUNT
from rcdesk.simulator.routes.messages import download
from rcdesk.simulator.visit import Route, Visit, answer

RECORDING = f"{ACCOUNT}/recording/{{recordingId}}"


async def recording(visit: Visit) -> web.StreamResponse:
    """GET …/recording/{recordingId}."""
    found = visit.world.recordings.get(visit.subscriber, visit.request.match_info["recordingId"])
    known = found.json(visit.extension_uri)
    return answer(
        {
            "id": found.id,
            "contentUri": known["contentUri"],
            "contentType": found.sound.media_type,
            "duration": round(found.length_s),
        }
    )


async def recording_content(visit: Visit) -> web.StreamResponse:
    """GET …/recording/{recordingId}/content, at the media host."""
    recording_id = visit.request.match_info["recordingId"]
    found = visit.world.recordings.get(visit.subscriber, recording_id)
    if visit.request.host.startswith("platform."):
        raise not_found("recordingId", recording_id)
    return download(visit, found.sound)


ROUTES = (
    Route("GET", RECORDING, "Heavy", recording, is_newer=True),
    Route(
        "GET",
        f"{RECORDING}/content",
        "Heavy",
        recording_content,
        query={"contentDisposition": one_of("Inline", "Attachment"), "contentDispositionFilename": a_text},
    ),
)
