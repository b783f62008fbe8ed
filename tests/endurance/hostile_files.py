"""Hostile files: thousands of broken ones, and bombs made by hand, through the page worker.

Run as `python tests/endurance/hostile_files.py [--inputs 2000] [--seed 4]`. Good files of every kind are cut,
flipped, spliced and lied in; each is counted, shown, previewed, examined and written. It is
right when every job ends in a page or in one clear sentence, in time, within the room's memory, and the
worker goes on with the next file. The same seed makes the same files. A failing file is kept and named.
"""

from __future__ import annotations

import argparse
import random
import re
import struct
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rcdesk.core.errors import RcdeskError, UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import Dither, Fix, PagePlan, PageRef, PaperSize
from rcdesk.documents.inspect import inspect
from rcdesk.documents.worker.limits import MAX_RESIDENT_BYTES, resident_bytes
from rcdesk.documents.worker.worker import PageWorker
from tests.unit.documents.bombs import BOMBS
from tests.unit.documents.sample_files import MAKERS, make

QUICK_TIMEOUT_S, PAGE_TIMEOUT_S = 6.0, 8.0
GRACE_S = 4.0
"""What ending a room and starting another may take on a busy machine."""
_NUMBER = re.compile(rb"\d+")
_SENTENCE = re.compile(r"[A-Z].{20,300}\.", re.DOTALL)
_BUGS = ("Traceback", "Error(", "Exception", "0x", "None")


@dataclass(slots=True)
class Tally:
    """What came out."""

    inputs: int = 0
    jobs: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    sentences: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    rooms: set[int] = field(default_factory=set)
    peak_bytes: int = 0

    def report(self) -> str:
        """The figures, one a line."""
        lines = [
            f"{self.inputs} files, {self.jobs} jobs: "
            + ", ".join(f"{count} {name}" for name, count in sorted(self.ended.items())),
            f"slowest job {self.slowest_s:.2f} s (limit {PAGE_TIMEOUT_S:.0f} s, {GRACE_S:.0f} s to end it)",
            f"peak resident memory {self.peak_bytes / 1e6:.0f} MB (limit {MAX_RESIDENT_BYTES / 1e6:.0f} MB)",
            f"rooms used {len(self.rooms)}; faults {len(self.faults)}",
            *(f"{count:>7}  {sentence}" for sentence, count in self.sentences.most_common()),
            *self.faults[:20],
        ]
        return "\n".join(lines)


class MemorySampler:
    """Looks at the rooms' memory ten times as often as the rooms' own guard has to act."""

    def __init__(self, worker: PageWorker, tally: Tally) -> None:
        self._worker, self._tally = worker, tally
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="memory-sampler", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *unused: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.005):
            for pid in self._worker.process_ids:
                self._tally.rooms.add(pid)
                self._tally.peak_bytes = max(self._tally.peak_bytes, resident_bytes(pid) or 0)


def mutations(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """The content with one to four things done to it."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        content = rng.choice(MUTATIONS)(rng, content, other)
    return content or b"%PDF-"


def _flip(rng: random.Random, content: bytes, other: bytes) -> bytes:
    changed = bytearray(content)
    reach = min(len(changed), rng.choice((64, 1024, len(changed))))
    for _ in range(rng.choice((1, 3, 20, 200))):
        if reach:
            changed[rng.randrange(reach)] = rng.randrange(256)
    return bytes(changed)


def _cut(rng: random.Random, content: bytes, other: bytes) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _drop(rng: random.Random, content: bytes, other: bytes) -> bytes:
    start = rng.randrange(len(content) + 1)
    return content[:start] + content[start + rng.choice((1, 2, 16, 300, 4000)) :]


def _double(rng: random.Random, content: bytes, other: bytes) -> bytes:
    start = rng.randrange(len(content) + 1)
    piece = content[start : start + rng.choice((4, 50, 2000))]
    return content[:start] + piece * rng.choice((2, 10, 100)) + content[start:]


def _splice(rng: random.Random, content: bytes, other: bytes) -> bytes:
    start = rng.randrange(len(other) + 1)
    where = rng.randrange(len(content) + 1)
    return content[:where] + other[start : start + rng.choice((20, 500, 20_000))] + content[where:]


def _blank(rng: random.Random, content: bytes, other: bytes) -> bytes:
    start = rng.randrange(len(content) + 1)
    length = min(rng.choice((1, 8, 256, 5000)), len(content) - start)
    return content[:start] + rng.choice((b"\x00", b"\xff")) * length + content[start + length :]


def _lie(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """Another number where one stands in the text of the file."""
    found = list(_NUMBER.finditer(content))
    if not found:
        return _flip(rng, content, other)
    place = rng.choice(found)
    lie = rng.choice(
        (b"0", b"-1", b"65535", b"99999999", b"2147483648", b"1e30", b"1", b"999999999999999999")
    )
    return content[: place.start()] + lie + content[place.end() :]


def _binary_lie(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """An extreme number in four bytes near the front or the end, where formats keep sizes and offsets."""
    if len(content) < 8:
        return content
    near = rng.choice((64, 512, len(content)))
    place = rng.randrange(max(1, min(near, len(content) - 4)))
    if rng.random() < 0.3:
        place = max(0, len(content) - 4 - place)
    number = rng.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, 65535, 100_000, 12))
    return content[:place] + struct.pack(rng.choice(("<I", ">I")), number) + content[place + 4 :]


def _png_lie(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """Another size in a PNG's header, with a checksum that is right again."""
    if not content.startswith(b"\x89PNG") or len(content) < 33:
        return _binary_lie(rng, content, other)
    sizes = (0, 1, 3, 9_000, 30_000, 100_000, 2**31 - 1)
    head = b"IHDR" + struct.pack(">II", rng.choice(sizes), rng.choice(sizes)) + content[24:29]
    return content[:12] + head + struct.pack(">I", zlib.crc32(head)) + content[33:]


MUTATIONS: tuple[Callable[[random.Random, bytes, bytes], bytes], ...] = (
    *(_flip, _cut, _drop, _double, _splice, _blank, _lie, _lie, _binary_lie, _png_lie),
)


def mutated_files(folder: Path, inputs: int, seed: int) -> Iterator[tuple[str, Path, str]]:
    """Name, path and kind of each broken file, one after another; each is gone when the next is asked for."""
    rng = random.Random(seed)
    good = []
    for name in MAKERS:
        path, media_type = make(name, folder)
        good.append((name, path.read_bytes(), media_type))
    for number in range(inputs):
        name, content, media_type = good[number % len(good)]
        path = folder / f"{number:05d}-{name}"
        path.write_bytes(mutations(rng, content, rng.choice(good)[1]))
        yield path.name, path, media_type
        path.unlink()


def bomb_files(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """Those made by hand."""
    for name, (media_type, maker) in BOMBS.items():
        path = folder / name
        maker(path)
        yield name, path, media_type
        path.unlink()


class Run:
    """One worker, many files."""

    def __init__(
        self, folder: Path, kept: Path | None = None, *, page_timeout_s: float = PAGE_TIMEOUT_S
    ) -> None:
        self.tally = Tally()
        self.worker = PageWorker(
            folder / "cache", quick_timeout_s=QUICK_TIMEOUT_S, page_timeout_s=page_timeout_s
        )
        self._folder = folder
        self._kept = kept

    def all(self, files: Iterator[tuple[str, Path, str]]) -> Tally:
        """Try every file; the tally has the faults."""
        with MemorySampler(self.worker, self.tally):
            for number, (name, path, media_type) in enumerate(files):
                before = len(self.tally.faults)
                self._try(number, name, path, media_type)
                if len(self.tally.faults) > before and self._kept is not None:
                    self._kept.mkdir(parents=True, exist_ok=True)
                    (self._kept / name).write_bytes(path.read_bytes()[:50_000_000])
        if self.tally.peak_bytes > MAX_RESIDENT_BYTES:
            self.tally.faults.append(f"memory: {self.tally.peak_bytes} bytes")
        return self.tally

    def _try(self, number: int, name: str, path: Path, media_type: str) -> None:
        self.tally.inputs += 1
        ref = PageRef(path=path, media_type=media_type)
        resolution = list(Resolution)[number % 2]
        paper = list(PaperSize)[number % 3]
        plan = PagePlan(source=ref, dither=list(Dither)[number % 3], rotate=90 * (number % 4))
        if number % 5 == 0:
            plan = plan.fixed(list(Fix)[number // 5 % len(Fix)])
        worker = self.worker
        self._job(name, lambda: inspect(path, None, worker.count))
        if not self._job(name, lambda: worker.count(ref)):
            return
        self._job(name, lambda: worker.thumbnail(ref, 160))
        self._job(name, lambda: worker.fax_preview(plan, resolution, paper, 700))
        self._job(name, lambda: worker.findings(plan, resolution, paper))
        if number % 4 == 0:
            target = self._folder / "written.tif"
            self._job(name, lambda: worker.write([plan], resolution, paper, target))
            target.unlink(missing_ok=True)

    def _job(self, name: str, work: Callable[[], object]) -> bool:
        """True when it gave something."""
        self.tally.jobs += 1
        started = time.monotonic()
        sentence = ""
        try:
            work()
        except UserError as exc:
            sentence = str(exc)
        except RcdeskError as exc:
            self.tally.faults.append(f"{name}: {type(exc).__name__}: {exc}")
        except Exception as exc:
            self.tally.faults.append(f"{name}: a bug: {type(exc).__name__}: {exc}")
        taken_s = time.monotonic() - started
        self.tally.slowest_s = max(self.tally.slowest_s, taken_s)
        if taken_s > PAGE_TIMEOUT_S + GRACE_S:
            self.tally.faults.append(f"{name}: took {taken_s:.1f} s")
        if sentence and (not _SENTENCE.fullmatch(sentence) or any(bug in sentence for bug in _BUGS)):
            self.tally.faults.append(f"{name}: not a clear sentence: {sentence!r}")
        self.tally.ended["refused with a sentence" if sentence else "done"] += 1
        if sentence:
            self.tally.sentences[re.sub(r"\d+", "N", sentence)] += 1
        return not sentence


def try_files(inputs: int, seed: int, *, bombs: bool = True, kept: Path | None = None) -> Tally:
    """Mutated files, then bombs, then a good file to see that the worker still works."""
    with tempfile.TemporaryDirectory(prefix="rcdesk-hostile-") as name:
        folder = Path(name)
        run = Run(folder, kept)
        try:
            run.all(mutated_files(folder, inputs, seed))
            if bombs:
                run.all(bomb_files(folder))
            path, media_type = make("letter.pdf", folder)
            if run.worker.count(PageRef(path=path, media_type=media_type)) != 2:
                run.tally.faults.append("a good file is not counted right afterwards")
        finally:
            run.worker.close()
    return run.tally


def main() -> int:
    """Print the figures; 0 when nothing went wrong."""
    parser = argparse.ArgumentParser(description="Broken files through the page worker.")
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--kept", type=Path, help="where files that went wrong are kept")
    options = parser.parse_args()
    started = time.monotonic()
    tally = try_files(options.inputs, options.seed, kept=options.kept)
    print(tally.report())
    print(f"took {time.monotonic() - started:.0f} s")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
