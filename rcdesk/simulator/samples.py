"""Faxes that came in before the simulator started, so that a demo's Received folder is not empty.

Four letters of different age and length, the older ones already read. Values and one maker; lives on the
simulator's event loop thread. Read next: `control`, which delivers a fax on demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rcdesk.simulator.server import SimulatorServer


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


def add_samples(server: SimulatorServer) -> None:
    """Put them into the first user's message store and begin to draw them."""
    from rcdesk.simulator.control import text_documents

    world = server.world
    owner = world.subscribers[0]
    for sample in _SAMPLES:
        message = world.faxes.receive(
            owner,
            from_number=sample.sender,
            to_number=owner.fax_number,
            documents=text_documents(server.spool, sample.pages),
            received_at=world.clock.now() - timedelta(seconds=sample.age_s),
        )
        message.read_status = "Read" if sample.is_read else "Unread"
        server.render_room.begin(message)
