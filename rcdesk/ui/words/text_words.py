"""What a text says about itself: its state with the cause and the steps, one line of a list, its files.

Whole sentences, for the eye and for screen readers. GUI thread. Read next: core/messages/causes.py,
ui/messages/bubble.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import partial

from msgspec import Struct
from PySide6.QtCore import QCoreApplication

from rcdesk.core import spoken_time
from rcdesk.core.messages.causes import TextCause, TextStep, text_cause
from rcdesk.core.messages.conversation import Conversation, KeptFile, KeptText
from rcdesk.core.messages.parts import MessageParty
from rcdesk.core.messages.segments import MOST_UNITS, Alphabet, count_segments, utf16_units
from rcdesk.core.messages.text import TextState
from rcdesk.core.numbers.phone_number import pretty

_tr = partial(QCoreApplication.translate, "TextWords")


class Act(Enum):
    """What the buttons below a text do."""

    TAKE_BACK = "take back"
    AGAIN = "again"
    AGAIN_TO = "again to"
    CALL = "call"
    FAX = "fax"
    EDIT = "edit"
    COPY = "copy"
    DELETE = "delete"


class StateLine(Struct, frozen=True, kw_only=True):
    """One line below a text: icon, colour token of both, words (bold ones first) and buttons.

    acts: what a button does, its words and, for AGAIN_TO, whose number.
    """

    icon: str = ""
    token: str = "ink2"
    bold: str = ""
    words: str = ""
    tip: str = ""
    acts: tuple[tuple[Act, str, str], ...] = ()


def act_words(act: Act) -> str:
    """What its button says."""
    return {
        Act.TAKE_BACK: _tr("Take back"),
        Act.AGAIN: _tr("Send again"),
        Act.AGAIN_TO: _tr("Send again"),
        Act.CALL: _tr("Call"),
        Act.FAX: _tr("Fax it instead"),
        Act.EDIT: _tr("Edit"),
        Act.COPY: _tr("Copy for your administrator"),
        Act.DELETE: _tr("Delete"),
    }[act]


_FIRST = {
    TextStep.RETRY: (Act.AGAIN,),
    TextStep.EDIT: (Act.EDIT,),
    TextStep.SHRINK: (Act.EDIT,),
    TextStep.CALL: (Act.CALL,),
    TextStep.FAX: (Act.CALL, Act.FAX),
    TextStep.OTHER_NUMBER: (Act.EDIT,),
    TextStep.ADMIN: (Act.COPY,),
    TextStep.NONE: (),
}


def cause_of(text: KeptText) -> TextCause | None:
    """Why it did not go, None when no code says it."""
    return text_cause(text.error_code) if text.error_code else None


def why(text: KeptText) -> str:
    """Why it did not go and what to do, as one line."""
    cause = cause_of(text)
    if cause is not None:
        return cause.words
    return text.detail or text_cause("").words


def lines(text: KeptText, names: Mapping[str, str]) -> tuple[StateLine, ...]:
    """What stands below a text; names by number, for a group."""
    at = spoken_time.clock(text.at)
    if text.is_inbound:
        return (StateLine(words=at),)
    if len(text.to) > 1 and text.message_id and not text.state.is_open and text.failed:
        return _group_lines(text, at, names)
    return (_line(text, at),)


def _line(text: KeptText, at: str) -> StateLine:
    match text.state:
        case TextState.HELD:
            return StateLine(icon="clock", words=_tr("Sending…"), acts=_acts(Act.TAKE_BACK))
        case TextState.WAITING:
            return StateLine(
                icon="hourglass",
                token="wait_ink",
                words=text.detail.rstrip(".") or _tr("Waiting for its turn"),
                acts=_acts(Act.TAKE_BACK),
            )
        case TextState.SENDING:
            return StateLine(icon="clock", words=_tr("Sending…"))
        case TextState.SENT:
            words = _tr("{0} · Sent, no word from their phone yet").replace("{0}", at)
            return StateLine(icon="check", words=words)
        case TextState.DELIVERED:
            tip = _tr("Their carrier says it reached the phone.")
            return StateLine(icon="check", words=_tr("{0} · Delivered").replace("{0}", at), tip=tip)
        case TextState.CHECKING:
            return StateLine(icon="question", token="wait_ink", words=_tr("May have been sent: checking"))
        case TextState.UNSURE:
            words = _tr("RingCentral does not have it, and its answer was lost. Ask them, or send it again.")
            acts = _acts(Act.AGAIN, Act.DELETE)
            bold = _tr("It may have been sent.")
            return StateLine(icon="question", token="wait_ink", bold=bold, words=words, acts=acts)
        case TextState.NOT_SENT | TextState.NOT_DELIVERED:
            return _failed_line(text)
        case _:
            return StateLine(words=at)


def _failed_line(text: KeptText) -> StateLine:
    cause = cause_of(text)
    is_certain = cause is None or cause.is_certain
    bold = _tr("Not sent.") if text.state is TextState.NOT_SENT else _tr("Not delivered.")
    first = _FIRST[cause.step] if cause is not None else (Act.AGAIN, Act.EDIT)
    if text.to and len(text.to) > 1:
        first = tuple(act for act in first if act not in (Act.CALL, Act.FAX))
    if not text.can_repeat:
        first = tuple(act for act in first if act not in (Act.AGAIN, Act.EDIT))
    return StateLine(
        icon="failed",
        token="bad_ink",
        bold=bold if is_certain else _tr("It may not have arrived."),
        words=why(text),
        acts=_acts(*dict.fromkeys((*first, *((Act.EDIT,) if text.can_repeat else ()), Act.DELETE))),
    )


def _group_lines(text: KeptText, at: str, names: Mapping[str, str]) -> tuple[StateLine, ...]:
    """How many it reached, and each whom it did not reach."""
    good = len(text.to) - len(text.failed)
    is_delivered = any(to.state is TextState.DELIVERED for to in text.to)
    words = _tr("Delivered to {0} of {1}") if is_delivered else _tr("Sent to {0} of {1}")
    found = [StateLine(icon="check", words=f"{at} · {words.format(good, len(text.to))}")] if good else []
    for to in text.failed:
        name = names.get(to.number) or pretty(to.number, "US")
        cause = text_cause(to.error_code)
        again = _tr("Send to {0} again").replace("{0}", name.split()[0] if to.number in names else name)
        found.append(
            StateLine(
                icon="failed",
                token="bad_ink",
                bold=_tr("Not to {0}:").replace("{0}", name),
                words=cause.happened,
                tip=cause.advice,
                acts=((Act.AGAIN_TO, again, to.number),) if text.can_repeat else (),
            )
        )
    return tuple(found)


def _acts(*acts: Act) -> tuple[tuple[Act, str, str], ...]:
    return tuple((act, act_words(act), "") for act in acts)


def spoken(text: KeptText, who: str, names: Mapping[str, str]) -> str:
    """A whole sentence for screen readers: who, when, how it stands, what it says."""
    state = "; ".join(" ".join(filter(None, (line.bold, line.words))) for line in lines(text, names))
    what = ", ".join(filter(None, (text.text, *(file_words(file) for file in text.files))))
    return f"{who}, {state}: {what}"


def file_words(file: KeptFile) -> str:
    """A file in one word: a picture, or its name."""
    return _tr("A picture") if file.is_picture else file.name


def size_words(size_bytes: int) -> str:
    """310 KB, 1.2 MB."""
    if size_bytes < 1_000_000:
        return f"{max(1, size_bytes // 1000)} KB"
    return f"{size_bytes / 1e6:.1f} MB"


def made_smaller(file: KeptFile) -> str:
    """The size of a file, and that it was larger."""
    if not file.original_bytes:
        return size_words(file.size_bytes)
    words = _tr("{0}, made smaller from {1}")
    return words.format(size_words(file.size_bytes), size_words(file.original_bytes))


def name_of(party: MessageParty, region: str) -> str:
    """Who somebody is: the name, else the number as people write it."""
    if party.name:
        return party.name
    return pretty(party.number, region) if party.number else _tr("Number withheld")


def title(conversation: Conversation, region: str) -> str:
    """The people of a conversation: a name, or the first names of a group."""
    if not conversation.is_group:
        return name_of(conversation.people[0], region) if conversation.people else _tr("Nobody")
    return ", ".join(name_of(party, region) for party in conversation.people)


def preview(conversation: Conversation, region: str) -> tuple[str, str, str]:
    """The second line of a row: (icon name, words, colour token)."""
    if not conversation.draft.is_empty and not conversation.unread:
        first = conversation.draft.text or file_words(conversation.draft.files[0])
        return "draft", _tr("Draft: {0}").replace("{0}", one_line(first)), "ink2"
    text = conversation.newest
    if text is None:
        return "", "", "ink2"
    words = one_line(text.text) or ", ".join(file_words(file) for file in text.files)
    if text.is_inbound:
        sign = "picture" if text.files and not text.text else ""
        if conversation.is_group:
            name = next((p.name for p in conversation.people if p.number == text.sender.number), "")
            words = f"{(name or pretty(text.sender.number, region)).split()[0]}: {words}"
        return sign, words, "ink" if conversation.unread else "ink2"
    if text.state.is_failed:
        cause = cause_of(text)
        reason = cause.happened if cause is not None else text.detail
        return "failed", _tr("Not sent: {0}").replace("{0}", _lower(reason).rstrip(".")), "bad_ink"
    if text.state is TextState.UNSURE:
        return "question", _tr("It may have been sent: {0}").replace("{0}", words), "wait_ink"
    words = _tr("You: {0}").replace("{0}", words)
    return "clock" if text.state.is_open else "picture" if text.files and not text.text else "", words, "ink2"


def row_sentence(conversation: Conversation, region: str, now: datetime) -> str:
    """All of a row, for screen readers."""
    unread = _tr("{0} unread").format(conversation.unread) if conversation.unread else ""
    at = spoken_time.moment(conversation.newest.at, now) if conversation.newest is not None else ""
    parts = (title(conversation, region), unread, preview(conversation, region)[1], at)
    return ", ".join(filter(None, parts))


def today() -> str:
    return _tr("Today")


def yesterday() -> str:
    return _tr("Yesterday")


def one_line(text: str) -> str:
    """A text with its lines behind each other."""
    return " ".join(text.split())


def counter(text: str, *, is_picture_message: bool) -> tuple[str, bool]:
    """What the counter says, and whether the text is too long to be sent; "" for an empty text."""
    over = utf16_units(text) - MOST_UNITS
    if over > 0:
        return _tr("{0} too long").format(over), True
    if is_picture_message:
        return _tr("Picture message"), False
    count = count_segments(text)
    if count.segments == 0:
        return "", False
    if count.segments == 1:
        most = count.alphabet.whole
        special = "" if count.alphabet is Alphabet.GSM7 else _tr(" with these letters")
        return _tr("{0} / {1} · 1 text").format(count.units, most) + special, False
    return _tr("{0} · {1} texts").format(count.units, count.segments), False


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
