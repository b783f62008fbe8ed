"""Texts and voicemails in the message store: what is there, what changed (docs/wire.md 1.7).

One sync may follow both. It overlaps by some seconds, so that a message may come twice; a transcript comes as
a change of its voicemail. Marking, deleting, restoring and fetching files are those of any message
(message_store.py). Blocking, on a lane's thread. Read next: texts.py, which sends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from msgspec import Struct

from rcdesk.api.rest import message_store, reading
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken
from rcdesk.core.messages.parts import MessageParty, availability_of
from rcdesk.core.messages.text import TextDraft, TextMessage, TextRecipient, text_state
from rcdesk.core.messages.voicemail import Voicemail, transcript_state


class MailKind(Enum):
    """What to look for (spec: messageType)."""

    TEXT = "SMS"
    VOICEMAIL = "VoiceMail"


BOTH = (MailKind.TEXT, MailKind.VOICEMAIL)


class Mail(Struct, frozen=True, kw_only=True):
    """Some messages. gone: ids of messages of whatever kind that were deleted or purged (sync only).

    sync_token goes into the next sync, "" in a list. is_full: this is what there is, not what changed;
    has_older: older messages were left out of it.
    """

    texts: tuple[TextMessage, ...]
    voicemails: tuple[Voicemail, ...]
    gone: tuple[str, ...] = ()
    sync_token: str = ""
    is_full: bool = False
    has_older: bool = False

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to do."""
        return not (self.texts or self.voicemails or self.gone)


def sync(
    session: ApiSession,
    *,
    sync_token: str | None,
    token: CancelToken,
    kinds: Sequence[MailKind] = BOTH,
    record_count: int = 250,
    date_from: datetime | None = None,
) -> Mail:
    """What changed since sync_token, or without one the newest record_count messages (since date_from).

    Raises reading.FullSyncNeeded when the token is void: sync without one.
    """
    found = message_store.sync_records(
        session,
        {"messageType": [kind.value for kind in kinds]},
        sync_token=sync_token,
        token=token,
        record_count=record_count,
        date_from=date_from,
    )
    mail = _sorted(found.records, kinds)
    return Mail(
        texts=mail.texts,
        voicemails=mail.voicemails,
        gone=mail.gone,
        sync_token=found.sync_token,
        is_full=not sync_token,
        has_older=found.has_older,
    )


def pages(
    session: ApiSession,
    *,
    token: CancelToken,
    kinds: Sequence[MailKind] = BOTH,
    date_from: datetime | None = None,
    date_to: datetime | None = None,
    conversation_id: str = "",
    phone_number: str = "",
    per_page: int = 100,
) -> Iterator[Mail]:
    """The messages there are, newest first, page by page; without date_from those of the last 24 hours.

    conversation_id or phone_number (E.164) leave out the others.
    """
    filters: dict[str, Any] = {"messageType": [kind.value for kind in kinds]}
    if conversation_id:
        filters["conversationId"] = conversation_id
    if phone_number:
        filters["phoneNumber"] = phone_number
    for page in message_store.record_pages(
        session, filters, token=token, date_from=date_from, date_to=date_to, per_page=per_page
    ):
        yield _sorted(page, kinds)


def read_text(session: ApiSession, message_id: str, token: CancelToken) -> TextMessage:
    """One text as it stands. Raises Rejected with status 404 when it is gone."""
    return text_of(message_store.record(session, message_id, token))


def read_voicemail(session: ApiSession, message_id: str, token: CancelToken) -> Voicemail:
    """One voicemail as it stands. Raises Rejected with status 404 when it is gone."""
    return _voicemail(message_store.record(session, message_id, token))


def transcript(session: ApiSession, voicemail: Voicemail, token: CancelToken) -> str:
    """Fetch what RingCentral understood of a voicemail; "" when there are no words."""
    if voicemail.words is None:
        return ""
    content = bytearray()
    message_store.content(session, voicemail.words, content.extend, token)
    return content.decode(errors="replace").strip()


def sent_like(
    session: ApiSession, draft: TextDraft, since: datetime, token: CancelToken
) -> tuple[TextMessage, ...]:
    """Texts in the store that a draft may have become since then (aware, the service's time), oldest first.

    For a send whose answer was lost: none means that it did not go, one that it did.
    """
    filters = {"messageType": MailKind.TEXT.value, "direction": "Outbound", "phoneNumber": draft.to[0]}
    found = [
        text
        for page in message_store.record_pages(session, filters, token=token, date_from=since)
        for text in map(text_of, page)
        if draft.may_be(text)
    ]
    return tuple(reversed(found))


def text_of(body: Mapping[str, Any]) -> TextMessage:
    """Read the record of a text."""
    code = reading.text(body, "deliveryErrorCode")
    state = text_state(reading.text(body, "messageStatus"))
    attachments = message_store.attachments_of(body)
    is_inbound = reading.text(body, "direction") == "Inbound"
    return TextMessage(
        id=reading.text(body, "id"),
        conversation_id=reading.text(reading.child(body, "conversation"), "id")
        or reading.text(body, "conversationId"),
        is_inbound=is_inbound,
        sender=_party(reading.child(body, "from")),
        to=_recipients(body, code, is_inbound),
        text=reading.text(body, "subject"),
        created_at=reading.moment(body, "creationTime"),
        modified_at=reading.moment(body, "lastModifiedTime"),
        state=state,
        error_code=code,
        attachments=tuple(file for file in attachments if file.type != "Text"),
        is_read=reading.text(body, "readStatus") != "Unread",
        availability=availability_of(reading.text(body, "availability")),
    )


def _recipients(body: Mapping[str, Any], code: str, is_inbound: bool) -> tuple[TextRecipient, ...]:
    """Each with a reason of their own (guide: errorCode), or the whole's where it failed for them."""
    whole = reading.text(body, "messageStatus")
    found = reading.children(body, "to")
    recipients = []
    for to in found:
        state = text_state(reading.text(to, "messageStatus") or whole)
        own = reading.text(to, "errorCode")
        recipients.append(
            TextRecipient(
                number=reading.text(to, "phoneNumber"),
                name=reading.text(to, "name"),
                state=state,
                error_code=own or (code if state.is_failed else ""),
                is_me=is_inbound and (to.get("target") is True or len(found) == 1),
            )
        )
    return tuple(recipients)


def _voicemail(body: Mapping[str, Any]) -> Voicemail:
    attachments = message_store.attachments_of(body)
    sound = next((file for file in attachments if file.type == "AudioRecording"), None)
    to = next(iter(reading.children(body, "to")), {})
    return Voicemail(
        id=reading.text(body, "id"),
        caller=_party(reading.child(body, "from")),
        created_at=reading.moment(body, "creationTime"),
        modified_at=reading.moment(body, "lastModifiedTime"),
        length_s=sound.length_s if sound is not None else 0,
        to_number=reading.text(to, "phoneNumber"),
        sound=sound,
        words=next((file for file in attachments if file.type == "AudioTranscription"), None),
        transcript_state=transcript_state(reading.text(body, "vmTranscriptionStatus")),
        is_private=body.get("private") is True,
        is_read=reading.text(body, "readStatus") != "Unread",
        availability=availability_of(reading.text(body, "availability")),
        owner_id=reading.text(reading.child(body, "owner"), "extensionId"),
    )


def _party(node: Mapping[str, Any]) -> MessageParty:
    return MessageParty(
        number=reading.text(node, "phoneNumber"),
        name=reading.text(node, "name"),
        extension=reading.text(node, "extensionNumber"),
    )


def _sorted(records: Sequence[Mapping[str, Any]], kinds: Sequence[MailKind]) -> Mail:
    """Records by what they are. Of one that is gone, a sync says no more than that.

    The spelling of VoiceMail differs from place to place.
    """
    wanted = {kind.value.lower() for kind in kinds}
    texts: list[TextMessage] = []
    voicemails: list[Voicemail] = []
    gone: list[str] = []
    for record in records:
        kind = reading.text(record, "type").lower()
        if availability_of(reading.text(record, "availability")).is_gone:
            gone.append(reading.text(record, "id"))
        elif kind not in wanted:
            continue
        elif kind == MailKind.TEXT.value.lower():
            texts.append(text_of(record))
        else:
            voicemails.append(_voicemail(record))
    return Mail(texts=tuple(texts), voicemails=tuple(voicemails), gone=tuple(gone))
