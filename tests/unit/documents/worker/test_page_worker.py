"""The page worker: answers, passwords, rooms that crash, hang or grow, calling off, and many threads at once.

Nothing is mocked: rooms are processes, they are killed from outside, and hang on files that take for ever.
"""

from __future__ import annotations

import hashlib
import io
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, StoreUnavailable, UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import Dither, Fix, NotDrawnHere, PagePlan, PageRef, PaperSize, PasswordNeeded
from rcdesk.documents.inspect import inspect
from rcdesk.documents.inspect_many import look_at_all, look_at_each
from rcdesk.documents.lists.address_list import read_address_list
from rcdesk.documents.worker import limits, wire
from rcdesk.documents.worker.render_process import CRASHED, TOO_LONG
from rcdesk.documents.worker.worker import PageWorker
from tests.now import now
from tests.patience import PATIENCE_S
from tests.unit.documents.bombs import deflate_pdf, endless_shading
from tests.unit.documents.locked_pdf import locked_pdf
from tests.unit.documents.sample_files import MAKERS, PDF, TEXT, TIFF, make, text_pdf

FINE, LETTER = Resolution.FINE, PaperSize.LETTER


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[PageWorker]:
    made = PageWorker(tmp_path / "cache", quick_timeout_s=20, page_timeout_s=20)
    yield made
    made.close()


@pytest.fixture
def letter(tmp_path: Path) -> PageRef:
    path, media_type = make("letter.pdf", tmp_path)
    return PageRef(path=path, media_type=media_type)


@pytest.mark.parametrize("name", MAKERS)
def test_every_kind_is_counted_and_shown(tmp_path: Path, worker: PageWorker, name: str) -> None:
    path, media_type = make(name, tmp_path)
    ref = PageRef(path=path, media_type=media_type)
    found = inspect(path, None, worker.count)
    assert found.pages == worker.count(ref) == inspect(path).pages
    assert found.media_type == media_type
    with Image.open(io.BytesIO(worker.thumbnail(ref, 120))) as thumbnail:
        assert thumbnail.width == 120 and thumbnail.mode == "L"
        levels = thumbnail.tobytes()
        assert min(levels) < 200 < max(levels)


def test_the_room_that_was_warmed_up_answers(worker: PageWorker, letter: PageRef) -> None:
    assert now(worker.process_ids) == (), "nothing starts before it is needed"
    worker.warm_up()
    (room,) = worker.process_ids
    worker.warm_up()
    assert worker.count(letter) == 2
    assert worker.process_ids == (room,)
    worker.close()
    with pytest.raises(Cancelled):
        worker.warm_up()


def test_the_preview_is_flipped_and_shaped(worker: PageWorker, letter: PageRef) -> None:
    plan = PagePlan(source=letter)
    sizes = {}
    for resolution in Resolution:
        for width in (None, 432):
            with Image.open(io.BytesIO(worker.fax_preview(plan, resolution, LETTER, width))) as png:
                sizes[resolution, width] = (png.mode, *png.size)
    assert sizes == {
        (Resolution.FINE, None): ("1", 1728, 2156),
        (Resolution.STANDARD, None): ("1", 1728, 1078),
        (Resolution.FINE, 432): ("L", 432, 561),
        (Resolution.STANDARD, 432): ("L", 432, 561),
    }
    seconds = worker.page_seconds(plan, FINE, LETTER)
    assert 15 < seconds < 120
    assert worker.page_seconds(plan, Resolution.STANDARD, LETTER) < seconds


def test_dither_and_rotation_change_the_page(tmp_path: Path, worker: PageWorker) -> None:
    path, media_type = make("photo.jpg", tmp_path)
    plan = PagePlan(source=PageRef(path=path, media_type=media_type))
    pages = {
        worker.fax_preview(changed, FINE, LETTER)
        for changed in (
            plan,
            replace(plan, dither=Dither.THRESHOLD),
            plan.turned(90),
            plan.turned(180),
        )
    }
    assert len(pages) == 4
    assert worker.fax_preview(replace(plan, dither=Dither.DIFFUSE), FINE, LETTER) in pages


def test_pages_are_written_in_the_order_chosen_and_reported(
    tmp_path: Path, worker: PageWorker, letter: PageRef
) -> None:
    path, media_type = make("fine.tif", tmp_path)
    scan = PageRef(path=path, media_type=media_type)
    plans = [
        PagePlan(source=replace(scan, page=2)),
        PagePlan(source=letter, is_removed=True),
        PagePlan(source=replace(letter, page=1)),
        PagePlan(source=scan).fixed(Fix.DROP_BLANK),
        PagePlan(source=scan),
    ]
    seen: list[tuple[int, int]] = []
    target = tmp_path / "fax.tif"
    facts = worker.write(plans, FINE, LETTER, target, report=lambda done, of: seen.append((done, of)))
    assert facts.pages == 3 and seen == [(0, 3), (1, 3), (2, 3)]
    assert facts.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    assert facts.size_bytes == target.stat().st_size and facts.transmission_s > 15
    assert worker.process_ids == (), "the room that writes is not kept"
    with Image.open(target) as written:
        for page, plan in enumerate([plans[0], plans[2], plans[4]]):
            written.seek(page)
            with Image.open(io.BytesIO(worker.fax_preview(plan, FINE, LETTER))) as preview:
                assert preview.tobytes() == written.tobytes()


def test_nothing_left_to_send_and_nowhere_to_write(
    tmp_path: Path, worker: PageWorker, letter: PageRef
) -> None:
    plan = PagePlan(source=letter)
    with pytest.raises(UserError, match="No page is left"):
        worker.write([replace(plan, is_removed=True)], FINE, LETTER, tmp_path / "a.tif")
    with pytest.raises(StoreUnavailable, match="this folder is not there"):
        worker.write([plan], FINE, LETTER, tmp_path / "no" / "a.tif")
    with pytest.raises(UserError, match="no page 3"):
        worker.write([PagePlan(source=replace(letter, page=2))], FINE, LETTER, tmp_path / "a.tif")
    assert not (tmp_path / "a.tif").exists()
    assert not list(tmp_path.glob(".unfinished*"))


def test_a_file_that_changed_since_it_was_shown_is_not_written(
    tmp_path: Path, worker: PageWorker, letter: PageRef
) -> None:
    known = replace(letter, digest=hashlib.sha256(letter.path.read_bytes()).hexdigest())
    target = tmp_path / "a.tif"
    assert worker.write([PagePlan(source=known)], FINE, LETTER, target).pages == 1
    letter.path.write_bytes(text_pdf(2, seed=9))
    with pytest.raises(UserError, match="changed since its pages were shown"):
        worker.write([PagePlan(source=known)], FINE, LETTER, target)


def test_a_locked_pdf_asks_for_its_password(tmp_path: Path, worker: PageWorker) -> None:
    ref = PageRef(path=locked_pdf(tmp_path / "locked.pdf"), media_type=PDF)
    with pytest.raises(PasswordNeeded) as first:
        worker.count(ref)
    assert not first.value.was_wrong
    with pytest.raises(PasswordNeeded) as second:
        worker.unlock(ref, "guess")
    assert second.value.was_wrong
    with pytest.raises(PasswordNeeded):
        worker.thumbnail(ref, 100)
    assert worker.unlock(ref, "fax-me") == 1
    plan = PagePlan(source=ref)
    assert worker.write([plan], FINE, LETTER, tmp_path / "open.tif").pages == 1
    with Image.open(io.BytesIO(worker.fax_preview(plan, FINE, LETTER))) as page:
        assert page.convert("L").histogram()[0] > 10_000


def test_kinds_only_the_service_draws_are_said_to_be(tmp_path: Path, worker: PageWorker) -> None:
    path = tmp_path / "a.awd"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(NotDrawnHere, match="counted by the service"):
        worker.count(PageRef(path=path, media_type="application/octet-stream"))
    assert inspect(path, None, worker.count).pages is None


def test_files_are_counted_in_one_question(tmp_path: Path, worker: PageWorker) -> None:
    refs = [PageRef(path=path, media_type=kind) for path, kind in (make(name, tmp_path) for name in MAKERS)]
    refs.insert(1, PageRef(path=locked_pdf(tmp_path / "locked.pdf"), media_type=PDF))
    refs.insert(3, PageRef(path=tmp_path / "gone.pdf", media_type=PDF))
    refs.append(PageRef(path=tmp_path / "gone.pdf", media_type="application/octet-stream"))
    together = worker.counts(refs)
    alone: list[int | UserError] = []
    for ref in refs:
        try:
            alone.append(worker.count(ref))
        except UserError as exc:
            alone.append(exc)
    assert [str(answer) for answer in together] == [str(answer) for answer in alone]
    assert [type(answer) for answer in together] == [type(answer) for answer in alone]
    assert isinstance(together[1], PasswordNeeded) and isinstance(together[-1], NotDrawnHere)
    assert worker.counts([]) == ()
    assert worker.unlock(refs[1], "fax-me") == 1 and worker.counts(refs)[1] == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a file that never ends")
def test_one_hostile_file_of_many_spoils_no_other(tmp_path: Path, letter: PageRef) -> None:
    os.mkfifo(tmp_path / "endless.png")
    endless = PageRef(path=tmp_path / "endless.png", media_type="image/png")
    worker = PageWorker(tmp_path / "cache", quick_timeout_s=5.0)
    try:
        assert worker.counts([letter]) == (2,)
        before, found, after = worker.counts([letter, endless, letter])
        assert (before, str(found), after) == (2, TOO_LONG, 2)
        rooms = worker.process_ids
        before, found, after = worker.counts([letter, endless, letter])
        assert (before, str(found), after) == (2, TOO_LONG, 2)
        assert worker.process_ids == rooms, "what ended a room is not asked about again"
        with pytest.raises(Cancelled):
            token = CancelToken()
            token.cancel()
            worker.counts([letter, letter], token)
    finally:
        worker.close()


def test_a_drop_is_looked_at_like_each_of_its_files(tmp_path: Path, worker: PageWorker) -> None:
    paths = [make(name, tmp_path)[0] for name in MAKERS]
    paths[2:2] = [tmp_path / "gone.pdf", tmp_path, locked_pdf(tmp_path / "locked.pdf"), paths[0]]
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    paths.append(tmp_path / "broken.pdf")
    together = look_at_all(paths, CancelToken(), worker.counts)
    alone = look_at_each(paths, CancelToken(), worker.count)
    assert [str(found) for found in together] == [str(found) for found in alone]
    assert sum(isinstance(found, UserError) for found in together) == 3


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_room_that_dies_is_replaced(worker: PageWorker, letter: PageRef) -> None:
    assert worker.count(letter) == 2
    (first,) = worker.process_ids
    os.kill(first, signal.SIGKILL)
    with pytest.raises(UserError) as said:
        while True:  # the answer may have been on its way already
            worker.thumbnail(letter, 50)
    assert str(said.value) == CRASHED
    (second,) = worker.process_ids
    assert second != first
    assert worker.count(letter) == 2


def test_what_hangs_is_ended_and_not_tried_again(tmp_path: Path, letter: PageRef) -> None:
    path = tmp_path / "endless.pdf"
    endless_shading(path)
    plan = PagePlan(source=PageRef(path=path, media_type=PDF))
    worker = PageWorker(tmp_path / "cache", page_timeout_s=0.5)
    try:
        assert worker.count(plan.source) == 1
        with pytest.raises(UserError) as said:
            worker.fax_preview(plan, FINE, LETTER)
        assert str(said.value) == TOO_LONG
        rooms = worker.process_ids
        with pytest.raises(UserError, match="too long"):
            worker.fax_preview(plan, FINE, LETTER)
        assert worker.process_ids == rooms, "the room that is there was not even asked"
        assert worker.count(letter) == 2
    finally:
        worker.close()


def test_a_room_that_grows_is_ended(tmp_path: Path, worker: PageWorker, letter: PageRef) -> None:
    path = tmp_path / "deflate.pdf"
    deflate_pdf(path)
    with pytest.raises(UserError, match="takes more memory than rcdesk allows"):
        worker.thumbnail(PageRef(path=path, media_type=PDF), 100)
    assert worker.count(letter) == 2
    (room,) = worker.process_ids
    assert (limits.resident_bytes(room) or 0) < limits.MAX_RESIDENT_BYTES


def test_a_preview_that_is_called_off_leaves_at_once(tmp_path: Path, worker: PageWorker) -> None:
    path = tmp_path / "endless.pdf"
    endless_shading(path)
    token = CancelToken()
    timer = threading.Timer(0.2, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        worker.fax_preview(PagePlan(source=PageRef(path=path, media_type=PDF)), FINE, LETTER, token=token)
    timer.join()


def test_writing_is_called_off_between_two_pages(tmp_path: Path, worker: PageWorker) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(text_pdf(100))
    plans = [PagePlan(source=PageRef(path=path, media_type=PDF, page=page)) for page in range(100)]
    token = CancelToken()
    seen: list[int] = []

    def report(done: int, of: int) -> None:
        seen.append(done)
        if done == 2:
            token.cancel()

    target = tmp_path / "fax.pdf"
    target.write_bytes(b"an older fax")
    with pytest.raises(Cancelled):
        worker.write(plans, FINE, LETTER, target, "pdf", report, token)
    assert len(seen) < 100
    assert target.read_bytes() == b"an older fax"
    assert not list(tmp_path.glob(".unfinished*"))


def test_a_thumbnail_does_not_wait_for_a_fax_that_is_written(tmp_path: Path, worker: PageWorker) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(text_pdf(60))
    plans = [PagePlan(source=PageRef(path=path, media_type=PDF, page=page)) for page in range(60)]
    begun = threading.Event()
    done: list[int] = []

    def report(page: int, of: int) -> None:
        done.append(page)
        begun.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(worker.write, plans, FINE, LETTER, tmp_path / "fax.tif", "tiff", report)
        assert begun.wait(PATIENCE_S)
        worker.thumbnail(plans[50].source, 100)
        assert not writing.done(), f"{len(done)} pages were written before one thumbnail came"
        assert writing.result(60).pages == 60


def test_many_threads_share_one_room(worker: PageWorker, letter: PageRef, tmp_path: Path) -> None:
    path, media_type = make("fine.tif", tmp_path)
    other = PageRef(path=path, media_type=media_type)
    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(worker.count, [letter, other] * 20))
        pictures = list(pool.map(lambda page: worker.thumbnail(replace(other, page=page), 64), [0, 1, 2] * 6))
    assert counts == [2, 3] * 20
    assert len(set(pictures)) == 3
    assert len(worker.process_ids) == 1


def test_closing_ends_what_is_under_way_and_the_rooms(tmp_path: Path) -> None:
    path = tmp_path / "endless.pdf"
    endless_shading(path)
    worker = PageWorker(tmp_path / "cache")
    plan = PagePlan(source=PageRef(path=path, media_type=PDF))
    worker.count(plan.source)
    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(worker.fax_preview, plan, FINE, LETTER)
        assert not drawing.done()
        worker.close()
        with pytest.raises(Cancelled):
            drawing.result(10)
    assert worker.process_ids == ()
    with pytest.raises(Cancelled):
        worker.count(plan.source)


def test_a_changed_file_is_opened_again(tmp_path: Path, worker: PageWorker) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one page", encoding="utf-8")
    ref = PageRef(path=path, media_type=TEXT)
    before = worker.thumbnail(ref, 100)
    path.write_text("another\n" * 70, encoding="utf-8")
    assert worker.count(ref) == 2
    assert worker.thumbnail(ref, 100) != before
    path.unlink()
    with pytest.raises(UserError, match="not there any more"):
        worker.thumbnail(ref, 100)


def test_names_of_every_sort_reach_the_room(tmp_path: Path, worker: PageWorker, letter: PageRef) -> None:
    for name in ("Grüße & co %20.pdf", "-rf.pdf", "a\nb.pdf"):
        path = tmp_path / name
        path.write_bytes(letter.path.read_bytes())
        assert worker.count(PageRef(path=path, media_type=PDF)) == 2


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs pidfd_open")
def test_a_busy_room_ends_with_its_program(tmp_path: Path) -> None:
    """The program is killed while its room draws what takes for ever."""
    path = tmp_path / "endless.pdf"
    endless_shading(path)
    program = (
        "import sys, threading\nfrom pathlib import Path\n"
        "from rcdesk.core.fax.fax import Resolution\n"
        "from rcdesk.core.fax.paper import PagePlan, PageRef, PaperSize\n"
        "from rcdesk.documents.worker.worker import PageWorker\n"
        "worker = PageWorker(Path(sys.argv[2]))\n"
        "plan = PagePlan(source=PageRef(path=Path(sys.argv[1]), media_type='application/pdf'))\n"
        "worker.count(plan.source)\n"
        "print(worker.process_ids[0], flush=True)\n"
        "worker.fax_preview(plan, Resolution.FINE, PaperSize.LETTER)\n"
    )
    command = [sys.executable, "-c", program, str(path), str(tmp_path / "cache")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        room = os.pidfd_open(int(running.stdout.readline()))
        try:
            running.kill()
            running.wait()
            assert select.select([room], [], [], 10)[0], "the room goes on without its program"
        finally:
            os.close(room)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system does not tell")
@pytest.mark.parametrize(
    ("guard", "status"),
    [
        ("limits.MemoryWatch(150_000_000)", limits.OVER_MEMORY_STATUS),
        ("contextlib.nullcontext(limits.bound_address_space(100_000_000))", 5),
    ],
)
def test_each_guard_of_the_memory_works_by_itself(guard: str, status: int) -> None:
    """One ends the process, the other lets the allocation fail."""
    program = (
        "import contextlib, sys, threading\nfrom rcdesk.documents.worker import limits\n"
        f"guard = {guard}\n"
        "if hasattr(guard, 'watch'): guard.watch()\n"
        "with guard:\n"
        "    try: kept = [bytearray(10_000_000) for _ in range(30)]\n"
        "    except MemoryError: sys.exit(5)\n"
        "    threading.Event().wait(20)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], timeout=PATIENCE_S, check=False)
    assert done.returncode == status


def test_frames_are_checked_on_the_way_in() -> None:
    for broken in (
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x0d" + b'{"body": -12}',
        b"\x00\x00\x00\x16" + b'{"body": 999999999999}',
        b"\x00\x00\x00\x04nope",
    ):
        with pytest.raises(wire.BrokenFrame):
            wire.read_frame(io.BytesIO(broken))
    assert wire.read_frame(io.BytesIO(b"\x00\x00")) is None
    whole = io.BytesIO()
    wire.write_frame(whole, {"id": 1}, b"abc")
    assert wire.read_frame(io.BytesIO(whole.getvalue()[:-1])) is None
    assert wire.read_frame(io.BytesIO(whole.getvalue())) == ({"id": 1, "body": 3}, b"abc")


def test_tiff_is_what_is_written_unless_asked(tmp_path: Path, worker: PageWorker, letter: PageRef) -> None:
    plan = PagePlan(source=letter)
    assert worker.write([plan], FINE, LETTER, tmp_path / "a.tif").media_type == TIFF
    assert worker.write([plan], FINE, LETTER, tmp_path / "a.pdf", "pdf").media_type == PDF


def test_an_address_list_is_read_in_a_room_that_ends_with_it(worker: PageWorker, tmp_path: Path) -> None:
    path = tmp_path / "a.vcf"
    path.write_text(
        "BEGIN:VCARD\nFN:Жанна\nORG:Elm\nTEL;FAX:1\nTEL;CELL:2\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD\n",
        encoding="utf-8",
    )
    assert worker.read_list(path) == read_address_list(path)
    assert worker.process_ids == ()
    with pytest.raises(UserError, match="not there any more"):
        worker.read_list(tmp_path / "gone.csv")


def test_reading_a_list_can_be_called_off(worker: PageWorker, tmp_path: Path) -> None:
    path = tmp_path / "long.vcf"
    path.write_bytes(b"BEGIN:VCARD\nFN:A\n" + b"TEL;TYPE=x:1\n" * 1_500_000)
    token = CancelToken()
    threading.Timer(0.5, token.cancel).start()
    with pytest.raises(Cancelled):
        worker.read_list(path, token)
    assert worker.process_ids == ()
