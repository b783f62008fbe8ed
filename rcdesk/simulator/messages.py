"""The message store: faxes, texts and voicemails, found by filter, read, deleted, purged, and followed by
sync tokens.

Every change gives a message the next revision number, which is all that a sync token remembers, and is told
to who listens. Lives on the simulator's event loop thread. Read next: `fax/faxes`, `mail/texts`,
`mail/voicemail` (how each lives), `routes/messages` (the HTTP side).
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.clock import WorldClock, wire_time
from rcdesk.simulator.refusal import ErrorAnswer, not_found

KEPT = timedelta(days=5)
"""How long a deleted message can be restored, and its trace is seen once it is purged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """One uploaded file, stored on disk; `digest` is its SHA-256 in hex."""

    path: Path
    name: str
    media_type: str
    size_bytes: int
    digest: str = ""


@dataclass(slots=True, kw_only=True)
class Party:
    """A sender or recipient with what became of the message to them. is_target: it is the mailbox's own."""

    number: str
    name: str = ""
    status: str | None = None
    error_code: str | None = None
    is_due: bool = False
    is_target: bool = False

    def json(self, error_field: str = "faxErrorCode") -> dict[str, Any]:
        """MessageStoreCallerInfoResponseTo, or …From when there is no status."""
        result: dict[str, Any] = {}
        if self.number:
            result = {"phoneNumber": self.number, "location": location_of(self.number)}
        if self.name:
            result["name"] = self.name
        if self.is_target:
            result["target"] = True
        if self.status:
            result["messageStatus"] = self.status
        if self.error_code:
            result[error_field] = self.error_code
        return result


@dataclass(slots=True, kw_only=True)
class StoredMail:
    """One message of any kind in somebody's mailbox; each kind adds what only it has."""

    kind: ClassVar[str] = ""
    error_field: ClassVar[str] = "errorCode"

    id: int
    owner: Subscriber
    direction: str
    sender: Party
    recipients: list[Party]
    created_at: datetime
    modified_at: datetime
    status: str
    read_status: str = "Unread"
    availability: str = "Alive"
    revision: int = 0
    gone_since: datetime | None = None

    @property
    def conversation_id(self) -> int:
        """Which texts it belongs to, 0 for none."""
        return 0

    def trace(self) -> dict[str, Any]:
        """What a sync says of one that was deleted."""
        return {"id": self.id, "availability": self.availability}

    def json(self, extension_uri: str) -> dict[str, Any]:
        """GetMessageInfoResponse."""
        uri = f"{extension_uri}/message-store/{self.id}"
        return {
            "uri": uri,
            "id": self.id,
            "to": [party.json(self.error_field) for party in self.recipients],
            "from": self.sender.json(),
            "type": self.kind,
            "creationTime": wire_time(self.created_at),
            "lastModifiedTime": wire_time(self.modified_at),
            "readStatus": self.read_status,
            "priority": "Normal",
            # Files lie at the media host, where the API has a name beside which there is one.
            "attachments": self.attachments(f"{uri.replace('://platform.', '://media.', 1)}/content")
            if self.availability != "Purged"
            else [],
            "direction": self.direction,
            "availability": self.availability,
            "messageStatus": self.status,
        }

    def attachments(self, content_uri: str) -> list[dict[str, Any]]:
        """Its files, each of which lies at `content_uri/id`."""
        raise NotImplementedError

    def file(self, attachment_id: str) -> StoredFile | None:
        """One of them; None when there is no such, or not yet."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """What can be downloaded: bytes, or a file on disk."""

    content: bytes | Path
    media_type: str
    name: str

    @property
    def size_bytes(self) -> int:
        """How much it is."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


@dataclass(slots=True, kw_only=True)
class StoredMessage(StoredMail):
    """One fax; `page_count` is None until rendered, `rendered` the file to download."""

    kind: ClassVar[str] = "Fax"
    error_field: ClassVar[str] = "faxErrorCode"

    resolution: str = "High"
    cover_index: int = 0
    cover_text: str = ""
    documents: tuple[StoredDocument, ...] = ()
    page_count: int | None = None
    render_error: str | None = None
    rendered: Path | None = None
    send_at: datetime | None = None
    original_id: int = 0

    def json(self, extension_uri: str, *, is_new: bool = False) -> dict[str, Any]:
        """is_new: FaxResponse, which is the same but for rarer fields and a name."""
        result = {**StoredMail.json(self, extension_uri), "faxResolution": self.resolution}
        if is_new:
            for item in result["attachments"]:
                item.update(self._file_name("filename"))
                item.pop("fileName", None)
        if self.direction == "Outbound":
            result["coverIndex"] = self.cover_index
            if self.cover_text:
                result["coverPageText"] = self.cover_text
        if self.status == "Queued":
            result["faxPageCount"] = 0
        elif self.page_count is not None:
            result["faxPageCount"] = self.page_count
        return result

    def attachments(self, content_uri: str) -> list[dict[str, Any]]:
        """The rendered pages."""
        pages = {"type": "RenderedDocument", "contentType": self.owner.fax_media_type}
        return [{"id": self.id, "uri": f"{content_uri}/{self.id}", **pages, **self._file_name("fileName")}]

    def file(self, attachment_id: str) -> StoredFile | None:
        """The rendered pages, once there are any."""
        if attachment_id != str(self.id) or self.rendered is None:
            return None
        name = f"fax-{self.id}{self.rendered.suffix}"
        return StoredFile(content=self.rendered, media_type=self.owner.fax_media_type, name=name)

    def _file_name(self, field: str) -> dict[str, str]:
        """What the drawn pages are called: as the first file that came (MessageAttachmentInfo.fileName)."""
        return {field: self.documents[0].name} if self.documents else {}


def _first_id() -> int:
    """Far from those of any earlier run: what a client has noted of one names nothing in the next."""
    return time.time_ns() // 1_000_000 * 1_000 + secrets.randbelow(1_000)


def location_of(number: str) -> str:
    """A place for a number, roughly."""
    places = {
        "+1650": "Redwood City, CA",
        "+1415": "San Francisco, CA",
        "+1510": "Oakland, CA",
        "+442": "London",
    }
    return next((place for prefix, place in places.items() if number.startswith(prefix)), "Somewhere")


@dataclass(frozen=True, slots=True)
class _SyncToken:
    extension_id: int
    revision: int
    at: datetime
    kinds: frozenset[str]
    directions: frozenset[str]


class MessageStore:
    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self.on_change: list[Callable[[StoredMail, bool], None]] = []
        """Told of every change, and whether the message is a new one."""
        self._messages: dict[int, StoredMail] = {}
        self._ids = itertools.count(_first_id())
        self._revision = 0
        self._tokens: dict[str, _SyncToken] = {}
        self.overlap_s = 0.0
        """An ISync repeats what changed so long before its token: 5 s at RingCentral, 0 unless set."""

    def next_id(self) -> int:
        """A message id never used before."""
        return next(self._ids)

    def add(self, message: StoredMail) -> None:
        self._messages[message.id] = message
        self._note(message, is_new=True)

    def redate(self, message: StoredMail, message_id: int, created_at: datetime) -> None:
        """Give a message another id and an earlier time, as if it had always been so."""
        del self._messages[message.id]
        message.id, message.created_at = message_id, created_at
        self._messages[message_id] = message

    def touched(self, message: StoredMail) -> None:
        """Note a change: new modification time, next revision."""
        self._note(message, is_new=False)

    def _note(self, message: StoredMail, *, is_new: bool) -> None:
        self._revision += 1
        message.revision = self._revision
        message.modified_at = self._clock.now()
        for tell in self.on_change:
            tell(message, is_new)

    def get(self, owner: Subscriber, message_id: str) -> StoredMail:
        """The user's message, deleted and lately purged ones included; CMN-102 for any other."""
        for message in self._known(owner):
            if str(message.id) == message_id:
                return message
        raise not_found("messageId", message_id)

    def find(self, owner: Subscriber, wanted: Callable[[StoredMail], bool]) -> list[StoredMail]:
        """The user's messages that pass, newest first."""
        mine = [m for m in self._known(owner) if wanted(m)]
        return sorted(mine, key=lambda m: (m.created_at, m.id), reverse=True)

    def all(self) -> list[StoredMail]:
        return list(self._messages.values())

    def faxes(self) -> list[StoredMessage]:
        """Every fax, oldest first."""
        return [m for m in self._messages.values() if isinstance(m, StoredMessage)]

    def fax(self, owner: Subscriber, message_id: str) -> StoredMessage:
        """The user's fax; CMN-102 for another, or for a message of another kind."""
        message = self.get(owner, message_id)
        if not isinstance(message, StoredMessage):
            raise not_found("messageId", message_id)
        return message

    def delete(self, message: StoredMail, *, is_purge: bool) -> None:
        """Mark as deleted; a second time, or at once with `is_purge`, for good, which leaves a trace."""
        if message.availability == "Purged":
            raise not_found("messageId", message.id)
        self._put_away(message, is_purge or message.availability == "Deleted", self._clock.now())

    def restore(self, message: StoredMail) -> None:
        """Bring back a deleted one; CMN-102 for one that is purged."""
        if message.availability == "Purged":
            raise not_found("messageId", message.id)
        message.availability, message.gone_since = "Alive", None
        self.touched(message)

    def _put_away(self, message: StoredMail, is_for_good: bool, at: datetime) -> None:
        message.availability = "Purged" if is_for_good else "Deleted"
        message.gone_since = at
        self.touched(message)

    def _known(self, owner: Subscriber) -> Iterator[StoredMail]:
        """What there still is of the user's: deleted ones are purged after days, and then forgotten."""
        for message in list(self._messages.values()):
            if message.owner is not owner:
                continue
            if message.availability == "Deleted" and (since := self._over(message)):
                self._put_away(message, True, since)
            if message.availability != "Purged" or not self._over(message):
                yield message

    def _over(self, message: StoredMail) -> datetime | None:
        """When its days in this state were over, None while they are not."""
        until = message.gone_since + KEPT if message.gone_since is not None else None
        return until if until is not None and until <= self._clock.now() else None

    def new_token(self, owner: Subscriber, kinds: set[str], directions: set[str]) -> str:
        """A sync token for everything up to now; it remembers which messages were wanted, all when empty."""
        token = secrets.token_urlsafe(18)
        self._tokens[token] = _SyncToken(
            owner.extension_id, self._revision, self._clock.now(), frozenset(kinds), frozenset(directions)
        )
        return token

    def changed_since(
        self, owner: Subscriber, token: str
    ) -> tuple[Callable[[StoredMail], bool], frozenset[str], frozenset[str]]:
        """What a sync token stands for: whether a message changed since, and the kinds and directions that
        were wanted. MSG-333 when it says nothing to us."""
        known = self._tokens.get(token)
        if known is None or known.extension_id != owner.extension_id:
            raise ErrorAnswer(400, "MSG-333", "Full synchronization is required", parameter="syncToken")
        again_from = known.at - timedelta(seconds=self.overlap_s)

        def has_changed(message: StoredMail) -> bool:
            is_repeated = self.overlap_s > 0 and message.modified_at >= again_from
            return message.revision > known.revision or is_repeated

        return has_changed, known.kinds, known.directions

    def forget_tokens(self) -> None:
        """Know no sync token any more, as the service does after a while: every ISync is MSG-333."""
        self._tokens.clear()
