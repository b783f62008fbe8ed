"""A signed-in fax desk without a window: services, a real archive, and a simulator whose time the test owns.

Time stands still until pass_time(), which moves this machine and the service alike; jump() sets this
machine's wall clock only, as a person or a time server would.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2

from rcdesk.core.account.account import Account, Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import NotSent
from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState, Recipient
from rcdesk.services.account.connection import Connection
from rcdesk.services.fax.dispatch import Dispatcher, Report
from rcdesk.services.fax.faxes import FaxService
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.spool import Spool

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator
    from rcdesk.simulator.recording import RecordedRequest

GOOD = "+16505550142"
BAD = "+1650"
"""Not a number for the service: it refuses the whole request with CMN-101."""


LONGEST_TEXT_BYTES = 100_000
"""A longer text would be more pages than a fax can hold."""


def heavy_page(size_bytes: int) -> bytes:
    """A PDF of one page that carries so many bytes that nobody sees."""
    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(612, 792)
    pdf.new_attachment("noise").set_data(random.Random(size_bytes).randbytes(size_bytes))
    written = io.BytesIO()
    pdf.save(written)
    pdf.close()
    return written.getvalue()


def magic(outcome: str) -> str:
    """The simulator's number with this outcome."""
    from rcdesk.simulator.magic import MAGIC_NUMBERS

    return next(m.number for m in MAGIC_NUMBERS if m.kind == "fax" and m.outcome == outcome)


class SetClock:
    """Time that moves when the test says; a jump moves the wall clock alone."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)
        self._monotonic_s = 1000.0

    def now(self) -> datetime:
        """The wall clock."""
        return self._now

    def monotonic(self) -> float:
        """The clock nobody sets."""
        return self._monotonic_s

    def advance(self, seconds: float) -> None:
        """Time passes."""
        self._now += timedelta(seconds=seconds)
        self._monotonic_s += seconds

    def jump(self, delta: timedelta) -> None:
        """Somebody sets the wall clock."""
        self._now += delta


@dataclass
class Rig:
    """Everything of one desk."""

    simulator: RunningSimulator
    connection: Connection
    account: Account
    folder: Path
    clock: SetClock
    outbox: Outbox = field(init=False)
    spool: Spool = field(init=False)
    faxes: FaxService = field(init=False)
    dispatcher: Dispatcher = field(init=False)

    def __post_init__(self) -> None:
        self.spool = Spool(self.folder / "spool")
        self.start()

    def start(self) -> None:
        """The program starts, for the first time or again."""
        self.outbox = Outbox(self.folder / "a.sqlite3")
        self.faxes = FaxService(lambda: self.connection, self.outbox, self.spool, self.clock)
        self.dispatcher = Dispatcher(lambda: self.connection, self.outbox, self.spool, self.clock)

    def restart(self) -> tuple[FaxJob, ...]:
        """The program dies where it is and starts again; what recover() put in order."""
        self.outbox.close()
        self.start()
        return self.faxes.recover()

    @property
    def owner(self) -> str:
        """Whose faxes these are."""
        return self.account.owner_id

    def draft(self, *numbers: str, size: int = 2000, note: str = "Hello", **options: Any) -> FaxDraft:
        """One document of one page to these numbers: a text, or a PDF when it is to be large."""
        path = self.folder / ("letter.txt" if size <= LONGEST_TEXT_BYTES else "letter.pdf")
        path.write_bytes(b"x" * size if size <= LONGEST_TEXT_BYTES else heavy_page(size))
        (check,) = self.faxes.check((path,), CancelToken())
        assert check.document is not None, check.problem
        people = tuple(Recipient(number=n, name="Ann") for n in numbers or (GOOD,))
        return FaxDraft(recipients=people, documents=(check.document,), note=note, **options)

    def queue(self, *numbers: str, **options: Any) -> tuple[FaxJob, ...]:
        """Record such a fax; the original file is deleted at once."""
        draft = self.draft(*numbers, **options)
        jobs = self.faxes.queue(draft, self.account, CancelToken())
        draft.documents[0].path.unlink()
        return jobs

    def queue_one(self, number: str = GOOD, **options: Any) -> FaxJob:
        """One such fax to one number."""
        (job,) = self.queue(number, **options)
        return job

    def send(self, token: CancelToken | None = None, report: Report | None = None) -> tuple[FaxJob, ...]:
        """One turn of the faxes lane: the jobs that changed."""
        return self.dispatcher.send_next(self.owner, token or CancelToken(), report).jobs

    def send_all(self, most: int = 60) -> None:
        """Turns of the lane until nothing is due."""
        for _ in range(most):
            if not self.send():
                return
        raise AssertionError("the queue does not come to rest")

    def refresh(self) -> tuple[FaxJob, ...]:
        """One look at the message store."""
        return self.faxes.refresh(self.owner, CancelToken())

    def pass_time(self, seconds: float) -> None:
        """Time passes, here and at the service."""
        self.clock.advance(seconds)
        self.simulator.advance(seconds)

    def look_for(self, seconds: float, every_s: float = 20.0) -> None:
        """Look at the message store now and again for that long.

        On a busy machine the service may close a connection in the moment it is used again: as the desk does,
        it is asked the next time.
        """
        for _ in range(int(seconds / every_s) + 1):
            try:
                self.refresh()
            except NotSent:
                self.refresh()
            self.pass_time(every_s)

    def get(self, job: FaxJob) -> FaxJob:
        """The job as it is now."""
        return self.outbox.get(job.id)

    def states(self, job: FaxJob) -> list[FaxState]:
        """The states it went through."""
        return [event.state for event in self.faxes.history(job.id)]

    def stored(self) -> int:
        """How many faxes the service was ever given."""
        return len(self.simulator.stored_faxes())

    def asked(self, method: str, part: str) -> list[RecordedRequest]:
        """The requests so far whose path ends like this."""
        return [r for r in self.simulator.requests if r.method == method and r.path.endswith(part)]

    def crash_in(self, job: FaxJob, *, has_last_byte: bool) -> tuple[FaxJob, ...]:
        """Die during the request of this job, which never arrives; restart."""
        offset_s = self.connection.session.service_offset_s
        request = self.outbox.begin([self.get(job)], self.clock.now(), service_offset_s=offset_s)
        if has_last_byte:
            self.outbox.mark_last_byte(request.id, self.clock.now())
        return self.restart()


@contextmanager
def signed_in(simulator: RunningSimulator, folder: Path, base_url: str = "") -> Iterator[Rig]:
    """A desk signed in to this simulator, with an empty archive; base_url: through something on the way."""
    clock = SetClock()
    base_url = base_url or simulator.base_url
    profile = ServerProfile(name="test", base_url=base_url, client_id=simulator.client_id)
    connection = Connection(profile, Secrets(use_keyring=False), clock)
    credentials = Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt
    )
    account = connection.sign_in_jwt(credentials, CancelToken())
    rig = Rig(simulator, connection, account, folder, clock)
    yield rig
    rig.outbox.close()
    connection.close()


def at_first_progress(action: Callable[[], None]) -> Report:
    """A report that does something once bytes have left."""
    is_done = False

    def report(progress: tuple[tuple[int, ...], int, int]) -> None:
        nonlocal is_done
        if progress[1] and not is_done:
            is_done = True
            action()

    return report
