"""The message store: what became of a fax, and the rendered document (wire-contract 1.6).

Spec: readMessage and listMessages (Light), deleteMessage and readMessageContent (Medium). Blocking, on a
lane's thread. Read next: services/faxes.py, which follows faxes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken

PATH = f"{reading.EXTENSION}/message-store"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecipient:
    """One recipient: E.164 number, name, status word and faxErrorCode; "" when absent."""

    number: str
    name: str = ""
    status: str = ""
    error_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file of a message; type is RenderedDocument, SourceDocument or another word of the spec."""

    id: str
    type: str
    uri: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as the service keeps it. page_count is None while unknown (0 while Queued counts as such)."""

    id: str
    status: str
    direction: str
    created_at: datetime | None
    page_count: int | None
    to: tuple[MessageRecipient, ...]
    attachments: tuple[Attachment, ...]
    note: str = ""


def get(session: ApiSession, message_id: str, token: CancelToken) -> Message:
    """Read one message. Raises Rejected with status 404 when it is gone."""
    return _message(reading.get(session, _path(message_id), token))


def list_messages(
    session: ApiSession,
    *,
    token: CancelToken,
    message_type: str = "Fax",
    direction: str = "Outbound",
    date_from: datetime | None = None,
    page: int = 1,
    per_page: int = 100,
) -> tuple[Message, ...]:
    """One page of messages, newest first; without date_from the service shows the last 24 hours."""
    params: dict[str, Any] = {
        "messageType": message_type,
        "direction": direction,
        "page": page,
        "perPage": per_page,
    }
    if date_from is not None:
        stamp = date_from.astimezone(UTC).isoformat(timespec="milliseconds")
        params["dateFrom"] = stamp.replace("+00:00", "Z")
    body = reading.get(session, PATH, token, params=params)
    return tuple(_message(record) for record in reading.children(body, "records"))


def delete(session: ApiSession, message_id: str, token: CancelToken) -> None:
    """Delete a message; for a scheduled fax that cancels it. Raises Rejected when it is gone."""
    session.request("DELETE", _path(message_id), group="Medium", token=token)


def content(
    session: ApiSession,
    message_id: str,
    attachment_id: str,
    write: Callable[[bytes], None],
    token: CancelToken,
) -> str:
    """Download an attachment, calling write for each chunk (about 64 KB); returns its media type.

    Raises NotSent when the download breaks off: what was written is then incomplete, and asking again is
    safe.
    """
    response = session.request(
        "GET",
        f"{_path(message_id)}/content/{quote(attachment_id, safe='')}",
        group="Medium",
        token=token,
        headers={"Accept": "*/*"},
        stream=True,
    )
    for chunk in session.chunks(response, token):
        write(chunk)
    return response.headers.get("Content-Type", "").partition(";")[0].strip()


def _path(message_id: str) -> str:
    return f"{PATH}/{quote(message_id, safe='')}"


def _message(body: Mapping[str, Any]) -> Message:
    return Message(
        id=reading.text(body, "id"),
        status=reading.text(body, "messageStatus"),
        direction=reading.text(body, "direction"),
        created_at=reading.moment(body, "creationTime"),
        page_count=reading.integer(body, "faxPageCount") or None,
        to=tuple(
            MessageRecipient(
                number=reading.text(to, "phoneNumber"),
                name=reading.text(to, "name"),
                status=reading.text(to, "messageStatus"),
                error_code=reading.text(to, "faxErrorCode"),
            )
            for to in reading.children(body, "to")
        ),
        attachments=tuple(
            Attachment(
                id=reading.text(item, "id"),
                type=reading.text(item, "type"),
                uri=reading.text(item, "uri"),
                content_type=reading.text(item, "contentType"),
            )
            for item in reading.children(body, "attachments")
        ),
        note=reading.text(body, "coverPageText"),
    )
