"""Voicemails and recordings over HTTP and on real files: synced, fetched once, marked, deleted, saved."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.api.rest import mailbox
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, RateLimited, ServerTrouble, StoreError, UserError
from rcdesk.core.messages.kept import MP3, WAV, KeptQuery, KeptRecording, KeptVoicemail, Mark, OnlyKept
from rcdesk.core.messages.voicemail import TranscriptState, Voicemail
from rcdesk.services.messages.recordings import RecordingService
from rcdesk.services.messages.voicemails import VoicemailService
from rcdesk.store.fax.content import UNFINISHED
from rcdesk.store.messages.recordings import Recordings
from rcdesk.store.messages.sounds import SoundFiles
from rcdesk.store.messages.voicemails import Voicemails
from rcdesk.store.people.people import People
from tests.unit.services.fax_rig import SetClock, signed_in

if TYPE_CHECKING:
    from rcdesk.services.account.connection import Connection
    from rcdesk.simulator import RunningSimulator

CALLER, OTHER = "+16505550143", "+16505550144"
TOKEN = CancelToken()


@dataclass
class Rig:
    """Both services on one archive, signed in."""

    simulator: RunningSimulator
    connection: Connection
    owner: str
    clock: SetClock
    files: SoundFiles
    mail: VoicemailService
    calls: RecordingService
    store: Voicemails

    def sync(self) -> tuple[KeptVoicemail, ...]:
        return self.mail.sync(self.owner, TOKEN)

    def fetch_all(self) -> None:
        while self.mail.fetch_next(self.owner, TOKEN) is not None:
            pass

    def page(self, text: str = "", only: OnlyKept = OnlyKept.ALL) -> list[str]:
        found = self.mail.page(KeptQuery(owner_id=self.owner, text=text, only=only))
        return [one.id for one in found]

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.simulator.advance(seconds)

    def record(self, **order: object) -> KeptRecording:
        self.simulator.inbound_call(CALLER, outcome="answered", talk_s=40)
        self.simulator.record_call(**order)  # type: ignore[arg-type]
        self.calls.sync(self.owner, TOKEN)
        return self.calls.page(KeptQuery(owner_id=self.owner))[0]

    def there(self, one_id: str) -> Voicemail:
        return mailbox.read_voicemail(self.connection.session, one_id, TOKEN)


@pytest.fixture
def rig(simulator: RunningSimulator, tmp_path: Path) -> Iterator[Rig]:
    simulator.set_limits(Light=1000, Medium=1000, Heavy=1000)
    with signed_in(simulator, tmp_path) as desk:
        file = tmp_path / "a.sqlite3"
        store, recordings, people = Voicemails(file), Recordings(file), People(file)
        files = SoundFiles(tmp_path / "sounds")
        yield Rig(
            simulator,
            desk.connection,
            desk.owner,
            desk.clock,
            files,
            VoicemailService(lambda: desk.connection, store, files, people, desk.clock),
            RecordingService(lambda: desk.connection, recordings, files, people, desk.clock),
            store,
        )
        for opened in (store, recordings, people):
            opened.close()


@pytest.mark.parametrize(("sound", "media_type"), [("wav", WAV), ("mp3", MP3)])
def test_sound_and_words_come_once(rig: Rig, sound: str, media_type: str) -> None:
    one_id = str(
        rig.simulator.inbound_voicemail(
            CALLER,
            seconds=7,
            transcript="Please call 650 555 0110 back.",
            after_s=20,
            sound=sound,  # type: ignore[arg-type]
        )
    )
    (new,) = rig.sync()
    assert (new.id, new.length_s, new.is_read, new.is_here) == (one_id, 7, False, False)
    assert new.transcript_state is TranscriptState.IN_PROGRESS and new.transcript is None
    rig.fetch_all()
    here = rig.mail.get(rig.owner, one_id)
    assert here.is_here and here.media_type == media_type
    assert rig.mail.path(here).stat().st_size == here.size_bytes
    rig.pass_time(20)
    rig.sync()
    rig.fetch_all()
    assert rig.mail.get(rig.owner, one_id).transcript == "Please call 650 555 0110 back."
    assert rig.page("please 0110") == [one_id] and rig.page("nobody") == []
    asked = len(rig.simulator.requests)
    rig.fetch_all()
    assert len(rig.simulator.requests) == asked, "nothing is fetched twice"
    assert rig.sync() == ()


def test_a_text_that_says_nothing_is_asked_for_once(rig: Rig) -> None:
    rig.simulator.inbound_voicemail(transcript="  ", after_s=1)
    rig.pass_time(1)
    rig.sync()
    rig.fetch_all()
    (one,) = rig.mail.page(KeptQuery(owner_id=rig.owner))
    assert one.transcript in ("", None) and not one.lacks_words


def test_heard_and_new_are_told_even_after_trouble(rig: Rig) -> None:
    one_id = str(rig.simulator.inbound_voicemail())
    rig.sync()
    assert rig.mail.count_new(rig.owner) == 1
    assert rig.mail.mark_read(rig.owner, [one_id], True)
    assert rig.mail.count_new(rig.owner) == 0 and rig.page(only=OnlyKept.NEW) == []
    rig.simulator.fault("status", path="message-store", method="PUT", status=503, times=9)
    rig.mail.tell_read(rig.owner, TOKEN)
    assert not rig.there(one_id).is_read
    rig.simulator.clear_faults()
    rig.sync()
    assert rig.there(one_id).is_read and rig.mail.get(rig.owner, one_id).is_read
    assert not rig.mail.mark_read(rig.owner, [one_id], True), "no news"
    rig.mail.mark_read(rig.owner, [one_id], False)
    rig.mail.tell_read(rig.owner, TOKEN)
    assert not rig.there(one_id).is_read


def test_what_is_deleted_here_can_come_back_and_then_not(rig: Rig) -> None:
    first, second = (str(rig.simulator.inbound_voicemail(number)) for number in (CALLER, OTHER))
    rig.sync()
    rig.fetch_all()
    path = rig.mail.path(rig.mail.get(rig.owner, first))
    rig.mail.delete(rig.owner, [first])
    assert rig.page() == [second] and rig.page("0143") == []
    rig.mail.bring_back(rig.owner, [first])
    assert rig.page("0143") == [first]
    rig.mail.delete(rig.owner, [first])
    assert rig.mail.purge(timedelta(seconds=15)) == 0 and path.exists()
    rig.clock.advance(15)
    assert rig.mail.purge(timedelta(seconds=15)) == 1
    assert path.exists() is rig.store.is_used(path.stem)
    rig.store.set_sync_token(rig.owner, "", rig.clock.now())
    rig.sync()
    assert rig.page() == [second], "no sync brings it back"
    with pytest.raises(StoreError):
        rig.mail.get(rig.owner, first)


def test_what_ringcentral_deletes_stays_here_with_its_sound(rig: Rig) -> None:
    heard, lost = (str(rig.simulator.inbound_voicemail(number)) for number in (CALLER, OTHER))
    rig.sync()
    assert rig.mail.fetch_next(rig.owner, TOKEN) is not None
    from rcdesk.api.rest import message_store

    message_store.delete_many(rig.connection.session, [heard, lost], TOKEN)
    rig.sync()
    both = rig.mail.page(KeptQuery(owner_id=rig.owner))
    assert [one.is_gone for one in both] == [True, True]
    assert rig.mail.fetch_next(rig.owner, TOKEN) is None
    assert sum(one.is_here for one in both) == 1
    here = next(one for one in both if one.is_here)
    assert rig.mail.path(here).is_file()


def test_a_full_sync_knows_what_is_missing(rig: Rig) -> None:
    one_id = str(rig.simulator.inbound_voicemail())
    rig.sync()
    from rcdesk.api.rest import message_store

    message_store.delete(rig.connection.session, one_id, TOKEN)
    rig.simulator.forget_sync_tokens()
    (gone,) = rig.sync()
    assert gone.id == one_id and gone.is_gone


def test_more_than_one_page_of_a_full_mailbox(rig: Rig) -> None:
    for number in range(260):
        rig.simulator.inbound_voicemail(f"+1650555{number:04}", seconds=1)
    assert len(rig.sync()) == 260
    assert len(rig.mail.page(KeptQuery(owner_id=rig.owner), 1000)) == 260


def test_what_is_no_sound_is_not_kept(rig: Rig) -> None:
    rig.simulator.inbound_voicemail()
    rig.sync()
    rig.simulator.fault("garbage", path="/content/", times=1)
    with pytest.raises(ServerTrouble):
        rig.mail.fetch_next(rig.owner, TOKEN)
    assert [file for file in rig.files.folder.rglob("*") if file.is_file()] == []
    assert rig.mail.fetch_next(rig.owner, TOKEN) is None, "it is tried again later, not at once"
    rig.clock.advance(61)
    here = rig.mail.fetch_next(rig.owner, TOKEN)
    assert here is not None and here.is_here


def test_half_a_file_of_an_ended_run_is_removed(rig: Rig) -> None:
    rig.files.folder.mkdir()
    left = rig.files.folder / f"{UNFINISHED}x"
    left.write_bytes(b"RIFF")
    rig.simulator.inbound_voicemail()
    rig.sync()
    rig.fetch_all()
    assert not left.exists()


def test_an_altered_sound_is_fetched_again(rig: Rig, tmp_path: Path) -> None:
    rig.simulator.inbound_voicemail(seconds=2)
    rig.sync()
    rig.fetch_all()
    (one,) = rig.mail.page(KeptQuery(owner_id=rig.owner))
    rig.mail.path(one).write_bytes(b"RIFF....WAVE")
    with pytest.raises(UserError, match="fetched again"):
        rig.mail.save(one, tmp_path / "x.wav")
    assert not (tmp_path / "x.wav").exists()
    rig.fetch_all()
    rig.mail.save(one, tmp_path / "x.wav")
    with wave.open(str(tmp_path / "x.wav")) as file:
        assert file.getnframes() == 2 * file.getframerate()


def test_a_recording_is_fetched_when_it_is_ready(rig: Rig, tmp_path: Path) -> None:
    found = rig.record(kind="Automatic", ready_after_s=120)
    assert (found.kind.value, found.number, found.length_s, found.is_waiting) == (
        "Automatic",
        CALLER,
        40,
        False,
    )
    waiting = rig.calls.fetch(found, TOKEN)
    assert waiting.is_waiting and not waiting.is_here
    rig.pass_time(120)
    here = rig.calls.fetch(found, TOKEN)
    assert here.is_here and not here.is_waiting
    asked = len(rig.simulator.requests)
    assert rig.calls.fetch(found, TOKEN) == here
    assert len(rig.simulator.requests) == asked
    rig.calls.save(here, tmp_path / "talk.wav")
    assert (tmp_path / "talk.wav").stat().st_size == here.size_bytes
    assert rig.calls.sync(rig.owner, TOKEN) == ()


def test_notes_and_marks_stay_and_are_found(rig: Rig) -> None:
    one = rig.record()
    marks = (Mark(at_s=9.5, text="Direct number"), Mark(at_s=1.0, text="Hello"))
    kept = rig.calls.annotate(one, " Films are ready on Tuesday ", marks)
    assert kept.note == "Films are ready on Tuesday" and [m.at_s for m in kept.marks] == [1.0, 9.5]
    rig.pass_time(3600)
    rig.calls.sync(rig.owner, TOKEN)
    for text in ("tuesday", "direct", "0143"):
        (found,) = rig.calls.page(KeptQuery(owner_id=rig.owner, text=text))
        assert found.note == kept.note and found.marks == kept.marks


def test_recordings_leave_requests_for_calls(rig: Rig) -> None:
    rig.simulator.set_limits(Heavy=10)
    found = [rig.record(seconds=number + 31) for number in range(3)]
    with pytest.raises(RateLimited):
        for one in found * 4:
            rig.calls.fetch(one, TOKEN)
            rig.calls.sync(rig.owner, TOKEN)
    assert rig.connection.session.gate.wait_s("Heavy") == 0


def test_nobody_gets_what_is_another_persons(rig: Rig) -> None:
    rig.simulator.inbound_voicemail()
    with pytest.raises(Cancelled):
        rig.mail.sync("somebody else", TOKEN)
    assert rig.mail.page(KeptQuery(owner_id="somebody else")) == ()
