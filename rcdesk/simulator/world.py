"""The simulated world put together: clock, people, sign-in, calls, faxes, call log, presence, rate limits.

No HTTP here: a test can build a `World` with a manual clock and live through a call in microseconds. All
of it belongs to one thread at a time, which in a running simulator is the event loop's.

Read next: `calls`, `inbound`, `faxes`, `oauth`; `server` for the door the network comes in by.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from rcdesk.simulator.accounts import Subscriber, make_subscribers
from rcdesk.simulator.calls.call_log import CallLog, LogParty, LogRecord, call_record, fax_record
from rcdesk.simulator.calls.calls import CallBackend, RingOut
from rcdesk.simulator.calls.inbound import InboundBackend, InboundCall, Outcome
from rcdesk.simulator.calls.recordings import RecordingBackend, StoredRecording
from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.contacts import AddressBooks
from rcdesk.simulator.fax.faxes import FaxBackend
from rcdesk.simulator.limits import RateLimits
from rcdesk.simulator.mail.texts import TextBackend
from rcdesk.simulator.mail.voicemail import StoredVoicemail
from rcdesk.simulator.messages import MessageStore, Party, StoredFile, StoredMessage
from rcdesk.simulator.oauth import SignInBackend
from rcdesk.simulator.presence import PresenceBackend, Queue

LOG_DELAY_S = 2.0
"""Simulated seconds between the end of a call and its record in the call log."""


class World:
    """Everything the simulated service knows."""

    def __init__(self, clock: WorldClock) -> None:
        self.clock = clock
        self.subscribers: tuple[Subscriber, ...] = make_subscribers()
        self._app = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        self.reset()

    def reset(self) -> None:
        """An empty day: same people and secrets, no sessions, calls, faxes or limits reached."""
        clock = self.clock
        clock.clear()
        self.sign_in = SignInBackend(clock, self.subscribers, *self._app)
        self.limits = RateLimits(clock)
        self.log = CallLog()
        self.log_delay_s = LOG_DELAY_S
        self.calls = CallBackend(clock, self._call_ended)
        self.inbound = InboundBackend(clock, self._write_later)
        self.books = AddressBooks()
        self.messages = MessageStore(clock)
        self.faxes = FaxBackend(
            clock,
            self.messages,
            on_finished=self._fax_finished,
            fax_number_of=self.fax_number_of,
            name_of=self.books.name_of,
        )
        self.texts = TextBackend(clock, self.messages, self.books.name_of)
        self.recordings = RecordingBackend(clock)
        self.presence = PresenceBackend()
        self._caller_ids: dict[tuple[int, str], str] = {}

    def caller_id(self, owner: Subscriber, feature: str) -> str:
        """The number shown for a feature (RingOut, FaxNumber), E.164."""
        default = owner.fax_number if feature == "FaxNumber" else owner.main_number
        return self._caller_ids.get((owner.extension_id, feature), default)

    def set_caller_id(self, owner: Subscriber, feature: str, number: str) -> None:
        self._caller_ids[owner.extension_id, feature] = number

    def fax_number_of(self, owner: Subscriber) -> str:
        return self.caller_id(owner, "FaxNumber")

    def inbound_call(
        self,
        owner: Subscriber,
        sender: str,
        *,
        outcome: Outcome = "missed",
        talk_s: float = 0.0,
        rings_s: float = 0.0,
        name: str = "",
        queue: Queue | None = None,
        age_s: float = 0.0,
        record_id: str = "",
    ) -> InboundCall | None:
        """Somebody calls the user, or a queue they are in; None when the queue does not offer it to them.

        sender: E.164, a short extension, or "" when withheld. With rings_s 0 the call is over (it began
        age_s ago) and in the log, under record_id when one is given.
        """
        is_ringing = self.presence.rings(owner, queue)
        if queue is not None and not is_ringing:
            return None
        call = self.inbound.call(
            owner,
            self._party(owner, sender, name),
            outcome=outcome,
            talk_s=talk_s,
            rings_s=rings_s,
            is_disturbable=is_ringing,
            is_queue_call=queue is not None,
            age_s=age_s,
        )
        if call not in self.inbound.active(owner):
            record = call.record()
            self.log.add(replace(record, id=record_id) if record_id else record)
        return call

    def voicemail(
        self,
        owner: Subscriber,
        sender: str,
        sound: StoredFile,
        length_s: int,
        *,
        name: str = "",
        transcript: str = "",
        transcript_status: str = "Completed",
        after_s: float = 0.0,
        is_private: bool = False,
        age_s: float = 0.0,
        record_id: str = "",
    ) -> StoredVoicemail:
        """Somebody calls and leaves a message; after_s it is transcribed, unless there is no transcript."""
        call = self.inbound_call(
            owner, sender, outcome="voicemail", name=name, age_s=age_s, record_id=record_id
        )
        assert call is not None, "a call to nobody's queue is a call"
        message = StoredVoicemail(
            id=self.messages.next_id(),
            owner=owner,
            direction="Inbound",
            sender=Party(number=call.sender.number, name=call.sender.name),
            recipients=[Party(number=call.to_number, name=owner.name)],
            created_at=call.started_at,
            modified_at=call.started_at,
            status="Received",
            sound=sound,
            length_s=length_s,
            is_private=is_private,
            transcript_status="InProgress" if transcript else "NotAvailable",
        )
        self.messages.add(message)
        self.log.change(
            lambda record: record.telephony_session_id == call.id,
            message_id=message.id,
            message_type="VoiceMail",
        )

        def transcribed() -> None:
            message.transcript, message.transcript_status = transcript, transcript_status
            self.messages.touched(message)

        if transcript:
            self.clock.at(after_s, transcribed)
        return message

    def record_call(
        self,
        owner: Subscriber,
        session_id: str,
        *,
        kind: str,
        ready_after_s: float = 0.0,
        is_mp3: bool = False,
        length_s: float | None = None,
    ) -> StoredRecording | None:
        """Put a recording on a call of the log, the latest when session_id is ""; None when there is none."""
        calls = (record for record in self.log.of(owner) if record.type == "Voice")
        call = next((c for c in calls if session_id in ("", c.telephony_session_id, c.id)), None)
        if call is None:
            return None
        recording = self.recordings.add(
            owner,
            kind=kind,
            length_s=call.duration_s if length_s is None else length_s,
            ready_after_s=ready_after_s,
            is_mp3=is_mp3,
        )
        self.log.change(lambda record: record.id == call.id, recording=recording)
        return recording

    def _party(self, owner: Subscriber, number: str, name: str) -> LogParty:
        known = name or self.books.name_of(owner, number)
        is_short = number.isdigit() and len(number) < 7
        return LogParty(number="" if is_short else number, extension=number if is_short else "", name=known)

    def _call_ended(self, call: RingOut) -> None:
        self._write_later(call_record(call))

    def _write_later(self, record: LogRecord) -> None:
        if self.log_delay_s > 0:
            self.clock.at(self.log_delay_s, lambda: self.log.add(record))
        else:
            self.log.add(record)

    def _fax_finished(self, message: StoredMessage, party: Party) -> None:
        self.log.add(fax_record(message, party, self.clock.now()))
