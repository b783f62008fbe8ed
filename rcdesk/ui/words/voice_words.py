"""Voicemails and recordings in words: who, what was said, why there is no text, what a badge says.

Pure but for translation. Read next: core/messages/kept.py, ui/voicemail/sound_list.py.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication

from rcdesk.core.messages.kept import KeptRecording, KeptVoicemail
from rcdesk.core.messages.recording import RecordingKind
from rcdesk.core.messages.voicemail import TranscriptState
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.core.spoken_time import duration
from rcdesk.ui.words.call_words import withheld

_tr = partial(QCoreApplication.translate, "VoiceWords")


def who(one: KeptVoicemail | KeptRecording, region: str) -> str:
    """The name, the number when nobody knows one, or that it was withheld."""
    return one.name or number_words(one, region)


def number_words(one: KeptVoicemail | KeptRecording, region: str) -> str:
    """The other party's number as people write it, or that it was withheld."""
    extension = one.extension if isinstance(one, KeptVoicemail) else ""
    if one.number:
        return pretty(one.number, region)
    return _tr("Extension {0}").replace("{0}", extension) if extension else withheld()


def detail_line(one: KeptVoicemail | KeptRecording, region: str) -> str:
    """The second line of a row: number, who called, length."""
    number = number_words(one, region) if one.name else ""
    direction = ""
    if isinstance(one, KeptRecording):
        direction = _tr("they called") if one.is_inbound else _tr("you called")
    length = duration(one.length_s) if one.length_s else ""
    return " · ".join(filter(None, [number, direction, length]))


def said_line(one: KeptVoicemail | KeptRecording) -> str:
    """The third line of a row: what was said, or why there is no text."""
    if isinstance(one, KeptVoicemail):
        return f"“{one.transcript}”" if one.transcript else no_text(one, is_short=True)
    if one.note:
        return _tr("Note: {0}").replace("{0}", one.note)
    if one.is_waiting:
        return _tr("RingCentral is still preparing it")
    if one.kind is RecordingKind.AUTOMATIC:
        return _tr("Recorded by your company’s rule")
    return _tr("Started during the call")


def no_text(one: KeptVoicemail, *, is_short: bool = False) -> str:
    """Why there is nothing to read; "" while nobody need know."""
    match one.transcript_state:
        case TranscriptState.IN_PROGRESS:
            return _tr("Text is being written")
        case TranscriptState.FAILED | TranscriptState.TIMED_OUT:
            return _tr("No text: RingCentral could not make out the words")
        case TranscriptState.COMPLETED | TranscriptState.PARTIAL:
            return _tr("Nothing was said") if one.transcript == "" else _tr("Text is being fetched")
        case TranscriptState.NOT_AVAILABLE | TranscriptState.UNKNOWN:
            return "" if is_short else _tr("Your account has no voicemail text")


def badge_of(one: KeptVoicemail | KeptRecording) -> tuple[str, str]:
    """(word, kind) of the badge, ("", "") for none."""
    if isinstance(one, KeptVoicemail):
        return (_tr("Private"), "plain") if one.is_private else ("", "")
    if one.is_waiting:
        return _tr("Not ready"), "wait"
    if one.kind is RecordingKind.AUTOMATIC:
        return _tr("Automatic"), "plain"
    return _tr("On demand"), "plain"


def file_name(one: KeptVoicemail | KeptRecording, ending: str) -> str:
    """What its file is called when it is saved: "2026-11-28 09.58 Dr Lena Ortiz.mp3"."""
    at = one.at.astimezone()
    name = "".join(c for c in one.name or one.number if c.isalnum() or c in " +-").strip()
    what = _tr("voicemail") if isinstance(one, KeptVoicemail) else _tr("recording")
    return f"{at:%Y-%m-%d %H.%M} {name[:60] or what}.{ending}"
