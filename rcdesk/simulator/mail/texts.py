"""How a text lives: refused at once, or queued, sent, and delivered or given back, for each recipient.

The TextBackend checks what the service checks (MSG- and CMN- codes), knows who wants no texts from which
number, and lets everything happen by the world's clock as the magic numbers say. Lives on the simulator's
event loop thread. Read next: `mail/text_upload` (how files come), `routes/texts` (the HTTP side), `magic`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from rcdesk.simulator.accounts import AccountLine, Subscriber
from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.magic import TextPlan, text_plan
from rcdesk.simulator.messages import MessageStore, Party, StoredFile, StoredMail
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter

MAX_UNITS = 1000
MAX_FILES = 10
OPTED_OUT = "SMS-RC-413"
NOT_REGISTERED = "SMS-UP-414"
_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
_START = frozenset({"START", "UNSTOP", "YES"})


@dataclass(slots=True, kw_only=True)
class StoredText(StoredMail):
    """One SMS or MMS."""

    kind: ClassVar[str] = "SMS"

    text: str
    conversation: int
    files: tuple[StoredFile, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()
    attempts: int = 0

    @property
    def conversation_id(self) -> int:
        """The thread it belongs to."""
        return self.conversation

    def json(self, extension_uri: str) -> dict[str, Any]:
        """GetMessageInfoResponse with what only texts have."""
        base = extension_uri.partition("/account/")[0]
        result = {
            **StoredMail.json(self, extension_uri),
            "subject": self.text,
            "conversationId": self.conversation,
            "conversation": {
                "id": str(self.conversation),
                "uri": f"{base}/conversations/{self.conversation}",
            },
        }
        if self.direction == "Outbound":
            result["smsSendingAttemptsCount"] = self.attempts
        failed = [party.error_code for party in self.recipients if party.error_code]
        if failed:
            result["deliveryErrorCode"] = failed[0]
        return result

    def attachments(self, content_uri: str) -> list[dict[str, Any]]:
        """The words, then the files."""
        words = {"id": self.id, "uri": f"{content_uri}/{self.id}", "type": "Text"}
        found: list[dict[str, Any]] = [{**words, "contentType": "text/plain"}] if self.text else []
        for number, (file, (width, height)) in enumerate(zip(self.files, self.sizes, strict=True)):
            found.append(
                {
                    "id": self.id * 100 + number,
                    "uri": f"{content_uri}/{self.id * 100 + number}",
                    "type": "MmsAttachment",
                    "contentType": file.media_type,
                    "fileName": file.name,
                    "size": file.size_bytes,
                    **({"width": width, "height": height} if width else {}),
                }
            )
        return found

    def file(self, attachment_id: str) -> StoredFile | None:
        """The words or a file."""
        known = {str(self.id * 100 + number): file for number, file in enumerate(self.files)}
        words = StoredFile(content=self.text.encode(), media_type="text/plain", name="text.txt")
        return {str(self.id): words, **known}.get(attachment_id)

    def conclude(self) -> None:
        """The state of the whole from those of its recipients."""
        outcomes = {party.status for party in self.recipients}
        order = ("Queued", "SendingFailed", "DeliveryFailed", "Sent", "Delivered")
        self.status = next(word for word in order if word in outcomes)


class TextBackend:
    """Takes texts in and sees them through."""

    def __init__(
        self, clock: WorldClock, store: MessageStore, name_of: Callable[[Subscriber, str], str]
    ) -> None:
        self._clock = clock
        self._store = store
        self._name_of = name_of
        self._opted_out: set[tuple[str, str]] = set()
        self.is_registered = True

    def accept(
        self, owner: Subscriber, envelope: dict[str, Any], files: Sequence[StoredFile] = ()
    ) -> StoredText:
        """A new text from a checked request. Raises ErrorAnswer."""
        line = self._line(owner, envelope.get("from"), has_files=bool(files))
        recipients = self._recipients(owner, envelope.get("to"), line)
        text = envelope.get("text") or ""
        if not isinstance(text, str) or len(text.encode("utf-16-le", "surrogatepass")) // 2 > MAX_UNITS:
            raise bad_parameter("text", "too long")
        if not text.strip() and not files:
            raise bad_parameter("text", text)
        if len(files) > MAX_FILES:
            raise bad_parameter("attachments", f"{len(files)} files")
        for party in recipients:
            plan = text_plan(party.number)
            if plan.refusal is not None:
                status, code, words = plan.refusal
                headers = {"Retry-After": "5"} if status == 429 else {}
                raise ErrorAnswer(status, code, words, parameter="to", headers=headers)
        message = self._keep(
            owner, "Outbound", Party(number=line.number, name=owner.name), recipients, text, files, "Queued"
        )
        for party in recipients:
            self._queue(message, party, text_plan(party.number))
        return message

    def receive(
        self,
        owner: Subscriber,
        *,
        sender: str,
        to_number: str,
        text: str,
        files: Sequence[StoredFile] = (),
        others: Sequence[str] = (),
    ) -> StoredText:
        """A text that comes in, to a group when there are others; STOP and START are obeyed."""
        word = text.strip().upper()
        if word in _STOP:
            self._opted_out.add((to_number, sender))
        elif word in _START:
            self._opted_out.discard((to_number, sender))
        recipients = [Party(number=to_number, name=owner.name, is_target=True)]
        recipients += [Party(number=number, name=self._name_of(owner, number)) for number in others]
        name = self._name_of(owner, sender)
        return self._keep(
            owner, "Inbound", Party(number=sender, name=name), recipients, text, files, "Received"
        )

    def _keep(
        self,
        owner: Subscriber,
        direction: str,
        sender: Party,
        recipients: list[Party],
        text: str,
        files: Sequence[StoredFile],
        status: str,
    ) -> StoredText:
        own = {line.number for line in owner.lines}
        numbers = [sender.number, *(party.number for party in recipients)]
        mine = next((number for number in numbers if number in own), "")
        now = self._clock.now()
        message = StoredText(
            id=self._store.next_id(),
            owner=owner,
            direction=direction,
            sender=sender,
            recipients=recipients,
            created_at=now,
            modified_at=now,
            status=status,
            read_status="Unread" if direction == "Inbound" else "Read",
            text=text,
            conversation=_thread(owner, mine, frozenset(numbers) - {mine}),
            files=tuple(files),
            sizes=tuple(_size_of(file) for file in files),
        )
        self._store.add(message)
        return message

    def _queue(self, message: StoredText, party: Party, plan: TextPlan) -> None:
        error = plan.error_code
        if not self.is_registered:
            error = NOT_REGISTERED
        elif (message.sender.number, party.number) in self._opted_out:
            error = OPTED_OUT
        if plan.queued_s is not None:
            self._clock.at(plan.queued_s, partial(self._leave, message, party, plan, error))

    def _leave(self, message: StoredText, party: Party, plan: TextPlan, error: str | None) -> None:
        """Out to the carrier, or refused on the way there."""
        message.attempts = 1
        if error is not None and not error.startswith("SMS-CAR-"):
            self._settle(message, party, "SendingFailed", error)
            return
        self._settle(message, party, "Sent", None)
        if error is not None:
            self._clock.at(
                plan.report_s or 0.0, partial(self._settle, message, party, "DeliveryFailed", error)
            )
        elif plan.report_s is not None:
            self._clock.at(plan.report_s, partial(self._settle, message, party, "Delivered", None))
        if plan.reply and len(message.recipients) == 1:
            answer = partial(
                self.receive,
                message.owner,
                sender=party.number,
                to_number=message.sender.number,
                text=plan.reply,
            )
            self._clock.at((plan.report_s or 0.0) + 2.0, answer)

    def _settle(self, message: StoredText, party: Party, status: str, error: str | None) -> None:
        party.status, party.error_code = status, error
        message.conclude()
        self._store.touched(message)

    @staticmethod
    def _line(owner: Subscriber, value: object, *, has_files: bool) -> AccountLine:
        """The number it goes out from: MSG-246, -304, -241 or -242 when it may not."""
        entry = _entry(value, "from")
        number = owner.e164(entry["phoneNumber"], "from")
        line = next((line for line in owner.lines if line.number == number), None)
        if line is None:
            raise ErrorAnswer(
                403, "MSG-304", "Phone number doesn't belong to extension", parameter="from", value=number
            )
        if "SmsSender" not in line.features:
            raise ErrorAnswer(400, "MSG-241", "Phone number may not be used for texts", parameter="from")
        if has_files and "MmsSender" not in line.features:
            raise ErrorAnswer(400, "MSG-242", "Phone number may not be used for MMS", parameter="from")
        return line

    @staticmethod
    def _recipients(owner: Subscriber, value: object, line: AccountLine) -> list[Party]:
        items = value if isinstance(value, list) else [value]
        numbers = [owner.e164(_entry(item, "to")["phoneNumber"], "to") for item in items]
        if not numbers or len(numbers) > 50:
            raise bad_parameter("to", len(numbers))
        if line.number.startswith("+1") and "InternationalSmsSender" not in line.features:
            for number in numbers:
                if not re.fullmatch(r"\+1[2-9]\d{9}", number):
                    raise ErrorAnswer(400, "MSG-240", "Phone number is not of the US", parameter="to")
        return [Party(number=number, status="Queued") for number in dict.fromkeys(numbers)]


def _thread(owner: Subscriber, mine: str, others: frozenset[str]) -> int:
    """The same number for the same people, at every start."""
    who = f"{owner.extension_id} {mine} {' '.join(sorted(others))}"
    return int.from_bytes(hashlib.sha256(who.encode()).digest()[:6])


def _entry(value: object, name: str) -> dict[str, Any]:
    """{phoneNumber}; MSG-246 for an extension number, even an empty one."""
    entry = {"phoneNumber": value} if isinstance(value, str) else value
    if isinstance(entry, dict) and "extensionNumber" in entry:
        raise ErrorAnswer(400, "MSG-246", "Extension numbers are not supported", parameter=name)
    if not isinstance(entry, dict) or not isinstance(entry.get("phoneNumber"), str):
        raise bad_parameter(name, value if value is not None else "")
    return entry


def _size_of(file: StoredFile) -> tuple[int, int]:
    """Width and height of a picture, (0, 0) of anything else."""
    if not file.media_type.startswith("image/") or not isinstance(file.content, bytes):
        return (0, 0)
    import io

    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(file.content)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError):
        return (0, 0)
