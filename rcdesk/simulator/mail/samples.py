"""Texts, voicemails and a recording from before the simulator started, for the demo's message pages.

Three conversations, one of them a group and one with a picture; two voicemails, one of which nobody has
heard; a recorded call. Values and one maker; lives on the simulator's event loop thread. Read next:
`samples`, which puts everything there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rcdesk.simulator import control

if TYPE_CHECKING:
    from rcdesk.simulator.server import SimulatorServer

_HOUR_S = 3600.0
_DAY_S = 24 * _HOUR_S
_LAB, _GROUP, _PHARMACY = "+16505550143", ("+16505550144", "+16505550145"), "+16505553060"


@dataclass(frozen=True, slots=True, kw_only=True)
class _SampleText:
    """is_mine: it went out. others: the rest of a group."""

    age_s: float
    who: str
    text: str
    is_mine: bool = False
    others: tuple[str, ...] = ()
    picture: str = ""
    is_read: bool = True


_TEXTS = (
    _SampleText(age_s=3 * _DAY_S, who=_LAB, text="Hi Mara, did the referral arrive?"),
    _SampleText(age_s=3 * _DAY_S - 300, who=_LAB, text="It did, thank you. Thursday at 10?", is_mine=True),
    _SampleText(age_s=3 * _DAY_S - 420, who=_LAB, text="Thursday is fine \N{THUMBS UP SIGN}"),
    _SampleText(age_s=26 * _HOUR_S, who=_GROUP[0], others=_GROUP[1:], text="Who covers the desk on Friday?"),
    _SampleText(
        age_s=25 * _HOUR_S, who=_GROUP[0], others=_GROUP[1:], text="I can, until three.", is_mine=True
    ),
    _SampleText(age_s=4 * _HOUR_S, who=_PHARMACY, text="Refill for J. Ruiz is ready.", picture="teal"),
    _SampleText(age_s=0.3 * _HOUR_S, who=_LAB, text="Can you send me the form again?", is_read=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _SampleVoicemail:
    """transcript "": nothing was understood."""

    age_s: float
    sender: str
    seconds: int
    transcript: str
    is_read: bool = True


_VOICEMAILS = (
    _SampleVoicemail(
        age_s=2.6 * _DAY_S,
        sender="+16505550144",
        seconds=21,
        transcript="Hi Mara, this is Priya Raman. The pictures you asked for are on their way by fax."
        " Call me if they have not arrived by noon. Thanks.",
    ),
    _SampleVoicemail(age_s=1.4 * _DAY_S, sender="", seconds=4, transcript=""),
    _SampleVoicemail(
        age_s=0.9 * _HOUR_S,
        sender=_LAB,
        seconds=13,
        transcript="Hello Mara, this is Dana from the laboratory. Could you call me back about Thursday?"
        " It is not urgent.",
        is_read=False,
    ),
)


def add_mail_samples(server: SimulatorServer) -> None:
    """Put them into the first user's mailbox, with the same ids at every start."""
    world = server.world
    owner, now = world.subscribers[0], world.clock.now()
    own = next(line.number for line in owner.lines if "SmsSender" in line.features)
    for number, sample in enumerate(_TEXTS):
        if sample.is_mine:
            to = [{"phoneNumber": other} for other in (sample.who, *sample.others)]
            envelope: dict[str, Any] = {"from": {"phoneNumber": own}, "to": to, "text": sample.text}
            message = world.texts.accept(owner, envelope)
        else:
            said = {"from": sample.who, "text": sample.text, "picture": sample.picture}
            message = control.receive_text(server, {**said, "others": sample.others})
            message.read_status = "Read" if sample.is_read else "Unread"
        at = now - timedelta(seconds=sample.age_s)
        world.messages.redate(message, int(f"{owner.extension_id}1{number:03}"), at)
    for number, left in enumerate(_VOICEMAILS):
        order: dict[str, Any] = {"from": left.sender, "seconds": left.seconds, "transcript": left.transcript}
        voicemail = control.receive_voicemail(
            server, {**order, "age_s": left.age_s, "record_id": f"{owner.extension_id}-said-{number}"}
        )
        voicemail.read_status = "Read" if left.is_read else "Unread"
        at = now - timedelta(seconds=left.age_s)
        world.messages.redate(voicemail, int(f"{owner.extension_id}2{number:03}"), at)
    world.inbound_call(
        owner,
        _LAB,
        outcome="answered",
        talk_s=74,
        age_s=2.2 * _DAY_S,
        record_id=f"{owner.extension_id}-told",
    )
    world.record_call(owner, f"{owner.extension_id}-told", kind="Automatic")
