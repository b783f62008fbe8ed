"""Received faxes, people and proofs through their desks, against the simulator."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.bridge.fax.proof_desk import ProofDesk
from rcdesk.bridge.fax.received_desk import ReceivedDesk
from rcdesk.bridge.people.people_desk import PeopleDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.clock import SystemClock
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.fax.folder import Folder, FolderQuery, ReceivedFax
from rcdesk.core.fax.proof import ProofFacts
from rcdesk.core.people.people import Group, ImportedLine, ImportTable, Suggestion
from rcdesk.documents import page_image
from tests.patience import PATIENCE_MS, PATIENCE_S
from tests.patient_bot import QtBot
from tests.unit.bridge.conftest import Bench, credentials_of, profile_of
from tests.unit.bridge.fax.test_fax_desk import AT_ONCE, _document, _draft, _wait

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator
    from rcdesk.store.fax.folders import Folders

WAIT_MS = PATIENCE_MS


@dataclass
class Desks:
    """The three desks beside a bench; heard collects every sentence of theirs."""

    received: ReceivedDesk
    people: PeopleDesk
    proofs: ProofDesk
    folders: Folders
    problems: list[str]
    said: list[str]

    def start(self) -> None:
        """As Desk.start() does."""
        self.received.start()
        self.people.start()


@pytest.fixture
def desks(make_bench: Callable[[], Bench], bench: Bench, tmp_path: Path) -> Iterator[Desks]:
    """On the bench's lanes and archive; not started."""
    from rcdesk.services.fax.csv_log import write_log
    from rcdesk.services.fax.proof import ProofService
    from rcdesk.services.fax.received import ReceivedService
    from rcdesk.services.people.people import PeopleService
    from rcdesk.store.fax.folders import Folders
    from rcdesk.store.fax.outbox import Outbox
    from rcdesk.store.fax.received import ReceivedFaxes
    from rcdesk.store.paths import Paths
    from rcdesk.store.people.people import People

    paths, clock = Paths.under(tmp_path / "home").create(), SystemClock()
    session = bench.session
    lanes: dict[str, Lane] = bench.lanes
    folders = Folders(paths.database)
    outbox, contacts = Outbox(paths.database), People(paths.database)
    archive = ReceivedFaxes(paths.database, paths.archive_dir)
    received = ReceivedService(lambda: session.connection, archive, clock)
    people = PeopleService(lambda: session.connection, contacts, clock)
    proofs = ProofService(lambda: session.connection, outbox, paths.proof_dir, clock)
    bench.stores.extend(store.close for store in (folders, outbox, contacts, archive))
    found = Desks(
        received=ReceivedDesk(lanes, session, received),
        people=PeopleDesk(lanes, session, people),
        proofs=ProofDesk(
            lanes, session, proofs, partial(write_log, folders, clock), page_image, paths.proof_dir
        ),
        folders=folders,
        problems=[],
        said=[],
    )
    for desk in (found.received, found.people, found.proofs):
        desk.problem.connect(found.problems.append)
    for desk in (found.received, found.proofs):
        desk.said.connect(found.said.append)
    yield found
    found.received.stop()
    found.people.stop()
    assert bench.stop()


def _received(desks: Desks, bench: Bench) -> tuple[ReceivedFax, ...]:
    account = bench.session.account
    assert account is not None
    query = FolderQuery(folder=Folder.RECEIVED, owner_id=account.owner_id)
    rows = desks.folders.page(query, 0, 10)
    return tuple(row for row in rows if isinstance(row, ReceivedFax))


def test_a_received_fax_is_told_fetched_read_and_saved(
    desks: Desks, bench: Bench, simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    news: list[tuple[ReceivedFax, ...]] = []
    desks.received.received.connect(news.append)
    simulator.inbound_fax(sender="+16505550142", pages=2)
    desks.start()
    bench.sign_in(simulator, qtbot)
    qtbot.waitUntil(lambda: bool(news), timeout=WAIT_MS)
    assert [fax.number for fax in news[0]] == ["+16505550142"]
    paths: list[Path] = []
    desks.received.open_pages(news[0][0], paths.append)
    qtbot.waitUntil(lambda: bool(paths), timeout=WAIT_MS)
    assert paths[0].is_file()
    fax = _received(desks, bench)[0]
    assert fax.is_here
    assert not fax.is_read
    with qtbot.waitSignal(desks.received.changed, timeout=WAIT_MS):
        desks.received.mark_read(fax.id)
    assert _received(desks, bench)[0].is_read
    saved: list[Path] = []
    target = tmp_path / "saved.tif"
    desks.received.export(fax, target, "tiff", saved.append)
    qtbot.waitUntil(lambda: saved == [target], timeout=WAIT_MS)
    assert target.read_bytes()[:2] in (b"II", b"MM")
    assert len(desks.said) == 1
    assert not desks.problems


def test_a_second_sync_tells_only_what_is_new(
    desks: Desks, bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    news: list[str] = []
    desks.received.received.connect(lambda faxes: news.extend(fax.number for fax in faxes))
    simulator.inbound_fax(sender="+16505550142")
    desks.start()
    bench.sign_in(simulator, qtbot)
    qtbot.waitUntil(lambda: news == ["+16505550142"], timeout=WAIT_MS)
    simulator.inbound_fax(sender="+16505550143")
    desks.received.sync_now()
    qtbot.waitUntil(lambda: len(news) == 2, timeout=WAIT_MS)
    assert news == ["+16505550142", "+16505550143"]


def test_signed_out_nothing_is_fetched(desks: Desks) -> None:
    desks.start()
    desks.received.sync_now()
    desks.people.refresh()
    assert not desks.received.is_active


def test_groups_are_saved_renamed_and_forgotten(
    desks: Desks, bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    desks.start()
    bench.sign_in(simulator, qtbot)
    members = (Recipient(number="+16505550142", name="Clinic"), Recipient(number="+16505550143"))

    def groups() -> list[tuple[str, int]]:
        return [(group.name, len(group.members)) for group in desks.people.groups]

    desks.people.save_group("Clinics", members)
    qtbot.waitUntil(lambda: groups() == [("Clinics", 2)], timeout=WAIT_MS)
    group: Group = desks.people.groups[0]
    desks.people.rename_group(group.id, "All clinics")
    qtbot.waitUntil(lambda: groups() == [("All clinics", 2)], timeout=WAIT_MS)
    desks.people.delete_group(group.id)
    qtbot.waitUntil(lambda: groups() == [], timeout=WAIT_MS)
    desks.people.save_group("Nobody", ())
    qtbot.waitUntil(lambda: len(desks.problems) == 1, timeout=WAIT_MS)


def test_only_the_newest_question_is_answered(
    desks: Desks, bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    desks.start()
    bench.sign_in(simulator, qtbot)
    qtbot.waitUntil(lambda: bench.lanes["downloads"].is_started, timeout=WAIT_MS)
    desks.people.save_group("Clinics", (Recipient(number="+16505550142"),))
    qtbot.waitUntil(lambda: bool(desks.people.groups), timeout=WAIT_MS)
    answers: list[tuple[str, tuple[Suggestion, ...]]] = []

    def heard(text: str, found: tuple[Suggestion, ...]) -> None:
        answers.append((text, found))

    for text in ("C", "Cl", "Cli"):
        desks.people.suggest(text, partial(heard, text))
    qtbot.waitUntil(lambda: bool(answers), timeout=WAIT_MS)
    assert [text for text, _ in answers] == ["Cli"]
    assert "Clinics" in [suggestion.name for suggestion in answers[0][1]]


def test_the_address_book_is_fetched_after_the_sign_in(
    desks: Desks, bench: Bench, simulator: RunningSimulator, qtbot: QtBot
) -> None:
    desks.start()
    bench.sign_in(simulator, qtbot)
    found: list[Suggestion] = []

    def ask() -> bool:
        desks.people.suggest("County", found.extend)
        return bool(found)

    qtbot.waitUntil(ask, timeout=WAIT_MS)
    assert found[0].name == "County Records Office"


def test_an_import_becomes_recipients(desks: Desks, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Name,Fax\nClinic,(650) 555-0142\nNobody,12\n", encoding="utf-8")
    tables: list[ImportTable] = []
    ended: list[str] = []
    desks.people.read_import(tmp_path / "gone.csv", tables.append, lambda: ended.append("gone"))
    qtbot.waitUntil(lambda: bool(ended and desks.problems), timeout=WAIT_MS)
    assert (ended, tables) == (["gone"], []) and "not there any more" in desks.problems.pop()
    desks.people.read_import(path, tables.append, lambda: ended.append("list"))
    qtbot.waitUntil(lambda: bool(tables), timeout=WAIT_MS)
    table = tables[0]
    assert table.number_column is not None
    lines: list[tuple[ImportedLine, ...]] = []
    desks.people.recipients_of(table, table.name_column, table.number_column, lines.append)
    qtbot.waitUntil(lambda: bool(lines), timeout=WAIT_MS)
    assert lines[0][0].recipient == Recipient(number="+16505550142", name="Clinic")
    assert lines[0][1].recipient is None
    assert lines[0][1].problem


def test_a_proof_and_the_log_are_saved(
    desks: Desks, bench: Bench, live_simulator: RunningSimulator, qtbot: QtBot, tmp_path: Path
) -> None:
    import pypdfium2

    bench.sign_in(live_simulator, qtbot)
    bench.faxes.queue(_draft(_document(tmp_path), AT_ONCE))
    from rcdesk.core.fax.fax import FaxState

    job = _wait(bench, qtbot, FaxState.SENT)
    facts: list[ProofFacts] = []
    desks.proofs.ask(job.id, facts.append)
    qtbot.waitUntil(lambda: bool(facts), timeout=WAIT_MS)
    assert facts[0].has_pages, facts[0].why_no_pages
    report = tmp_path / "report.pdf"
    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(612, 792)
    pdf.save(report)
    pdf.close()
    saved: list[Path] = []
    target = desks.proofs.default_target(job)
    assert job.recipient.number[-4:] in target.name
    assert job.recipient.number[-5:] not in target.name
    desks.proofs.bind(facts[0], report.read_bytes(), target, saved.append)
    qtbot.waitUntil(lambda: saved == [target], timeout=WAIT_MS)
    counts: list[int] = []
    desks.proofs.page_count(target, "application/pdf", counts.append)
    qtbot.waitUntil(lambda: bool(counts), timeout=WAIT_MS)
    assert counts[0] >= 2
    pictures: list[bytes] = []
    desks.proofs.page_image(target, "application/pdf", 0, 120, pictures.append)
    qtbot.waitUntil(lambda: bool(pictures), timeout=WAIT_MS)
    assert pictures[0].startswith(b"\x89PNG")
    log = desks.proofs.default_log_target()
    desks.proofs.write_log(log, saved.append)
    qtbot.waitUntil(lambda: saved == [target, log], timeout=WAIT_MS)
    assert job.message_id in log.read_text(encoding="utf-8-sig")
    assert len(desks.said) == 2
    assert not desks.problems


def test_signed_out_there_is_no_proof_and_no_log(desks: Desks, tmp_path: Path) -> None:
    desks.proofs.ask(1, lambda facts: None)
    desks.proofs.write_log(tmp_path / "log.csv", lambda path: None)
    assert len(desks.problems) == 2
    assert not (tmp_path / "log.csv").exists()


def test_a_page_that_cannot_be_drawn_is_said(desks: Desks, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(desks.proofs.problem, timeout=WAIT_MS):
        desks.proofs.page_image(tmp_path / "gone.pdf", "application/pdf", 0, 100, lambda png: None)


def test_whoever_signs_in_during_a_sync_is_synced_next(
    bench: Bench,
    desks: Desks,
    simulator: RunningSimulator,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first person's sync ends without an answer after the second one is there."""
    from rcdesk.core.errors import Cancelled
    from rcdesk.services.fax.received import ReceivedService

    asked: list[str] = []
    is_second_here = threading.Event()

    def sync(self: ReceivedService, owner_id: str, token: object) -> tuple[ReceivedFax, ...]:
        asked.append(owner_id)
        if len(asked) == 1:
            is_second_here.wait(PATIENCE_S)
            raise Cancelled()
        return ()

    monkeypatch.setattr(ReceivedService, "sync", sync)
    bench.sign_in(simulator, qtbot)
    desks.received.start()
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=WAIT_MS)
    first = bench.session.account
    second = str(simulator.second_credentials["jwt"])
    bench.session.sign_in_jwt(profile_of(simulator), credentials_of(simulator, second))
    qtbot.waitUntil(lambda: bench.session.account not in (None, first), timeout=WAIT_MS)
    is_second_here.set()
    qtbot.waitUntil(lambda: len(asked) == 2, timeout=WAIT_MS)
    assert bench.session.account is not None
    assert asked[1] == bench.session.account.owner_id != asked[0]
