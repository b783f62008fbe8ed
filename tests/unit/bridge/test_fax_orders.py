"""Faxes that other starts ask for: what they are told by the program with the window, line by line.

The jobs are the test's: how they move is tested in test_fax_desk.py, the way through the door in
test_instance_orders.py, all of it together in tests/end2end/test_fax_command.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.fax_orders import FaxOrders
from rcdesk.bridge.runtime.instance import FaxOrder
from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState, Recipient, Resolution
from rcdesk.core.orders.asked_fax import AskedFax, AskedOutcome
from rcdesk.core.orders.order import FollowFaxesOrder, SendOrder
from tests.patient_bot import QtBot

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
S = FaxState


class Outbox(QObject):
    """What FaxOrders needs of the fax desk."""

    job_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.jobs: tuple[FaxJob, ...] = ()

    def put(self, *jobs: FaxJob) -> None:
        """These are so now."""
        known = {job.id: job for job in self.jobs}
        known.update({job.id: job for job in jobs})
        self.jobs = tuple(known[key] for key in sorted(known, reverse=True))
        for job in jobs:
            self.job_changed.emit(job)


class Asker:
    """Another start: what it was told; it may go away."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.is_there = True

    def hear(self, told: dict[str, Any]) -> bool:
        """One line."""
        if self.is_there:
            self.lines.append(told)
        return self.is_there

    @property
    def percent(self) -> int:
        """How much has left, as it was told last; 0 when the last line was about something else."""
        return int(self.lines[-1].get("progress", {}).get("bytes_sent", 0))

    @property
    def states(self) -> list[str]:
        """The states of the fax it was told."""
        return [line["fax"]["state"] for line in self.lines if "fax" in line]


class Window:
    """Takes what FaxOrders hands over and answers when the test says."""

    def __init__(self, orders: FaxOrders) -> None:
        self.orders: list[FaxOrder] = []
        orders.asked.connect(self.orders.append)


@pytest.fixture
def outbox(qapp: object) -> Outbox:
    """No fax yet."""
    return Outbox()


@pytest.fixture
def orders(outbox: Outbox) -> FaxOrders:
    """What is tested."""
    return FaxOrders(outbox)


def _job(job_id: int, state: FaxState, *, batch: int = 1, **values: Any) -> FaxJob:
    return FaxJob(
        id=job_id,
        owner_id="1",
        recipient=Recipient(number=f"+1650555{job_id:04d}"),
        files=(),
        cover_index=0,
        cover_name="",
        note="Hello",
        resolution=Resolution.FINE,
        state=state,
        created_at=NOW,
        changed_at=NOW,
        batch_id=batch,
        message_id="2014000001",
        **values,
    )


def _order(*job_ids: int, is_wait: bool) -> SendOrder:
    people = tuple(Recipient(number=f"+1650555{job_id:04d}") for job_id in job_ids)
    return SendOrder(
        asked_fax=AskedFax(draft=FaxDraft(recipients=people, documents=(), note="Hello")), is_wait=is_wait
    )


def test_a_fax_is_queued_by_the_window_and_its_id_is_told(orders: FaxOrders, outbox: Outbox) -> None:
    window, asker = Window(orders), Asker()
    orders.send(_order(2, 3, is_wait=False), asker.hear)
    (order,) = window.orders
    assert order.asked_fax.is_yes and asker.lines == []
    outbox.put(_job(1, S.SENT, batch=9), _job(2, S.HELD), _job(3, S.HELD))
    order.tell(AskedOutcome.QUEUED)
    (line,) = asker.lines
    assert line["status"] == 0 and [one["id"] for one in line["fax"]["recipients"]] == [2, 3]


def test_what_is_odd_needs_an_answer_in_the_window(orders: FaxOrders) -> None:
    window, asker = Window(orders), Asker()
    orders.send(_order(2, is_wait=True), asker.hear)
    window.orders[0].tell(AskedOutcome.SHOWN)
    (line,) = asker.lines
    assert line["status"] == 3 and "Nothing is queued until then" in line["error"]


def test_who_waits_is_told_every_change_and_how_much_has_left(
    orders: FaxOrders, outbox: Outbox, qtbot: QtBot
) -> None:
    window, asker = Window(orders), Asker()
    orders.send(_order(2, 3, is_wait=True), asker.hear)
    outbox.put(_job(2, S.HELD), _job(3, S.HELD))
    window.orders[0].tell(AskedOutcome.QUEUED)
    for percent in (10, 60):
        sending = {"bytes_sent": percent, "bytes_total": 100}
        outbox.put(_job(2, S.SENDING, **sending), _job(3, S.SENDING, **sending))
        qtbot.waitUntil(lambda: asker.percent == percent)  # noqa: B023
    outbox.put(_job(2, S.HANDED_OVER), _job(3, S.HANDED_OVER))
    qtbot.waitUntil(lambda: asker.states[-1] == "handed over")
    outbox.put(_job(2, S.SENT))
    qtbot.waitUntil(lambda: asker.states[-1] == "mixed")
    outbox.put(_job(3, S.FAILED, error_code="LineBusy"))
    qtbot.waitUntil(lambda: "status" in asker.lines[-1])
    assert asker.states == ["held", "sending", "handed over", "mixed", "mixed"]
    assert asker.lines[-1]["status"] == 9
    assert asker.lines[-1]["fax"]["recipients"][1]["error_code"] == "LineBusy"
    told = len(asker.lines)
    outbox.put(replace(_job(3, S.QUEUED)))
    assert len(asker.lines) == told


def test_three_hundred_changes_are_one_line(orders: FaxOrders, outbox: Outbox, qtbot: QtBot) -> None:
    ids = range(1, 301)
    outbox.put(*(_job(n, S.QUEUED) for n in ids))
    asker = Asker()
    orders.follow(FollowFaxesOrder(job_ids=tuple(ids)), asker.hear)
    outbox.put(*(_job(n, S.HANDED_OVER) for n in ids))
    outbox.put(*(_job(n, S.SENT) for n in ids))
    qtbot.waitUntil(lambda: "status" in asker.lines[-1])
    assert asker.states == ["queued", "sent"] and asker.lines[-1]["status"] == 0


def test_where_nobody_tells_the_end_it_is_over_when_the_service_has_it(
    orders: FaxOrders, outbox: Outbox, qtbot: QtBot
) -> None:
    window, asker = Window(orders), Asker()
    orders.send(_order(2, is_wait=True), asker.hear, can_follow=False)
    outbox.put(_job(2, S.QUEUED))
    window.orders[0].tell(AskedOutcome.QUEUED)
    outbox.put(_job(2, S.HANDED_OVER))
    qtbot.waitUntil(lambda: "status" in asker.lines[-1])
    assert asker.lines[-1]["status"] == 0


def test_who_took_it_over_is_not_waited_for_either_where_nobody_tells_the_end(
    orders: FaxOrders, outbox: Outbox
) -> None:
    outbox.put(_job(2, S.HANDED_OVER))
    asker = Asker()
    orders.follow(FollowFaxesOrder(job_ids=(2,)), asker.hear, can_follow=False)
    assert asker.lines[-1]["status"] == 0


def test_a_fax_the_window_does_not_know(orders: FaxOrders, outbox: Outbox) -> None:
    outbox.put(_job(2, S.QUEUED))
    asker = Asker()
    orders.follow(FollowFaxesOrder(job_ids=(2, 3)), asker.hear)
    assert asker.lines == [{"error": "The window does not know this fax.", "status": 10}]


def test_who_has_gone_away_is_told_no_more(orders: FaxOrders, outbox: Outbox, qtbot: QtBot) -> None:
    outbox.put(_job(2, S.QUEUED))
    gone, there = Asker(), Asker()
    gone.is_there = False
    for asker in (gone, there):
        orders.follow(FollowFaxesOrder(job_ids=(2,)), asker.hear)
    outbox.put(_job(2, S.SENT))
    qtbot.waitUntil(lambda: "status" in there.lines[-1])
    assert gone.lines == []
