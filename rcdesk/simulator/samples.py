"""What happened before the simulator started, so that a demo's Received folder and call list are not empty.

Four letters of different age and length, the older ones already read, and the telephone calls of the last
days, two of them missed. Values and two makers; lives on the simulator's event loop thread. Read next:
`control`, which delivers a fax or a call on demand.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from rcdesk.simulator.calls.call_log import LogParty, LogRecord
from rcdesk.simulator.calls.calls import new_session_id
from rcdesk.simulator.calls.inbound import Outcome

if TYPE_CHECKING:
    from rcdesk.simulator.server import SimulatorServer
    from rcdesk.simulator.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    age_s: float
    sender: str
    is_read: bool
    pages: tuple[str, ...]


_HOUR_S = 3600.0
_DAY_S = 24 * _HOUR_S

_SAMPLES = (
    _Sample(
        age_s=9 * _DAY_S,
        sender="+442079460109",
        is_read=True,
        pages=(
            "NILSSON ORTHOPAEDICS\n\nReferral received. The patient will be seen on the first Tuesday of\n"
            "next month at 10:30. Please send earlier X-ray pictures if there are any.\n\nGreta Nilsson",
        ),
    ),
    _Sample(
        age_s=2 * _DAY_S + 3 * _HOUR_S,
        sender="+16505554000",
        is_read=True,
        pages=(
            "BAYVIEW IMAGING\nReport, page 1\n\nExamination: chest, two views.\nComparison: none.\n\n"
            "The heart is of normal size. The lungs are clear. No effusion.",
            "BAYVIEW IMAGING\nReport, page 2\n\nImpression: no acute finding.\n\nAlex Doe, Records",
        ),
    ),
    _Sample(
        age_s=5 * _HOUR_S,
        sender="+16505554050",
        is_read=False,
        pages=(
            "NORTHGATE PHARMACY\n\nRefill request\n\n[ ] approved as written\n[ ] approved with changes\n"
            "[ ] please call\n\nSign and fax back to this number. Thank you.",
        ),
    ),
    _Sample(
        age_s=0.4 * _HOUR_S,
        sender="+16505550142",
        is_read=False,
        pages=(
            "HARBOUR STREET LABORATORY\nResults, page 1 of 3\n\nHaemoglobin     13.9 g/dl\n"
            "Leucocytes       6.1 /nl\nPlatelets       254 /nl\n\nAll values within the reference range.",
            "HARBOUR STREET LABORATORY\nResults, page 2 of 3\n\nSodium          140 mmol/l\n"
            "Potassium       4.2 mmol/l\nCreatinine      0.8 mg/dl",
            "HARBOUR STREET LABORATORY\nResults, page 3 of 3\n\nReleased by: M. Ferro, MD",
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Called:
    """A call the user made long ago."""

    age_s: float
    number: str = ""
    extension: str = ""
    talk_s: float = 0.0
    result: str = "Call connected"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _WasCalled:
    """A call that came in long ago."""

    age_s: float
    sender: str
    outcome: Outcome
    talk_s: float = 0.0
    name: str = ""


_CALLS: tuple[_Called | _WasCalled, ...] = (
    _Called(age_s=6 * _DAY_S + 2 * _HOUR_S, number="+442079460109", talk_s=412),
    _WasCalled(age_s=5 * _DAY_S + 4 * _HOUR_S, sender="+16505550144", outcome="answered", talk_s=187),
    _Called(age_s=3 * _DAY_S + 5 * _HOUR_S, number="+16505550201", result="Busy", reason="Line Busy"),
    _Called(age_s=3 * _DAY_S + 4.8 * _HOUR_S, number="+16505550200", talk_s=263),
    _WasCalled(age_s=2 * _DAY_S + 6 * _HOUR_S, sender="+16505550143", outcome="answered", talk_s=95),
    _WasCalled(age_s=1.2 * _DAY_S, sender="+14155550131", outcome="missed", name="SAN FRANCISCO CA"),
    _Called(age_s=1.1 * _DAY_S, extension="103", talk_s=52),
    _Called(age_s=7 * _HOUR_S, number="+16505550119", result="No Answer", reason="No Answer"),
    _WasCalled(age_s=4 * _HOUR_S, sender="102", outcome="answered", talk_s=31),
    _Called(age_s=2.5 * _HOUR_S, number="+16505550208", talk_s=618),
    _WasCalled(age_s=0.7 * _HOUR_S, sender="+16505550144", outcome="missed"),
)


def add_samples(server: SimulatorServer) -> None:
    """Put the faxes into the first user's message store and begin to draw them; log the calls."""
    from rcdesk.simulator.control import text_documents
    from rcdesk.simulator.mail.samples import add_mail_samples

    add_mail_samples(server)
    world = server.world
    owner = world.subscribers[0]
    # The ids are the same at every start: a desk that has seen a former demo knows faxes and calls again.
    for number, sample in enumerate(_SAMPLES):
        message = world.faxes.receive(
            owner,
            from_number=sample.sender,
            to_number=owner.fax_number,
            documents=text_documents(server.spool, sample.pages),
            received_at=world.clock.now() - timedelta(seconds=sample.age_s),
            message_id=int(f"{owner.extension_id}{number:03}"),
        )
        message.read_status = "Read" if sample.is_read else "Unread"
        server.renderer.begin(message)
    for number, call in enumerate(_CALLS):
        record_id = f"{owner.extension_id}-sample-{number}"
        if isinstance(call, _Called):
            world.log.add(_sample_record(world, call, record_id))
        else:
            world.inbound_call(
                owner,
                call.sender,
                outcome=call.outcome,
                talk_s=call.talk_s,
                name=call.name,
                age_s=call.age_s,
                record_id=record_id,
            )


def _sample_record(world: World, call: _Called, record_id: str) -> LogRecord:
    owner = world.subscribers[0]
    return LogRecord(
        id=record_id,
        owner=owner,
        type="Voice",
        direction="Outbound",
        action="RingOut Web",
        result=call.result,
        reason=call.reason,
        sender=LogParty(number=owner.main_number, extension=owner.extension, name=owner.name),
        recipient=LogParty(
            number=call.number,
            extension=call.extension,
            name=world.books.name_of(owner, call.number or call.extension),
        ),
        started_at=world.clock.now() - timedelta(seconds=call.age_s),
        duration_s=call.talk_s,
        session_id=new_session_id(),
        telephony_session_id=f"s-{secrets.token_hex(8)}",
        own_number=owner.phones[0].number,
        own_result="Call connected",
    )
