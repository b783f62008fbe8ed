"""Sending a fax as one streamed multipart request (docs/wire.md 1.5; spec: createFaxMessage, Heavy).

No idempotency key exists: once the last byte has left, a lost answer is OutcomeUnknown and the message store
must be asked. Before that, everything is safe to repeat. Blocking, on the faxes lane. Read next:
core/service.py, api/upload.py, message_store.py; the other implementation is api/legacy/fax.py.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.api.transport import read_json
from rcdesk.api.upload import Encoding, MultipartBody, Part, file_part, form_data, mixed
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import OutcomeUnknown, UserError
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.service import FaxContents, FaxFile, FaxTaken, Progress

PATH = f"{reading.EXTENSION}/fax"
Shape = Literal["mixed", "form"]
_ANSWER_TIMEOUT_S = 180.0
_LEFT_FOR_CALLS = 2
"""Requests a minute of the group Heavy that faxes leave for a person who presses Call."""


class RestFax:
    """FaxApi over REST: faxes of the signed-in user.

    encoding and shape: how an upload is written; the service takes all of them.
    """

    can_follow = True
    can_resend = True

    def __init__(self, session: ApiSession, *, encoding: Encoding = "octets", shape: Shape = "mixed") -> None:
        self._session = session
        self._encoding = encoding
        self._shape = shape

    @property
    def owner_id(self) -> str:
        """See FaxApi.owner_id: of whoever is signed in to the session by now."""
        tokens = self._session.tokens
        return "" if tokens is None else tokens.owner_id

    @property
    def sign_in(self) -> object:
        tokens = self._session.tokens
        return None if tokens is None or not tokens.access_token else tokens.access_token

    def wait_s(self) -> float:
        """See FaxApi.wait_s: faxes are in the group Heavy."""
        return self._session.gate.wait_s("Heavy", _LEFT_FOR_CALLS)

    def send(
        self,
        contents: FaxContents,
        files: Sequence[FaxFile],
        token: CancelToken,
        *,
        progress: Progress | None = None,
        on_last_byte: Callable[[], None] | None = None,
    ) -> FaxTaken:
        """See FaxApi.send. Its pages go out later."""
        if not contents.recipients:
            raise UserError("The fax has no recipient.")
        if contents.source_message_id:
            return self._resend(contents, token, on_last_byte)
        documents = [_document(file, self._encoding, self._shape, contents.mark) for file in files]
        if contents.text is not None:
            documents.append(_text_document(contents.text, self._encoding, self._shape, contents.mark))
        bodies: list[MultipartBody] = []

        def make_body() -> MultipartBody:
            bodies.append(_body(self._shape, _fields(contents), documents, token, progress))
            return bodies[-1]

        try:
            return _taken(self._post(token, on_last_byte, make_data=make_body))
        finally:
            for body in bodies:
                body.close()

    def _resend(
        self, contents: FaxContents, token: CancelToken, on_last_byte: Callable[[], None] | None
    ) -> FaxTaken:
        """Without an upload: on_last_byte is called once there is a connection.

        Raises Rejected: MSG-343 while the service cannot resend it (still queued), CMN-102 or 404 when it has
        it no more.
        """
        fields: dict[str, Any] = {
            "originalMessageId": contents.source_message_id,
            "to": _to(contents.recipients),
        }
        if contents.send_time is not None:
            fields["sendTime"] = _send_time(contents.send_time)
        return _taken(self._post(token, on_last_byte, json=fields))

    def _post(
        self, token: CancelToken, on_last_byte: Callable[[], None] | None, **body: Any
    ) -> dict[str, Any]:
        answer = self._session.request(
            "POST",
            PATH,
            group="Heavy",
            keep_free=_LEFT_FOR_CALLS,
            token=token,
            read_timeout_s=_ANSWER_TIMEOUT_S,
            on_last_byte=on_last_byte,
            **body,
        )
        return read_json(answer)


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


def _fields(contents: FaxContents) -> dict[str, Any]:
    """The JSON part; the form has the same names."""
    fields: dict[str, Any] = {
        "to": _to(contents.recipients),
        "faxResolution": contents.resolution.value,
    }
    if contents.cover_index is not None:
        fields["coverIndex"] = contents.cover_index
    if contents.note:
        fields["coverPageText"] = contents.note
    if contents.send_time is not None:
        fields["sendTime"] = _send_time(contents.send_time)
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
    progress: Progress | None,
) -> MultipartBody:
    if shape == "mixed":
        text = json.dumps(fields, ensure_ascii=False)
        return mixed(text, documents, token=token, progress=progress)
    # The items are objects (spec: FaxRequestTo), JSON within a form; a plain number would lose the name.
    pairs = [("to", json.dumps(recipient, ensure_ascii=False)) for recipient in fields["to"]]
    pairs += [(name, str(value)) for name, value in fields.items() if name != "to"]
    return form_data(pairs, documents, token=token, progress=progress)


def _taken(body: Mapping[str, Any]) -> FaxTaken:
    message_id = reading.text(body, "id")
    if not message_id:
        raise OutcomeUnknown("RingCentral took the fax but did not say which message it became.")
    return FaxTaken(message_id=message_id)
