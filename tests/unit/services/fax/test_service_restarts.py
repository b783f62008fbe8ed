"""The service's process is killed in the middle and started again, knowing nothing: nothing lost or doubled.

What a demo does at every start, and a real service never should.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import RcdeskError
from rcdesk.core.fax.fax import FaxDraft, FaxJob, FaxState, Recipient
from rcdesk.services.account.connection import Connection
from rcdesk.services.fax.dispatch import Dispatcher
from rcdesk.services.fax.faxes import FaxService
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.spool import Spool
from tests.places import REPOSITORY
from tests.unit.services.fax_rig import GOOD, SetClock

S = FaxState


class Service:
    """A simulator in a process of its own, which is killed and started again on the same port."""

    def __init__(self) -> None:
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start it and learn how to sign in."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rcdesk.simulator", "--port", str(self.port), "--speed", "100"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        assert self._process.stdout is not None
        self.credentials: dict[str, str] = json.loads(self._process.stdout.readline())
        self.port = int(self.credentials["base_url"].rpartition(":")[2])

    def kill(self) -> None:
        """At once, as by SIGKILL."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def running() -> Iterator[Service]:
    service = Service()
    try:
        yield service
    finally:
        service.kill()


class Desk:
    """A signed-in desk without a window."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service = service
        self.clock = SetClock()
        profile = ServerProfile(
            name="test",
            base_url=service.credentials["base_url"],
            client_id=service.credentials["client_id"],
        )
        self.connection = Connection(profile, Secrets(use_keyring=False), self.clock)
        self.outbox, spool = Outbox(folder / "a.sqlite3"), Spool(folder / "spool")
        self.faxes = FaxService(lambda: self.connection, self.outbox, spool, self.clock)
        self.dispatcher = Dispatcher(lambda: self.connection, self.outbox, spool, self.clock)
        self.sign_in()

    def sign_in(self) -> None:
        """With the credentials of the service that runs now."""
        now = self.service.credentials
        credentials = Credentials(
            client_id=now["client_id"], client_secret=now["client_secret"], jwt=now["jwt"]
        )
        self.account = self.connection.sign_in_jwt(credentials, CancelToken())

    def queue(self) -> FaxJob:
        """A note to one number."""
        to = (Recipient(number=GOOD),)
        draft = FaxDraft(recipients=to, documents=(), note="Only words")
        (job,) = self.faxes.queue(draft, self.account, CancelToken())
        return job

    def send(self) -> None:
        """One turn; that nobody is signed in, or reachable, is no bug."""
        try:
            self.dispatcher.send_next(self.account.owner_id, CancelToken())
        except RcdeskError:
            pass

    def look_for(self, seconds: float) -> None:
        """Look at the message store now and again for that long."""
        for _ in range(int(seconds / 60)):
            self.clock.advance(60)
            try:
                self.faxes.refresh(self.account.owner_id, CancelToken())
            except RcdeskError:
                pass


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running() as service:
        made = Desk(service, tmp_path)
        yield made
        made.outbox.close()
        made.connection.close()


def test_a_fax_that_waited_goes_once_the_service_is_back(desk: Desk) -> None:
    job = desk.queue()
    desk.service.kill()
    desk.send()
    assert desk.outbox.get(job.id).state in (S.WAITING, S.QUEUED)
    desk.service.start()
    desk.sign_in()
    desk.clock.advance(600)
    desk.send()
    assert desk.outbox.get(job.id).state is S.HANDED_OVER


def test_a_fax_that_the_new_process_does_not_know_is_never_called_sent(desk: Desk) -> None:
    job = desk.queue()
    desk.send()
    assert desk.outbox.get(job.id).state is S.HANDED_OVER
    desk.service.kill()
    desk.service.start()
    desk.sign_in()
    desk.look_for(1800)
    job = desk.outbox.get(job.id)
    assert (job.state, "no longer knows this fax" in job.detail) == (S.FAILED, True)
    # Sent again, its pages go along: the old id means nothing to the new process.
    desk.faxes.send_again([job.id])
    desk.send()
    assert desk.outbox.get(job.id).state is S.HANDED_OVER
    assert desk.outbox.get(job.id).message_id != job.message_id


def test_one_whose_answer_died_with_the_process_needs_the_user(desk: Desk) -> None:
    job = desk.queue()
    request = desk.outbox.begin([job], desk.clock.now(), service_offset_s=0.0)
    desk.outbox.mark_last_byte(request.id, desk.clock.now())
    desk.service.kill()
    desk.faxes.recover()
    desk.look_for(1200)
    assert desk.outbox.get(job.id).state is S.INTERRUPTED
    desk.service.start()
    desk.sign_in()
    desk.look_for(1200)
    assert desk.outbox.get(job.id).state is S.NEEDS_YOU
    desk.faxes.resolve(job.id, was_sent=False)
    desk.send()
    assert desk.outbox.get(job.id).state is S.HANDED_OVER
