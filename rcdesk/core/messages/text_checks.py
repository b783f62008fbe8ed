"""What may be sent as a text: the number, the words, the files; and what STOP and START mean.

Checked here before anything leaves, in the service's own limits (docs/wire.md 1.7). Pure; phonenumbers is
imported at first use. Read next: segments.py, core/numbers/phone_number.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum

from rcdesk.core.errors import UserError
from rcdesk.core.messages.segments import MOST_UNITS, utf16_units
from rcdesk.core.messages.text import TextDraft, TextFile
from rcdesk.core.numbers.emergency import is_emergency
from rcdesk.core.numbers.phone_number import PhoneNumber, parse

MOST_FILES = 10
MOST_FILE_BYTES = 1_500_000
"""All files of one text together."""

MOST_RECIPIENTS = 10
"""Of one group."""

_EMERGENCY = "Texts do not reach emergency services from here. Call with a telephone."
_KINDS = ("image/", "video/", "audio/")
_MEDIA_TYPES = frozenset(
    {
        *("text/vcard", "text/x-vcard", "text/directory", "application/zip", "application/x-zip-compressed"),
        *("application/pdf", "application/rtf", "text/rtf", "text/html", "text/plain", "text/csv"),
        *("text/calendar", "application/gzip"),
    }
)


class OptWord(Enum):
    """What a text that is one such word asks for."""

    STOP = "no more texts"
    START = "texts again"


_STOP = frozenset({"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_START = frozenset({"start", "unstop", "yes"})


def opt_word(text: str) -> OptWord | None:
    """STOP or START when the text is nothing else, in any case and with any dots; None for all others."""
    word = " ".join(re.sub(r"[^\w\s]", "", text).casefold().split())
    if word in _STOP:
        return OptWord.STOP
    return OptWord.START if word in _START else None


def has_opted_out(received: Iterable[str]) -> bool:
    """Whether somebody wants no texts, from all they sent to one number, the oldest first."""
    words = [word for text in received if (word := opt_word(text)) is not None]
    # YES answers many a question: after a STOP only it means texts again.
    return bool(words) and words[-1] is OptWord.STOP


def text_recipient(text: str, region: str) -> PhoneNumber:
    """A typed or pasted number to text. Raises UserError with the reason when it cannot be."""
    if is_emergency(text, region):
        raise UserError(_EMERGENCY)
    number = parse(text, region)
    if number.is_short:
        raise UserError("Texts go to whole numbers, not to extensions.")
    if number.extension:
        raise UserError("This number has an extension, which a text cannot reach.")
    return number


def check_draft(draft: TextDraft, region: str) -> None:
    """Raise UserError with what is wrong first; what the service alone can know is not judged."""
    if not draft.from_number:
        raise UserError("Choose the number to text from.")
    if not draft.to:
        raise UserError("Type a number to text.")
    if len(draft.to) > MOST_RECIPIENTS:
        raise UserError(f"A group has at most {MOST_RECIPIENTS} people.")
    for number in draft.to:
        if is_emergency(number, region):
            raise UserError(_EMERGENCY)
    if not draft.text.strip() and not draft.files:
        raise UserError("Write something, or add a picture.")
    units = utf16_units(draft.text)
    if units > MOST_UNITS:
        raise UserError(f"The text is {units - MOST_UNITS} characters too long. {MOST_UNITS} fit.")
    check_files(draft.files)


def check_files(files: Sequence[TextFile]) -> None:
    """Raise UserError when the files are too many, too large, empty or of a kind that is not sent."""
    if len(files) > MOST_FILES:
        raise UserError(f"A text takes at most {MOST_FILES} files.")
    for file in files:
        if not is_sendable(file.media_type):
            raise UserError(f"{file.name} cannot be sent in a text: files of this kind are not taken.")
        if file.size_bytes == 0:
            raise UserError(f"{file.name} is empty.")
    total = sum(file.size_bytes for file in files)
    if total > MOST_FILE_BYTES:
        raise UserError(f"The files have {total / 1e6:.1f} MB together; a text takes 1.5 MB.")


def is_sendable(media_type: str) -> bool:
    """Whether the service takes files of this type along with a text."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain.startswith(_KINDS) or plain in _MEDIA_TYPES
