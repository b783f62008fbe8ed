"""Sending a fax as one streamed multipart request (docs/wire.md 1.5; spec: createFaxMessage, Heavy).

No idempotency key exists: once the last byte has left, a lost answer is OutcomeUnknown and the message store
must be asked. Before that, everything is safe to repeat. Blocking, on the faxes lane. Read next:
api/upload.py, message_store.py.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.api.transport import read_json
from rcdesk.api.upload import Encoding, MultipartBody, Part, file_part, form_data, mixed
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import OutcomeUnknown, UserError
from rcdesk.core.fax.fax import FaxReport, Recipient, Resolution

PATH = f"{reading.EXTENSION}/fax"
Shape = Literal["mixed", "form"]
_ANSWER_TIMEOUT_S = 180.0
_LEFT_FOR_CALLS = 2
"""Requests a minute of the group Heavy that faxes leave for a person who presses Call."""


class FaxFile(Struct, frozen=True, kw_only=True):
    """A document to send: where it lies, the name the service is told (cleaned here) and its media type."""

    path: Path
    name: str
    media_type: str


class FaxCreated(Struct, frozen=True, kw_only=True):
    """The service's word that it has the fax: one report per recipient, in its order."""

    message_id: str
    created_at: datetime | None
    reports: tuple[FaxReport, ...]


def create(
    session: ApiSession,
    *,
    recipients: Sequence[Recipient],
    files: Sequence[FaxFile],
    resolution: Resolution,
    cover_index: int | None,
    note: str,
    token: CancelToken,
    send_time: datetime | None = None,
    encoding: Encoding = "octets",
    shape: Shape = "mixed",
    text: str | None = None,
    mark: str = "",
    progress: Callable[[int, int], None] | None = None,
    on_last_byte: Callable[[], None] | None = None,
) -> FaxCreated:
    """Upload the fax; returns once the service has taken it (its pages go out later).

    cover_index None leaves the account's default, 0 is none. text is sent as a document of its own (text-only
    faxes). mark stands in the name of every document, so that the fax is known again (spec: fileName of a
    message's attachments). progress(bytes_sent, bytes_total) is called per chunk, on this thread;
    on_last_byte just before the last chunk leaves, so that its record is older than the fax can be. Raises
    UserError for files that cannot be read, Cancelled before the last byte has left.
    """
    if not recipients:
        raise UserError("The fax has no recipient.")
    documents = [_document(file, encoding, shape, mark) for file in files]
    if text is not None:
        documents.append(_text_document(text, encoding, shape, mark))
    bodies: list[MultipartBody] = []

    def make_body() -> MultipartBody:
        fields = _fields(recipients, resolution, cover_index, note, send_time)
        bodies.append(_body(shape, fields, documents, token, progress))
        return bodies[-1]

    try:
        answer = read_json(_send(session, make_body, token, on_last_byte))
    finally:
        for body in bodies:
            body.close()
    return _created(answer)


def resend(
    session: ApiSession,
    *,
    original_message_id: str,
    recipients: Sequence[Recipient],
    send_time: datetime | None = None,
    token: CancelToken,
    on_last_byte: Callable[[], None] | None = None,
) -> FaxCreated:
    """Send the pages of an earlier fax, cover page included, to these recipients: no upload.

    on_last_byte is called once there is a connection and before anything is sent on it. Raises Rejected:
    MSG-343 while the service cannot resend it (still queued), CMN-102 or 404 when it has it no more.
    """
    if not recipients:
        raise UserError("The fax has no recipient.")
    fields: dict[str, Any] = {"originalMessageId": original_message_id, "to": _to(recipients)}
    if send_time is not None:
        fields["sendTime"] = _send_time(send_time)
    answer = session.request(
        "POST",
        PATH,
        group="Heavy",
        keep_free=_LEFT_FOR_CALLS,
        token=token,
        json=fields,
        read_timeout_s=_ANSWER_TIMEOUT_S,
        on_last_byte=on_last_byte,
    )
    return _created(read_json(answer))


def wait_s(session: ApiSession) -> float:
    """Seconds until a fax request would find a place; 0 when it could go now."""
    return session.gate.wait_s("Heavy", _LEFT_FOR_CALLS)


def clean_name(name: str, mark: str = "") -> str:
    """A file name the service accepts: plain ASCII without & @ # $ % ^ * (guide), extension kept.

    With a mark: "letter (rc-7f3k2m9q).pdf".
    """
    plain = unicodedata.normalize("NFKD", name.replace("\\", "/").rsplit("/", 1)[-1])
    plain = plain.encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9 ._()+=,-]+", "_", plain)
    stem, dot, extension = plain.rpartition(".")
    if not dot:
        stem, extension = plain, ""
    stem = stem.strip(" ._")[:100] or "document"
    stem += f" ({mark})" if mark else ""
    extension = extension.strip()[:10]
    return f"{stem}.{extension}" if extension else stem


def _send(
    session: ApiSession,
    make_body: Callable[[], MultipartBody],
    token: CancelToken,
    on_last_byte: Callable[[], None] | None,
) -> Any:
    return session.request(
        "POST",
        PATH,
        group="Heavy",
        keep_free=_LEFT_FOR_CALLS,
        token=token,
        make_data=make_body,
        read_timeout_s=_ANSWER_TIMEOUT_S,
        on_last_byte=on_last_byte,
    )


def _document(file: FaxFile, encoding: Encoding, shape: Shape, mark: str) -> Part:
    field = "attachment" if shape == "form" else ""
    name = clean_name(file.name, mark)
    return file_part(file.path, name=name, media_type=file.media_type, encoding=encoding, field=field)


def _text_document(text: str, encoding: Encoding, shape: Shape, mark: str) -> Part:
    disposition = 'form-data; name="attachment"' if shape == "form" else "attachment"
    headers = (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Disposition", f'{disposition}; filename="{clean_name("text.txt", mark)}"'),
    )
    return Part(headers=headers, content=text.encode(), encoding=encoding)


def _fields(
    recipients: Sequence[Recipient],
    resolution: Resolution,
    cover_index: int | None,
    note: str,
    send_time: datetime | None,
) -> dict[str, Any]:
    """The JSON part; the form has the same names."""
    fields: dict[str, Any] = {
        "to": _to(recipients),
        "faxResolution": resolution.value,
    }
    if cover_index is not None:
        fields["coverIndex"] = cover_index
    if note:
        fields["coverPageText"] = note
    if send_time is not None:
        fields["sendTime"] = _send_time(send_time)
    return fields


def _to(recipients: Sequence[Recipient]) -> list[dict[str, str]]:
    return [
        {"phoneNumber": r.number, "name": r.name} if r.name else {"phoneNumber": r.number} for r in recipients
    ]


def _send_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _body(
    shape: Shape,
    fields: Mapping[str, Any],
    documents: Sequence[Part],
    token: CancelToken,
    progress: Callable[[int, int], None] | None,
) -> MultipartBody:
    if shape == "mixed":
        text = json.dumps(fields, ensure_ascii=False)
        return mixed(text, documents, token=token, progress=progress)
    # The items are objects (spec: FaxRequestTo), JSON within a form; a plain number would lose the name.
    pairs = [("to", json.dumps(recipient, ensure_ascii=False)) for recipient in fields["to"]]
    pairs += [(name, str(value)) for name, value in fields.items() if name != "to"]
    return form_data(pairs, documents, token=token, progress=progress)


def _created(body: Mapping[str, Any]) -> FaxCreated:
    message_id = reading.text(body, "id")
    if not message_id:
        raise OutcomeUnknown("RingCentral took the fax but did not say which message it became.")
    whole = reading.text(body, "messageStatus")
    pages = reading.integer(body, "faxPageCount") or None
    reports = [
        FaxReport(
            message_id=message_id,
            status=reading.text(to, "messageStatus") or whole,
            error_code=reading.text(to, "faxErrorCode"),
            page_count=pages,
        )
        for to in reading.children(body, "to")
    ]
    return FaxCreated(
        message_id=message_id,
        created_at=reading.moment(body, "creationTime"),
        reports=tuple(reports) or (FaxReport(message_id=message_id, status=whole, page_count=pages),),
    )
