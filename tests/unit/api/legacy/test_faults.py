"""A fax over the 2010 web API that goes wrong on its way: what is certain, and what is not.

Against the simulator, whose faults cut connections where they are told to. Read next: core/fax/retry.py.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.api.legacy.client import LegacyClient
from rcdesk.api.legacy.fax import LegacyFax
from rcdesk.api.legacy.ring_out import LegacyPhone
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.calls.call import CallRequest
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, NotSent, OutcomeUnknown, ServerTrouble
from rcdesk.core.fax.fax import Recipient, Resolution
from rcdesk.core.service import FaxContents, FaxFile

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

CONTENTS = FaxContents(recipients=(Recipient(number="+16505554000"),), resolution=Resolution.FINE)
SIZE_BYTES = 12_000_000


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[LegacyClient]:
    profile = ServerProfile(name="old", base_url=simulator.base_url)
    client = LegacyClient(profile, simulator.username, simulator.extension, simulator.password)
    yield client
    client.close()


@pytest.fixture
def large(tmp_path: Path) -> FaxFile:
    """Too broken to be drawn, so that nobody waits for its pages."""
    path = tmp_path / "large.pdf"
    path.write_bytes(b"%PDF-1.4\n" + bytes(SIZE_BYTES))
    return FaxFile(path=path, name="large.pdf", media_type="application/pdf")


def test_cancelled_on_its_way_is_not_sent(
    simulator: RunningSimulator, client: LegacyClient, large: FaxFile
) -> None:
    token = CancelToken()

    def stop(sent: int, total: int) -> None:
        if sent > total // 2:
            token.cancel()

    with pytest.raises(Cancelled):
        LegacyFax(client).send(CONTENTS, [large], token, progress=stop)
    assert simulator.stored_faxes() == []


def test_cut_on_its_way_is_not_sent(
    simulator: RunningSimulator, client: LegacyClient, large: FaxFile
) -> None:
    simulator.fault("cut-during", path="faxapi.asp")
    with pytest.raises(NotSent):
        LegacyFax(client).send(CONTENTS, [large], CancelToken())
    assert simulator.stored_faxes() == []


@pytest.mark.parametrize(("kind", "stored"), [("answer-lost", 1), ("cut-after", 0), ("garbage", 1)])
def test_without_a_sound_answer_nobody_knows(
    simulator: RunningSimulator, client: LegacyClient, large: FaxFile, kind: str, stored: int
) -> None:
    simulator.fault(kind, path="faxapi.asp")
    with pytest.raises(OutcomeUnknown):
        LegacyFax(client).send(CONTENTS, [large], CancelToken())
    assert len(simulator.stored_faxes()) == stored
    assert len(simulator.requests) == 1, "never repeated by itself"


def test_a_large_fax_is_never_in_memory(client: LegacyClient, large: FaxFile) -> None:
    sent: list[int] = []
    tracemalloc.start()
    try:
        # The simulator is in this process too, but it writes to disk what it reads.
        LegacyFax(client).send(CONTENTS, [large], CancelToken(), progress=lambda n, _: sent.append(n))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent == sorted(sent) and sent[-1] > SIZE_BYTES and len(sent) > 100
    assert peak_bytes < SIZE_BYTES // 2


@pytest.mark.parametrize("kind", ["answer-lost", "cut-after", "answer-cut"])
def test_a_call_whose_answer_is_lost_is_not_placed_again(
    simulator: RunningSimulator, client: LegacyClient, kind: str
) -> None:
    simulator.fault(kind, path="ringout.asp")
    request = CallRequest(to_number="+16505550200", from_number="+16505550101")
    with pytest.raises(OutcomeUnknown):
        LegacyPhone(client).place(request, CancelToken())
    assert len(simulator.requests) == 1


def test_trouble_of_the_service_is_said_as_such(simulator: RunningSimulator, client: LegacyClient) -> None:
    simulator.fault("status", path="asp", status=503, times=2)
    with pytest.raises(ServerTrouble):
        LegacyPhone(client).numbers(CancelToken())
    with pytest.raises(ServerTrouble):
        LegacyPhone(client).status("20 .62", CancelToken())
