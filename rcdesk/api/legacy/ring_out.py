"""PhoneService over `ringout.asp`: list, call, status, cancel (docs/wire.md 2.1).

The answer of a status names no call state but codes, and "completed" for every session that is not going on:
that is told as NoSessionFound, which core/calls/call.py takes for an end only of a conversation it has seen.
The `ws` of a call is kept with its session id ("20 .62") and given back. Blocking, on the calls lane. Read
next: client.py, core/calls/call.py.
"""

from __future__ import annotations

from rcdesk.api.legacy.client import LegacyClient, unreadable
from rcdesk.core.account.account import ForwardingNumber
from rcdesk.core.calls.call import CallRequest, RingOutReport
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import OutcomeUnknown, UserError
from rcdesk.core.numbers.phone_number import parse

_WORDS = {
    "0": "Success",
    "1": "InProgress",
    "2": "Busy",
    "3": "NoAnswer",
    "4": "Rejected",
    "5": "GenericError",
    "6": "Finished",
    "7": "InternationalDisabled",
    "8": "DestinationBlocked",
}
"""The codes of one leg in the words of CallingStatusInfo."""

_OVER = "2"
"""Of the call as a whole code 2 says that it has ended, not that anybody was busy (gem)."""

_GONE = "NoSessionFound"
_KINDS = {
    "home": "Home",
    "mobile": "Mobile",
    "cell": "Mobile",
    "work": "Work",
    "business": "Work",
    "office": "Work",
    "desk": "Work",
}
_FEWEST_FIELDS = 5


class LegacyPhone:
    can_say_result = False

    def __init__(self, client: LegacyClient) -> None:
        self._client = client

    def numbers(self, token: CancelToken) -> tuple[ForwardingNumber, ...]:
        """The telephones that may ring first, with their labels. Raises SignInNeeded when refused."""
        answer = self._client.ask("list", self._client.credentials, token, has_effect=False)
        words = [word.strip() for word in answer.split(";")]
        pairs = zip(words[::2], words[1::2], strict=False)
        return tuple(self._phone(number, label) for number, label in pairs if number)

    def place(self, request: CallRequest, token: CancelToken) -> RingOutReport:
        """See PhoneService.place; from_number may also be a label of the list ("mobile").

        The answer says nothing about how the call stands, so the words of the report are "".
        """
        from_number = self._from_number(request.from_number, token)
        fields = {"to": self._client.number(request.to_number), "from": self._client.number(from_number)}
        if request.show_as:
            fields["clid"] = self._client.number(request.show_as)
        fields["prompt"] = "1" if request.ask_to_press_1 else "0"
        answer = self._client.ask("call", {**fields, **self._client.credentials}, token, has_effect=True)
        if not answer:
            raise OutcomeUnknown("RingCentral took the call but did not say how to follow it.")
        return RingOutReport(session_id=" ".join(answer.split()))

    def status(self, session_id: str, token: CancelToken) -> RingOutReport:
        """See PhoneService.status; needs no credentials."""
        answer = self._client.ask("status", _session(session_id), token, has_effect=False)
        said, _, codes = answer.partition(" ")
        if not said:
            raise unreadable(has_effect=False)
        if not codes.strip():
            return RingOutReport(
                session_id=session_id, call_status=_GONE, caller_status=_GONE, callee_status=_GONE
            )
        fields = [field.strip() for field in codes.split(";")]
        if len(fields) < _FEWEST_FIELDS:
            return RingOutReport(session_id=session_id)
        return RingOutReport(
            session_id=session_id,
            call_status="CannotReach" if fields[0] == _OVER else _WORDS.get(fields[0], "Unknown"),
            callee_status=_WORDS.get(fields[2], "Unknown"),
            caller_status=_WORDS.get(fields[4], "Unknown"),
        )

    def cancel(self, session_id: str, token: CancelToken) -> None:
        """See PhoneService.cancel; the answer is the same whatever happened."""
        self._client.ask("cancel", _session(session_id), token, has_effect=True)

    def _phone(self, number: str, label: str) -> ForwardingNumber:
        try:
            e164 = parse(number, self._client.home_country).e164
        except UserError:
            # Whatever the service lists it also takes.
            e164 = number
        kind = next((kind for word, kind in _KINDS.items() if word in label.lower()), "Other")
        return ForwardingNumber(id=e164, phone_number=e164, label=label or number, kind=kind)

    def _from_number(self, text: str, token: CancelToken) -> str:
        """The number itself, or that of the phone with this label."""
        if any(character.isdigit() for character in text):
            return text
        wanted = text.strip().lower()
        phones = self.numbers(token)
        for phone in phones:
            if phone.label.lower() == wanted:
                return phone.phone_number
        labels = ", ".join(phone.label for phone in phones)
        raise UserError(f'None of your phones is called "{text}". Those that can ring are: {labels}.')


def _session(session_id: str) -> dict[str, str]:
    """The fields that name a call: its id and what came with it."""
    number, _, ws = session_id.partition(" ")
    return {"sessionid": number, "ws": ws} if ws else {"sessionid": number}
