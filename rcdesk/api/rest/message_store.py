"""The message store: what became of a fax, what came in, and the files of any message (docs/wire.md 1.6).

Spec: readMessage, listMessages and syncMessages (Light), updateMessage, patchMessage, deleteMessage,
deleteMessageByFilter and readMessageContent (Medium). Blocking, on a lane's thread. Read next: mailbox.py for
texts and voicemails, services/fax/reconcile.py, which follows faxes with it, services/fax/received.py, which
syncs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Rejected, ServerTrouble
from rcdesk.core.messages.parts import Attachment

PATH = f"{reading.EXTENSION}/message-store"
SYNC_PATH = f"{reading.EXTENSION}/message-sync"
_MOST_IDS = 50
"""So many messages may be named in one request."""


class MessageRecipient(Struct, frozen=True, kw_only=True):
    """One recipient: E.164 number, name, status word and faxErrorCode; "" when absent."""

    number: str
    name: str = ""
    status: str = ""
    error_code: str = ""


class Message(Struct, frozen=True, kw_only=True):
    """A message as the service keeps it. page_count is None while unknown (0 while Queued counts as such).

    read_status is Read or Unread, availability Alive, Deleted or Purged, resolution High or Low: words of the
    spec, "" when absent. from_number is E.164, "" when the sender is not known.
    """

    id: str
    status: str
    direction: str
    created_at: datetime | None
    page_count: int | None
    to: tuple[MessageRecipient, ...]
    attachments: tuple[Attachment, ...]
    note: str = ""
    type: str = "Fax"
    from_number: str = ""
    from_name: str = ""
    read_status: str = ""
    availability: str = ""
    modified_at: datetime | None = None
    resolution: str = ""

    @property
    def is_gone(self) -> bool:
        return self.availability in ("Deleted", "Purged")

    @property
    def pages(self) -> Attachment | None:
        """The file with its pages as faxed, a PDF or TIFF or any file when none says that it is that one."""
        ranks = {"RenderedDocument": 0, "application/pdf": 1, "image/tiff": 1}
        return min(
            self.attachments,
            key=lambda item: min(ranks.get(item.type, 2), ranks.get(item.content_type, 2)),
            default=None,
        )


class SyncPage(Struct, frozen=True, kw_only=True):
    """One answer of the sync. sync_token goes into the next one; "" when the service gave none.

    has_older: a FSync, which lists what is there, left out older messages.
    """

    messages: tuple[Message, ...]
    sync_token: str
    has_older: bool


def get(session: ApiSession, message_id: str, token: CancelToken) -> Message:
    """Read one message. Raises Rejected with status 404 when it is gone."""
    return _message(record(session, message_id, token))


def record(session: ApiSession, message_id: str, token: CancelToken) -> Mapping[str, Any]:
    """The record of one message of any kind. Raises Rejected with status 404 when it is gone."""
    return reading.get(session, _path(message_id), token)


def find(session: ApiSession, message_id: str, token: CancelToken) -> Message | None:
    """The same; None when it is gone."""
    try:
        return get(session, message_id, token)
    except Rejected as exc:
        if not exc.is_gone:
            raise
        return None


def pages(
    session: ApiSession,
    *,
    token: CancelToken,
    direction: str = "Outbound",
    date_from: datetime | None = None,
    date_to: datetime | None = None,
    per_page: int = 100,
    availability: str | Sequence[str] = "",
) -> Iterator[tuple[Message, ...]]:
    """The messages, newest first, page by page; without date_from the service shows the last 24 hours.

    availability (of Alive, Deleted, Purged) is Alive when "".
    """
    filters: dict[str, Any] = {"messageType": "Fax", "direction": direction}
    if availability:
        filters["availability"] = availability
    for page in record_pages(
        session, filters, token=token, date_from=date_from, date_to=date_to, per_page=per_page
    ):
        yield tuple(_message(item) for item in page)


def record_pages(
    session: ApiSession,
    filters: Mapping[str, Any],
    *,
    token: CancelToken,
    date_from: datetime | None = None,
    date_to: datetime | None = None,
    per_page: int = 100,
) -> Iterator[tuple[Mapping[str, Any], ...]]:
    """The records of messages that pass the service's filters, newest first, page by page."""
    params = {**filters, **_dates(date_from, date_to)}
    return reading.pages(session, PATH, token, per_page=per_page, params=params)


def list_messages(session: ApiSession, *, token: CancelToken, **filters: Any) -> tuple[Message, ...]:
    """All of pages(), whose filters these are."""
    return tuple(chain.from_iterable(pages(session, token=token, **filters)))


def sync(
    session: ApiSession,
    *,
    sync_token: str | None,
    token: CancelToken,
    direction: str = "Inbound",
    record_count: int = 250,
    date_from: datetime | None = None,
    date_to: datetime | None = None,
) -> SyncPage:
    """What changed since sync_token, or without one the newest record_count faxes (of date_from…date_to).

    An ISync names its token only: the service remembers the rest, and what else it lists is left out here.
    Raises FullSyncNeeded when the token is void.
    """
    found = sync_records(
        session,
        {"messageType": "Fax", "direction": direction},
        sync_token=sync_token,
        token=token,
        record_count=record_count,
        date_from=date_from,
        date_to=date_to,
    )
    messages = (_message(item) for item in found.records)
    return SyncPage(
        # Of one that is gone, no more is said than that.
        messages=tuple(m for m in messages if m.is_gone or (m.type == "Fax" and m.direction == direction)),
        sync_token=found.sync_token,
        has_older=found.has_older,
    )


class SyncRecords(Struct, frozen=True, kw_only=True):
    """One answer of the sync as it came; see SyncPage."""

    records: tuple[Mapping[str, Any], ...]
    sync_token: str
    has_older: bool


def sync_records(
    session: ApiSession,
    filters: Mapping[str, Any],
    *,
    sync_token: str | None,
    token: CancelToken,
    record_count: int = 250,
    date_from: datetime | None = None,
    date_to: datetime | None = None,
) -> SyncRecords:
    """What changed since sync_token, or without one the newest record_count messages that pass the filters.

    An ISync names its token only: the service remembers the rest, and may list what passes no filter.
    Raises FullSyncNeeded when the token is void.
    """
    params: dict[str, Any] = {}
    if not sync_token:
        params = {**filters, "recordCount": record_count, **_dates(date_from, date_to)}
    body = reading.sync(session, SYNC_PATH, sync_token, token, params=params)
    info = reading.child(body, "syncInfo")
    return SyncRecords(
        records=reading.records(body),
        sync_token=reading.text(info, "syncToken"),
        has_older=info.get("olderRecordsExist") is True,
    )


def _dates(date_from: datetime | None, date_to: datetime | None) -> dict[str, str]:
    dates = {"dateFrom": date_from, "dateTo": date_to}
    return {name: reading.stamp(moment) for name, moment in dates.items() if moment is not None}


def set_read(session: ApiSession, ids: Iterable[str], is_read: bool, token: CancelToken) -> None:
    """Mark messages as read or unread, many in one request; one that is gone is no error."""
    body = {"readStatus": "Read" if is_read else "Unread"}
    for path in _paths(ids):
        try:
            session.request("PUT", path, group="Medium", token=token, json=body)
        except Rejected as exc:
            if not exc.is_gone:
                raise


def delete(session: ApiSession, message_id: str, token: CancelToken) -> None:
    """Delete a message; for a scheduled fax that cancels it. Raises Rejected when it is gone."""
    session.request("DELETE", _path(message_id), group="Medium", token=token)


def delete_many(session: ApiSession, ids: Iterable[str], token: CancelToken) -> None:
    """Delete messages, many in one request; one that is gone is no error."""
    for path in _paths(ids):
        try:
            session.request("DELETE", path, group="Medium", token=token)
        except Rejected as exc:
            if not exc.is_gone:
                raise


def delete_conversation(session: ApiSession, conversation_id: str, token: CancelToken) -> None:
    """Delete all texts of a conversation; it can be restored one by one."""
    if not conversation_id:
        raise ValueError("a conversation has a name: without one, everything would be deleted")
    params = {"conversationId": conversation_id, "type": "SMS"}
    session.request("DELETE", PATH, group="Medium", token=token, params=params)


def restore(session: ApiSession, ids: Iterable[str], token: CancelToken) -> None:
    """Bring deleted messages back, many in one request. Raises Rejected when one alone is past that."""
    for path in _paths(ids):
        session.request("PATCH", path, group="Medium", token=token, json={"availability": "Alive"})


def content(
    session: ApiSession,
    attachment: Attachment,
    write: Callable[[bytes], None],
    token: CancelToken,
    *,
    group: str = "Medium",
    keep_free: int = 0,
) -> str:
    """Download a file of a message, calling write for each chunk (about 64 KB); returns its media type.

    It is fetched from where the message says it lies (transport.py: and from no foreign host). Raises NotSent
    when the download breaks off: what was written is then incomplete, and asking again is safe.
    """
    if not attachment.uri:
        raise ServerTrouble("RingCentral does not say where the file is. Try again later.", status=200)
    response = session.request(
        "GET",
        attachment.uri,
        group=group,
        token=token,
        headers={"Accept": "*/*"},
        stream=True,
        keep_free=keep_free,
    )
    for chunk in session.chunks(response, token):
        write(chunk)
    return response.headers.get("Content-Type", "").partition(";")[0].strip()


def _path(message_id: str) -> str:
    if not message_id:
        raise ValueError("a message has a name: without one, the whole mailbox would be meant")
    return f"{PATH}/{quote(message_id, safe='')}"


def _paths(ids: Iterable[str]) -> Iterator[str]:
    """Paths that name as many of these messages as may be, each once."""
    names = [_path(message_id).rpartition("/")[2] for message_id in dict.fromkeys(ids)]
    for start in range(0, len(names), _MOST_IDS):
        yield f"{PATH}/{','.join(names[start : start + _MOST_IDS])}"


def attachments_of(body: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """The files of a message."""
    return tuple(
        Attachment(
            id=reading.text(item, "id"),
            type=reading.text(item, "type"),
            uri=reading.text(item, "uri"),
            content_type=reading.text(item, "contentType"),
            # The spec writes it both ways (MessageAttachmentInfo, MessageAttachmentInfoIntId).
            file_name=reading.text(item, "fileName") or reading.text(item, "filename"),
            size_bytes=reading.integer(item, "size") or 0,
            width=reading.integer(item, "width") or 0,
            height=reading.integer(item, "height") or 0,
            length_s=reading.integer(item, "vmDuration") or 0,
        )
        for item in reading.children(body, "attachments")
    )


def _message(body: Mapping[str, Any]) -> Message:
    sender = reading.child(body, "from")
    pages_said = reading.integer(body, "faxPageCount") or 0
    return Message(
        id=reading.text(body, "id"),
        status=reading.text(body, "messageStatus"),
        direction=reading.text(body, "direction"),
        created_at=reading.moment(body, "creationTime"),
        page_count=pages_said if pages_said > 0 else None,
        to=tuple(
            MessageRecipient(
                number=reading.text(to, "phoneNumber"),
                name=reading.text(to, "name"),
                status=reading.text(to, "messageStatus"),
                error_code=reading.text(to, "faxErrorCode"),
            )
            for to in reading.children(body, "to")
        ),
        attachments=attachments_of(body),
        note=reading.text(body, "coverPageText"),
        type=reading.text(body, "type"),
        from_number=reading.text(sender, "phoneNumber"),
        from_name=reading.text(sender, "name"),
        read_status=reading.text(body, "readStatus"),
        availability=reading.text(body, "availability"),
        modified_at=reading.moment(body, "lastModifiedTime"),
        resolution=reading.text(body, "faxResolution"),
    )
