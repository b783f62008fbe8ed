"""Answers that are lost while the service, or somebody else, does something: never lost, never doubled.

A fax counts as handed over only by what nothing but this request has. What nobody knows is looked for long,
and once more before it goes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from rcdesk.api.rest import fax, message_store
from rcdesk.api.rest.fax import clean_name
from rcdesk.core.cancel import CancelToken
from rcdesk.core.fax.fax import FaxJob, FaxState, Recipient, Resolution
from rcdesk.core.service import FaxContents
from rcdesk.simulator import RunningSimulator
from tests.unit.services.fax_rig import GOOD, Rig, signed_in
from tests.unit.services.late_service import Way, way_to

S = FaxState
ANSWERS = [0, 408, 425, 500, 502, 503, 504, 524]
"""Ways in which something on the way can answer for the service; 0 is silence."""


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with RunningSimulator.start(clock="manual") as running:
        yield running


@pytest.fixture
def way(simulator: RunningSimulator) -> Iterator[Way]:
    with way_to(simulator.base_url) as made:
        yield made


@pytest.fixture
def desk(simulator: RunningSimulator, way: Way, tmp_path: Path) -> Iterator[Rig]:
    with signed_in(simulator, tmp_path, way.url) as rig:
        yield rig


def other_program(rig: Rig, number: str, *, mark: str = "", text: str = "Something") -> str:
    """Another program of the same account faxes to the number; the id of its message."""
    return (
        fax.RestFax(rig.connection.session)
        .send(
            FaxContents(
                recipients=(Recipient(number=number),),
                resolution=Resolution.FINE,
                note="Hello",
                text=text,
                mark=mark,
            ),
            [],
            CancelToken(),
        )
        .message_id
    )


def lose(rig: Rig, way: Way, status: int) -> FaxJob:
    """Queue and send one fax whose upload gets stuck on the way."""
    job = rig.queue_one()
    way.hold(status)
    (job,) = rig.send()
    way.let_through()
    assert job.state is S.INTERRUPTED
    return job


# -- another's fax is never taken for ours ----------------------------------------------------------------


@pytest.mark.parametrize("when_s", [-45, 0, 100, 540])
@pytest.mark.parametrize("mark", ["", "rc-22222222"])
def test_a_fax_of_somebody_else_is_never_called_ours(desk: Rig, way: Way, when_s: int, mark: str) -> None:
    if when_s < 0:
        other_program(desk, GOOD, mark=mark)
        desk.pass_time(-when_s)
    job = lose(desk, way, 0)
    if when_s >= 0:
        desk.look_for(when_s)
        theirs = other_program(desk, GOOD, mark=mark)
    desk.look_for(1500)
    job = desk.get(job)
    assert (job.state, job.message_id) == (S.NEEDS_YOU, "")
    # One that shows another desk's mark is none to ask about.
    assert bool(job.maybe_message_id) == (not mark)
    assert ("Was it that one?" in job.detail) == (not mark)
    if when_s >= 0 and not mark:
        assert job.maybe_message_id == theirs


def test_ours_is_known_among_faxes_of_somebody_else(desk: Rig, way: Way) -> None:
    job = lose(desk, way, 0)
    theirs = other_program(desk, GOOD)
    way.deliver()
    other_program(desk, GOOD)
    desk.refresh()
    job = desk.get(job)
    assert job.state is S.HANDED_OVER
    assert job.message_id not in ("", theirs)
    message = message_store.get(desk.connection.session, job.message_id, CancelToken())
    assert any("letter (rc-" in file.file_name for file in message.attachments)


def test_the_users_yes_follows_that_message(desk: Rig, way: Way) -> None:
    job = lose(desk, way, 0)
    theirs = other_program(desk, GOOD)
    desk.look_for(800)
    assert desk.get(job).maybe_message_id == theirs
    answered = desk.faxes.resolve(job.id, was_sent=True)
    assert (answered.state, answered.message_id) == (S.HANDED_OVER, theirs)
    desk.pass_time(60)
    desk.refresh()
    assert desk.get(job).state is S.SENT


def test_no_means_that_it_is_sent_again_and_not_asked_about_that_one(desk: Rig, way: Way) -> None:
    job = lose(desk, way, 0)
    way.forget()
    other_program(desk, GOOD)
    desk.look_for(800)
    desk.faxes.resolve(job.id, was_sent=False)
    assert desk.send()[0].state is S.HANDED_OVER
    assert desk.stored() == 2


def test_the_name_stays_readable_and_short(desk: Rig) -> None:
    assert clean_name("Brief an Müller & Co.pdf", "rc-22222222") == "Brief an Muller _ Co (rc-22222222).pdf"
    assert clean_name("x" * 300 + ".tiff", "rc-22222222") == "x" * 100 + " (rc-22222222).tiff"
    assert clean_name("noending", "rc-22222222") == "noending (rc-22222222)"


# -- stored late, behind whatever answer ------------------------------------------------------------------


@pytest.mark.parametrize("after_s", [30, 590])
@pytest.mark.parametrize("status", ANSWERS)
def test_what_is_stored_late_is_found_and_never_doubled(
    desk: Rig, way: Way, status: int, after_s: int
) -> None:
    job = lose(desk, way, status)
    desk.look_for(after_s)
    desk.send_all()
    way.deliver()
    desk.look_for(60)
    assert desk.get(job).state in (S.HANDED_OVER, S.SENT)
    desk.look_for(1500)
    desk.send_all()
    assert desk.stored() == way.uploads == 1
    assert desk.get(job).state is S.SENT


@pytest.mark.parametrize("status", ANSWERS)
def test_what_never_arrives_needs_the_user_and_is_never_repeated_by_itself(
    desk: Rig, way: Way, status: int
) -> None:
    job = lose(desk, way, status)
    way.forget()
    desk.look_for(600)
    assert desk.get(job).state is S.INTERRUPTED
    desk.look_for(3600, every_s=60)
    desk.send_all()
    assert desk.get(job).state is S.NEEDS_YOU
    assert way.uploads == 1


# -- needs you is not the end -----------------------------------------------------------------------------


@pytest.mark.parametrize("after_s", [60, 900, 5000])
def test_one_that_needs_the_user_is_found_while_it_stands_there(desk: Rig, way: Way, after_s: int) -> None:
    job = lose(desk, way, 0)
    desk.look_for(800)
    assert desk.get(job).state is S.NEEDS_YOU
    way.deliver()
    desk.look_for(after_s, every_s=60)
    assert desk.get(job).state in (S.HANDED_OVER, S.SENT)


def test_send_again_looks_once_more_first(desk: Rig, way: Way) -> None:
    job = lose(desk, way, 504)
    desk.look_for(800)
    assert desk.get(job).state is S.NEEDS_YOU
    way.deliver()
    assert desk.faxes.resolve(job.id, was_sent=False).state is S.QUEUED
    (found,) = desk.send()
    assert (found.state, "found there" in found.detail) == (S.HANDED_OVER, True)
    desk.send_all()
    assert desk.stored() == way.uploads == 1


def test_send_again_asks_about_one_that_came_since(desk: Rig, way: Way) -> None:
    job = lose(desk, way, 0)
    way.forget()
    desk.look_for(800)
    theirs = other_program(desk, GOOD)
    desk.faxes.resolve(job.id, was_sent=False)
    (asked,) = desk.send()
    assert (asked.state, asked.maybe_message_id) == (S.NEEDS_YOU, theirs)
    desk.faxes.resolve(job.id, was_sent=False)
    assert desk.send()[0].state is S.HANDED_OVER


def test_cancelled_in_doubt_and_sent_again_looks_first_too(desk: Rig, way: Way) -> None:
    job = lose(desk, way, 0)
    desk.faxes.cancel([job.id])
    way.deliver()
    desk.faxes.send_again([job.id])
    assert desk.send()[0].state is S.HANDED_OVER
    assert desk.stored() == way.uploads == 1


def test_while_the_service_cannot_be_asked_nothing_is_sent_again(desk: Rig, way: Way) -> None:
    job = lose(desk, way, 0)
    desk.look_for(800)
    desk.faxes.resolve(job.id, was_sent=False)
    way.deliver()
    desk.simulator.fault("status", path="/message-store", method="GET", status=503, times=1)
    (waits,) = desk.send()
    assert waits.state is S.WAITING
    desk.pass_time(timedelta(minutes=6).total_seconds())
    desk.send_all()
    assert desk.get(job).state is S.HANDED_OVER
    assert desk.stored() == 1


def test_a_restart_forgets_nothing_of_it(desk: Rig, way: Way) -> None:
    job = lose(desk, way, 0)
    desk.look_for(800)
    desk.restart()
    way.deliver()
    desk.look_for(40)
    assert desk.get(job).state in (S.HANDED_OVER, S.SENT)


# -- pages sent again by the id of a message --------------------------------------------------------------


def swapped(rig: Rig, job: FaxJob, message_id: str) -> None:
    """What the archive notes as the message of these pages is, at the service, another fax."""
    import sqlite3

    archive = sqlite3.connect(rig.folder / "a.sqlite3")
    with archive:
        archive.execute("UPDATE fax SET source_message_id = ?", (message_id,))
        archive.execute("UPDATE fax_request SET message_id = ?", (message_id,))
    archive.close()


@pytest.mark.parametrize("kind", ["number", "pages", "time", "gone", "inbound"])
def test_a_message_that_is_another_fax_is_never_sent_again(desk: Rig, kind: str) -> None:
    job = desk.queue_one()
    desk.send()
    desk.pass_time(60)
    desk.refresh()
    if kind == "time":
        desk.pass_time(7200)
    others: dict[str, Callable[[], str]] = {
        "number": lambda: other_program(desk, "+16505550177"),
        "pages": lambda: other_program(desk, GOOD, text="line\n" * 400),
        "time": lambda: other_program(desk, GOOD),
        "gone": lambda: "777",
        "inbound": lambda: str(desk.simulator.inbound_fax(pages=1)),
    }
    other = others[kind]()
    desk.pass_time(60)
    swapped(desk, job, other)
    desk.faxes.send_again([job.id])
    desk.send_all()
    last = desk.simulator.stored_faxes()[-1]
    assert (last.original_id, last.numbers) == (0, (GOOD,))
    assert last.digests == desk.simulator.stored_faxes()[0].digests


def test_without_a_copy_here_another_fax_is_not_sent_and_that_is_said(desk: Rig) -> None:
    job = desk.queue_one(note="")
    desk.send()
    desk.pass_time(60)
    desk.refresh()
    desk.spool.path(job.files[0].digest).unlink()
    draft = desk.faxes.forward(desk.get(job), [Recipient(number="+16505550199")])
    (again,) = desk.faxes.queue(draft, desk.account, CancelToken())
    swapped(desk, job, other_program(desk, "+16505550177"))
    before = desk.stored()
    (failed,) = desk.send()
    assert (failed.state, desk.stored()) == (S.FAILED, before)
    assert "is another fax" in failed.detail
    assert failed.id == again.id


def test_ids_of_one_run_of_the_simulator_mean_nothing_to_the_next(tmp_path: Path) -> None:
    ids: list[set[int]] = []
    for _ in range(2):
        with RunningSimulator.start(clock="manual") as running:
            for number in range(3):
                running.inbound_fax(text=str(number))
            ids.append({running.inbound_fax(), running.inbound_fax()})
    assert not ids[0] & ids[1]
