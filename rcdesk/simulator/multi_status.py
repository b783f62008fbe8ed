"""Answers about several resources at once: 207, each with a status of its own.

As `multipart/mixed` (a summary, then a part for each), or as one JSON list for who asks for that by Accept.
Lives on the simulator's event loop thread. Read next: `routes/messages`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web

from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter
from rcdesk.simulator.visit import Visit

MULTI = "application/vnd.ringcentral.multipart+json"
MOST_IDS = 50
"""So many may be named in a path."""


def ids_in(text: str) -> list[str]:
    """The ids of a path, separated by commas; CMN-101 for too many."""
    ids = [part for part in text.split(",") if part]
    if len(ids) > MOST_IDS:
        raise bad_parameter("ids", f"{len(ids)} of them")
    return ids


def multi_status(
    visit: Visit,
    uri: str,
    ids: Sequence[str],
    act: Callable[[str], dict[str, Any]],
    *,
    is_mixed_only: bool = False,
) -> tuple[web.Response, bool]:
    """Do something with each, and tell what became of it and whether one was refused.

    uri: where they lie, without the id.
    """
    entries = []
    for resource_id in ids:
        try:
            body, status = act(resource_id), 200
        except ErrorAnswer as refusal:
            body, status = refusal.body(), refusal.status
        entries.append({"resourceId": resource_id, "status": status, "body": body})
    if MULTI in visit.request.headers.get("Accept", "") and not is_mixed_only:
        response = web.Response(status=207, body=json.dumps(entries).encode(), content_type=MULTI)
    else:
        response = _mixed(uri, entries)
    return response, any(entry["status"] != 200 for entry in entries)


def _mixed(uri: str, entries: list[dict[str, Any]]) -> web.Response:
    boundary = f"Boundary_{secrets.token_hex(8)}"
    summary = {
        "response": [
            {
                "href": f"{uri}/{entry['resourceId']}",
                "status": entry["status"],
                "responseDescription": HTTPStatus(entry["status"]).phrase,
            }
            for entry in entries
        ]
    }
    parts = [json.dumps(part) for part in (summary, *(entry["body"] for entry in entries))]
    head = f"--{boundary}\r\nContent-Type: application/json\r\n\r\n"
    text = "".join(f"{head}{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    headers = {"Content-Type": f"multipart/mixed; boundary={boundary}"}
    return web.Response(status=207, body=text.encode(), headers=headers)
