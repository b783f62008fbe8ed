"""A queue of thousands: read in part, paged everywhere, sent at the pace that the service allows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rcdesk.core.fax.fax import FaxDraft, Recipient
from rcdesk.services.fax.faxes import MOST_LIVE
from rcdesk.simulator import RunningSimulator
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.paths import Paths
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import Bench

MANY = 5000
KINDS = 7


def fill(outbox: Outbox, owner_id: str, send_at: datetime, *, batch: int, numbers: range) -> None:
    """Faxes of one word for this time, so many recipients to a batch."""
    for start in numbers[::batch]:
        to = tuple(Recipient(number=f"+1650{n:07}") for n in range(start, min(start + batch, numbers.stop)))
        draft = FaxDraft(recipients=to, documents=(), note=f"Word {start}", send_at=send_at)
        outbox.add(draft, (), owner_id, "", datetime.now(UTC))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The archive that every bench of the test uses."""
    return Paths.under(tmp_path / "home").create().database


@pytest.fixture
def owner_id(make_bench: Callable[[], Bench], simulator: RunningSimulator, qtbot: QtBot) -> str:
    """Whose faxes they are; the bench that found out has ended."""
    first = make_bench()
    first.sign_in(simulator, qtbot)
    account = first.session.account
    assert account is not None
    assert first.stop()
    return account.owner_id


def test_of_a_long_queue_only_what_moves_next_is_in_memory(
    make_bench: Callable[[], Bench], simulator: RunningSimulator, qtbot: QtBot, owner_id: str, database: Path
) -> None:
    outbox = Outbox(database)
    fill(outbox, owner_id, datetime.now(UTC) + timedelta(hours=9), batch=500, numbers=range(MANY))
    bench = make_bench()
    bench.sign_in(simulator, qtbot)
    qtbot.waitUntil(lambda: bench.faxes.counts.queue == MANY, timeout=60_000)
    qtbot.waitUntil(lambda: bool(bench.faxes.jobs), timeout=60_000)
    assert len(bench.faxes.jobs) <= KINDS * MOST_LIVE
    qtbot.waitUntil(lambda: bench.faxes.next_try_in_ms > 0, timeout=60_000)
    outbox.close()
