"""Texts as this desk keeps them: conversations with a person or a group, their texts, files and drafts.

A conversation is known by the numbers of its people, whichever of the user's numbers was used. A text that
goes out from here is kept from the moment it was written, long before the service gives it an id. Pure;
frozen values cross threads. Read next: text.py (states), store/messages/conversations.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from msgspec import Struct

from rcdesk.core.messages.parts import MessageParty
from rcdesk.core.messages.text import TextRecipient, TextState


class KeptFile(Struct, frozen=True, kw_only=True):
    """A file of a text. digest: of the copy kept here, "" while there is none.

    uri and attachment_id say where the service has it, "" for what goes out. original_bytes: how large it was
    before it was made smaller, 0 when it was not.
    """

    name: str
    media_type: str
    size_bytes: int = 0
    digest: str = ""
    uri: str = ""
    attachment_id: str = ""
    original_bytes: int = 0

    @property
    def is_picture(self) -> bool:
        """True for what can be shown in the thread."""
        return self.media_type.startswith("image/")


class KeptText(Struct, frozen=True, kw_only=True):
    """One text of a conversation. id orders texts in time; message_id is the service's, "" before it has one.

    own_number: which of the user's numbers it went from or came to. detail: one sentence about a text that
    did not go, when no code says it. retry_at: when a waiting one is tried again by itself, None for now.
    """

    id: int
    conversation_id: int
    is_inbound: bool
    sender: MessageParty
    own_number: str
    to: tuple[TextRecipient, ...]
    text: str
    at: datetime
    state: TextState
    message_id: str = ""
    error_code: str = ""
    detail: str = ""
    is_read: bool = True
    files: tuple[KeptFile, ...] = ()
    retry_at: datetime | None = None
    can_repeat: bool = False
    """True for what was written here: its words and files are all here to be sent again."""

    @property
    def failed(self) -> tuple[TextRecipient, ...]:
        """Those whom it did not reach."""
        return tuple(to for to in self.to if to.state.is_failed)


class WrittenText(Struct, frozen=True, kw_only=True):
    """What is in the composer of a conversation and not sent."""

    text: str = ""
    files: tuple[KeptFile, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.files


class Conversation(Struct, frozen=True, kw_only=True):
    """A person or a group, and how the list shows them.

    newest is the last text (of a search: the last that fits), None when only a draft is there. own_number:
    the number texts go out from here, "" for the usual one. opted_out: the user's numbers that these people
    want no more texts from.
    """

    id: int
    people: tuple[MessageParty, ...] = ()
    newest: KeptText | None = None
    unread: int = 0
    not_sent: int = 0
    draft: WrittenText = WrittenText()
    own_number: str = ""
    opted_out: tuple[str, ...] = ()

    @property
    def is_group(self) -> bool:
        return len(self.people) > 1

    @property
    def numbers(self) -> tuple[str, ...]:
        """Of everybody but the user; without those who withheld theirs."""
        return tuple(party.number for party in self.people if party.number)


class OnlyTexts(Enum):
    """A filter of the list."""

    ALL = "all"
    UNREAD = "unread"
    NOT_SENT = "not sent"


class ConversationQuery(Struct, frozen=True, kw_only=True):
    """What the list shows: of this owner, of this filter, with all these words begun."""

    owner_id: str
    only: OnlyTexts = OnlyTexts.ALL
    text: str = ""


class TextCounts(Struct, frozen=True, kw_only=True):
    """How many texts are unread, and how many conversations have one, or one that was not sent."""

    unread: int = 0
    unread_conversations: int = 0
    not_sent: int = 0


class TextNews(Struct, frozen=True, kw_only=True):
    """What was learnt: conversations that changed, and the texts that came in and nobody has read."""

    conversation_ids: tuple[int, ...] = ()
    came_in: tuple[KeptText, ...] = ()


def people_key(numbers: Iterable[str]) -> str:
    """What a conversation is known by: the numbers of its people in any order, each once."""
    return " ".join(sorted(set(numbers)))
