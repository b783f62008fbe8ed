"""Texts as the desk uses them: listed with today's names, written, taken back, read, deleted, their files.

What is to go out is checked and recorded here, and sent by sending.py; what came in is learnt by
text_sync.py. Files are copied in when they are added, pictures made small enough on the way, so that editing
the original afterwards changes nothing. Blocking: reading on the archive lane, writing on the disk lane.
Read next: sending.py, store/messages/conversations.py.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import UserError
from rcdesk.core.messages.conversation import (
    Conversation,
    ConversationQuery,
    KeptFile,
    KeptText,
    TextCounts,
    WrittenText,
)
from rcdesk.core.messages.parts import MessageParty
from rcdesk.core.messages.text import TextDraft, TextFile
from rcdesk.core.messages.text_checks import (
    MOST_FILE_BYTES,
    MOST_FILES,
    check_draft,
    is_sendable,
    text_recipient,
)
from rcdesk.core.people.people import TimelineItem
from rcdesk.core.regular_file import open_regular
from rcdesk.documents.kinds import ALL_TYPES, kind_of
from rcdesk.store.messages.conversations import Conversations
from rcdesk.store.messages.files import TextFiles
from rcdesk.store.messages.outbox import TextOutbox
from rcdesk.store.people.people import People

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection

USUAL_PICTURE_BYTES = 450_000
"""Carriers make larger ones smaller themselves, and worse."""

SHOWN_EVERYWHERE = ("image/jpeg", "image/png", "image/gif")
_LEAST_PICTURE_BYTES = 40_000
_MOST_PICTURE_PX = 1600
_OPTED_OUT = (
    "They asked for no more texts to this number of yours. They must text START to it first; call, or text "
    "from another of your numbers."
)


class SmallPicture(Protocol):
    """Makes a JPEG no larger than this; the page worker's, so that nothing foreign is decoded here."""

    def __call__(
        self, path: Path, media_type: str, most_px: int, most_bytes: int, token: CancelToken | None = None
    ) -> bytes: ...


class TextService:
    """Texts of whoever is signed in when they are asked for."""

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        conversations: Conversations,
        outbox: TextOutbox,
        files: TextFiles,
        people: People,
        clock: Clock,
        small_picture: SmallPicture,
    ) -> None:
        self._connection = connection
        self._conversations = conversations
        self._outbox = outbox
        self._files = files
        self._people = people
        self._clock = clock
        self._small_picture = small_picture

    # -- reading ------------------------------------------------------------------------------------------

    def page(self, query: ConversationQuery, limit: int = 200) -> tuple[Conversation, ...]:
        """The first conversations of a list, newest first, with today's names."""
        numbers = self._people.numbers_like(query.owner_id, query.text) if query.text.strip() else ()
        return self._named(query.owner_id, self._conversations.page(query, limit, numbers=numbers))

    def counts(self, owner_id: str) -> TextCounts:
        return self._conversations.counts(owner_id)

    def get(self, owner_id: str, conversation_id: int) -> Conversation | None:
        """One conversation as it is now."""
        found = self._conversations.get(conversation_id)
        return self._named(owner_id, (found,))[0] if found is not None else None

    def with_numbers(self, owner_id: str, numbers: Sequence[str]) -> Conversation:
        """The conversation with these people (E.164); it is listed once something is in it."""
        people = [MessageParty(number=number) for number in numbers]
        return self._named(owner_id, (self._conversations.with_people(owner_id, people),))[0]

    def thread(
        self, conversation_id: int, before: int | None = None, limit: int = 100
    ) -> tuple[KeptText, ...]:
        """The last texts, oldest first; before: the id of the first one there is."""
        return self._conversations.thread(conversation_id, before, limit)

    def beside(self, owner_id: str, conversation: Conversation, limit: int = 50) -> tuple[TimelineItem, ...]:
        """Calls and faxes of a person, oldest first; of a group none."""
        if conversation.is_group or not conversation.numbers:
            return ()
        return self._people.timeline(owner_id, conversation.numbers, limit)[::-1]

    def unread(self, owner_id: str) -> tuple[KeptText, ...]:
        """The texts nobody has read, newest first."""
        return self._conversations.unread(owner_id)

    def file_path(self, file: KeptFile) -> Path:
        """Where the copy of a file lies. Raises UserError while there is none."""
        path = self._files.path(file.digest) if file.digest else None
        if path is None or not path.is_file():
            raise UserError(f"{file.name} is not here yet. It is downloaded as soon as possible.")
        return path

    def picture(self, file: KeptFile, most_px: int, token: CancelToken) -> bytes:
        """A picture for the thread, as a JPEG. Raises UserError."""
        return self._small_picture(self.file_path(file), file.media_type, most_px, 4_000_000, token)

    # -- writing ------------------------------------------------------------------------------------------

    def send(
        self,
        owner_id: str,
        to: Sequence[str],
        from_number: str,
        written: WrittenText,
        region: str,
        *,
        undo_s: float = 0.0,
        is_of_composer: bool = False,
    ) -> KeptText:
        """Record a text to these people, as one group when they are several; it goes after undo_s.

        Raises UserError for what cannot be sent; nothing was recorded then.
        """
        numbers = tuple(dict.fromkeys(text_recipient(number, region).e164 for number in to))
        files = [
            TextFile(
                path=self._files.path(file.digest),
                name=file.name,
                media_type=file.media_type,
                size_bytes=file.size_bytes,
            )
            for file in written.files
        ]
        draft = TextDraft(from_number=from_number, to=numbers, text=written.text, files=tuple(files))
        check_draft(draft, region)
        people = [MessageParty(number=number) for number in numbers]
        if from_number in self._conversations.with_people(owner_id, people).opted_out:
            raise UserError(_OPTED_OUT)
        now = self._clock.now()
        return self._outbox.add(
            owner_id,
            numbers,
            from_number,
            written.text.strip(),
            written.files,
            now,
            release_at=now + timedelta(seconds=undo_s) if undo_s > 0 else None,
            is_of_composer=is_of_composer,
            offset_s=self._offset_s(),
        )

    def take_back(self, text_id: int) -> WrittenText:
        """Take a text out again before anything of it has left. Raises UserError when it is too late."""
        text = self._outbox.take_back(text_id)
        if text is None:
            raise UserError("It is too late to take this text back: it is on its way.")
        return WrittenText(text=text.text, files=text.files)

    def release(self, text_ids: Iterable[int]) -> None:
        """Send what is held now."""
        self._outbox.release(text_ids)

    def send_again(
        self, owner_id: str, text_id: int, region: str, *, only: Sequence[str] = (), from_number: str = ""
    ) -> KeptText:
        """Send the same once more, in place of the one that failed; only: to these of a group, besides it.

        Raises UserError when it did not fail, or its files are not here any more.
        """
        text = self._conversations.text(text_id)
        if text is None or not (text.state.needs_you or (only and text.failed)):
            raise UserError("This text did not fail. Look at how it stands now.")
        for file in text.files:
            if not self._files.verify(file.digest, file.size_bytes, CancelToken()):
                raise UserError(f"The copy of {file.name} is not here any more. Add it again.")
        new = self.send(
            owner_id,
            only or [to.number for to in text.to],
            from_number or text.own_number,
            WrittenText(text=text.text, files=text.files),
            region,
        )
        if not only:
            self._conversations.delete([text_id], self._clock.now())
        return new

    def keep_draft(self, conversation_id: int, written: WrittenText) -> None:
        self._conversations.keep_draft(conversation_id, written, self._clock.now())

    def choose_number(self, conversation_id: int, own_number: str) -> None:
        self._conversations.choose_number(conversation_id, own_number)

    def set_read(self, conversation_id: int, is_read: bool) -> bool:
        """Mark here; text_sync.py tells the service. True when it was news."""
        return self._conversations.set_read(conversation_id, is_read)

    def delete(self, text_ids: Sequence[int]) -> tuple[int, ...]:
        """Take texts out of sight; undelete() brings them back until they are purged."""
        return self._conversations.delete(text_ids, self._clock.now())

    def delete_conversation(self, conversation_id: int) -> tuple[int, ...]:
        """The same with a whole conversation and its draft."""
        return self._conversations.delete_conversation(conversation_id, self._clock.now())

    def undelete(self, text_ids: Sequence[int]) -> None:
        self._conversations.undelete(text_ids)

    def tidy(self) -> None:
        """Remove the files that nothing names: at the start, before anything is added."""
        self._files.remove_unused(self._conversations.digests)

    def add_file(self, path: Path, others: Sequence[KeptFile], token: CancelToken) -> KeptFile:
        """Copy a file in for a text that has these others; a picture is made small enough for it.

        Raises UserError with the reason when it cannot go along.
        """
        if len(others) >= MOST_FILES:
            raise UserError(f"A text takes at most {MOST_FILES} files.")
        media_type, size_bytes = _media_type(path)
        left = MOST_FILE_BYTES - sum(file.size_bytes for file in others)
        if media_type.startswith("image/"):
            return self._add_picture(path, media_type, size_bytes, left, token)
        if not is_sendable(media_type):
            ending = path.suffix or "this"
            raise UserError(f"A text cannot carry a {ending} file. Fax it instead.")
        if size_bytes == 0:
            raise UserError(f"{path.name} is empty.")
        if size_bytes > left:
            raise UserError(
                f"{path.name} has {size_bytes / 1e6:.1f} MB; there is room for {max(left, 0) / 1e6:.1f} MB."
            )
        kept = self._files.add(path, token)
        return KeptFile(name=path.name, media_type=media_type, size_bytes=kept.size_bytes, digest=kept.digest)

    def _add_picture(
        self, path: Path, media_type: str, size_bytes: int, left: int, token: CancelToken
    ) -> KeptFile:
        # Half of what is left: there is room for another one, always.
        room = min(USUAL_PICTURE_BYTES, max(left // 2, min(left, _LEAST_PICTURE_BYTES)))
        if media_type in SHOWN_EVERYWHERE and 0 < size_bytes <= room:
            kept = self._files.add(path, token)
            return KeptFile(
                name=path.name, media_type=media_type, size_bytes=kept.size_bytes, digest=kept.digest
            )
        if room < _LEAST_PICTURE_BYTES:
            raise UserError(f"There is no room for {path.name}: a text takes 1.5 MB in all.")
        small = self._small_picture(path, media_type, _MOST_PICTURE_PX, room, token)
        kept = self._files.add_bytes(small, path.name, token)
        return KeptFile(
            name=f"{path.stem}.jpg",
            media_type="image/jpeg",
            size_bytes=kept.size_bytes,
            digest=kept.digest,
            original_bytes=size_bytes if size_bytes > kept.size_bytes else 0,
        )

    def _offset_s(self) -> float:
        """How far the service's clock is ahead: texts stand in the order of its time."""
        connection = self._connection()
        return 0.0 if connection is None else connection.session.service_offset_s

    def _named(self, owner_id: str, found: Sequence[Conversation]) -> tuple[Conversation, ...]:
        numbers = {number for conversation in found for number in conversation.numbers}
        names = self._people.names(owner_id, tuple(numbers)) if numbers else {}
        if not names:
            return tuple(found)
        return tuple(
            replace(
                one,
                people=tuple(replace(p, name=names.get(p.number, p.name)) for p in one.people),
            )
            for one in found
        )


def _media_type(path: Path) -> tuple[str, int]:
    """What a file is by its first bytes, or by its name where they do not say; and its size."""
    try:
        with open_regular(path) as file:
            head = file.read(1024)
            file.seek(0, 2)
            size_bytes = file.tell()
    except OSError as exc:
        raise UserError(f"{path.name} cannot be read ({exc.strerror}). It was not added.") from exc
    ending = path.suffix.lower().lstrip(".")
    kind = kind_of(head, ending)
    found = ALL_TYPES.get(kind or "", "")
    if not found.startswith("image/"):
        found = mimetypes.guess_type(path.name)[0] or found or "application/octet-stream"
        if found.startswith("image/"):
            # It only says that it is a picture.
            raise UserError(f"{path.name} is no picture, or is damaged. Choose another.")
    return found, size_bytes
