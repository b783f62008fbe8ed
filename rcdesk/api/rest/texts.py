"""Sending a text: JSON for words to one person, one streamed multipart request for files and groups.

Spec: createSMSMessage and createMMS, both Medium (docs/wire.md 1.7). As with a fax there is no idempotency
key: once the last byte has left, a lost answer is OutcomeUnknown and the message store must be asked
(recipient, words, time). Blocking, on a lane's thread. Read next: mailbox.py, core/messages/text_checks.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rcdesk.api.rest import mailbox, reading
from rcdesk.api.rest.fax import clean_name
from rcdesk.api.session import ApiSession
from rcdesk.api.transport import read_json
from rcdesk.api.upload import MultipartBody, file_part, mixed
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import OutcomeUnknown, UserError
from rcdesk.core.messages.text import TextDraft, TextMessage
from rcdesk.core.service import Progress

SMS_PATH = f"{reading.EXTENSION}/sms"
MMS_PATH = f"{reading.EXTENSION}/mms"
_ANSWER_TIMEOUT_S = 120.0


class RestTexts:
    """Texts of the signed-in user."""

    def __init__(self, session: ApiSession) -> None:
        self._session = session

    @property
    def owner_id(self) -> str:
        """Whose texts go out (Account.owner_id), "" when that is not known."""
        tokens = self._session.tokens
        return "" if tokens is None else tokens.owner_id

    @property
    def sign_in(self) -> object:
        """Equal as long as requests are made with the same sign-in; None when nobody is signed in."""
        tokens = self._session.tokens
        return None if tokens is None or not tokens.access_token else tokens.access_token

    def wait_s(self) -> float:
        """Seconds until a text would find a place among the requests; 0 when it could go now."""
        return self._session.gate.wait_s("Medium")

    def send(
        self,
        draft: TextDraft,
        token: CancelToken,
        *,
        progress: Progress | None = None,
        on_last_byte: Callable[[], None] | None = None,
    ) -> TextMessage:
        """Hand it over; returns once the service has taken it, which is not yet sent.

        on_last_byte is called just before the last byte leaves (without files, before the first). Raises
        UserError for files that cannot be read, Cancelled before the last byte has left, NotSent,
        OutcomeUnknown, ApiError (core/messages/causes.py has words for its code).
        """
        if not draft.to:
            raise UserError("The text has no recipient.")
        fields = {
            "from": {"phoneNumber": draft.from_number},
            "to": [{"phoneNumber": number} for number in draft.to],
            "text": draft.text,
        }
        if not draft.files:
            return _taken(self._post(SMS_PATH, token, on_last_byte, json=fields))
        parts = [
            file_part(file.path, name=clean_name(file.name), media_type=file.media_type)
            for file in draft.files
        ]
        bodies: list[MultipartBody] = []

        def make_body() -> MultipartBody:
            text = json.dumps(fields, ensure_ascii=False)
            bodies.append(mixed(text, parts, token=token, progress=progress))
            return bodies[-1]

        try:
            return _taken(self._post(MMS_PATH, token, on_last_byte, make_data=make_body))
        finally:
            for body in bodies:
                body.close()

    def _post(
        self, path: str, token: CancelToken, on_last_byte: Callable[[], None] | None, **body: Any
    ) -> dict[str, Any]:
        answer = self._session.request(
            "POST",
            path,
            group="Medium",
            token=token,
            read_timeout_s=_ANSWER_TIMEOUT_S,
            on_last_byte=on_last_byte,
            **body,
        )
        return read_json(answer)


def _taken(body: dict[str, Any]) -> TextMessage:
    text = mailbox.text_of(body)
    if not text.id:
        raise OutcomeUnknown("RingCentral took the text but did not say which message it became.")
    return text
