"""A whole desk in a process of its own, built by the program's composition root and led over pipes.

Commands come as JSON lines on standard input (`Remote._obey` has them all), news leave as JSON lines on
standard output: the session's state, every change of a fax's state, every sentence for the
user. Its time may run faster (fast_time.py) and it may stand still at a point on the way (stop_points.py). It
is killed by its runner, or quits in order. GUI thread. Read next: remote_desk.py, the other end of the pipes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.endurance import fast_time, stop_points
from tests.endurance.fast_time import FastTime
from tests.endurance.stop_points import StopPoint, stop

if TYPE_CHECKING:
    from PySide6.QtCore import QSocketDescriptor

    from rcdesk.app import Running
    from rcdesk.core.fax.fax import FaxDraft, FaxJob

_writing = threading.Lock()


def tell(event: str, **what: Any) -> None:
    """One line of news; from any thread."""
    with _writing:
        sys.stdout.write(json.dumps({"event": event, **what}) + "\n")
        sys.stdout.flush()


def job_json(job: FaxJob) -> dict[str, Any]:
    """What a runner needs to know of a fax."""
    return {
        "id": job.id,
        "number": job.recipient.number,
        "state": job.state.value,
        "reason": job.wait_reason.value,
        "message_id": job.message_id,
        "detail": job.detail,
        "error_code": job.error_code,
        "tries": job.tries,
    }


class Remote:
    """Obeys the commands and tells what happens."""

    def __init__(self, running: Running, world: FastTime, point: StopPoint) -> None:
        from PySide6.QtCore import QSocketNotifier

        self._running = running
        self._world = world
        self._point = point
        self._known: dict[int, tuple[str, str]] = {}
        self._rest = b""
        faxes, session = running.desk.faxes, running.desk.session
        session.state_changed.connect(lambda state: tell("session", state=state.value))
        session.failed.connect(lambda text: tell("session_failed", text=text))
        faxes.jobs_changed.connect(self._jobs)
        faxes.job_changed.connect(lambda job: self._jobs((job,)))
        faxes.queued.connect(self._queued)
        faxes.problem.connect(lambda text: tell("problem", text=text))
        faxes.said.connect(lambda text: tell("said", text=text))
        for lane in running.lanes.values():
            lane.bug.connect(lambda text: tell("bug", text=text))
        self._notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._readable)

    def _jobs(self, jobs: Sequence[FaxJob]) -> None:
        """Tell what changed since it was last told."""
        changed = [j for j in jobs if self._known.get(j.id) != (j.state.value, j.detail)]
        self._known.update({j.id: (j.state.value, j.detail) for j in changed})
        if changed:
            tell("jobs", jobs=[job_json(job) for job in changed])
        handed_over = any(j.state.value == "handed over" for j in changed)
        if self._point is StopPoint.SCHEDULED and handed_over:
            stop(lambda: tell("stopped", at=self._point.value))

    def _queued(self, jobs: Sequence[FaxJob]) -> None:
        self._jobs(jobs)
        tell("queued", ids=[job.id for job in jobs])
        is_waiting_here = all(j.state.value == "waiting" for j in jobs)
        if self._point is StopPoint.UNDO or (self._point is StopPoint.SCHEDULED and is_waiting_here):
            stop(lambda: tell("stopped", at=self._point.value))

    def _readable(self, _socket: QSocketDescriptor | int) -> None:
        data = os.read(sys.stdin.fileno(), 65536)
        if not data:
            self._quit()
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))

    def _obey(self, order: dict[str, Any]) -> None:
        faxes = self._running.desk.faxes
        match order["do"]:
            case "queue":
                self._queue(order)
            case "cancel":
                faxes.cancel(order["ids"])
            case "resolve":
                faxes.resolve(order["id"], order["was_sent"])
            case "pause":
                faxes.set_paused(True)
            case "resume":
                faxes.set_paused(False)
            case "jump":
                fast_time.jump(order["seconds"])
                tell("jumped", seconds=order["seconds"])
            case _:
                self._quit()

    def _queue(self, order: dict[str, Any]) -> None:
        """Press Send; the files are looked at here, because the composer takes what check_files() finds."""
        from rcdesk.core.errors import UserError
        from rcdesk.documents.inspect import inspect

        try:
            documents = tuple(inspect(Path(path)) for path in order["files"])
        except UserError as exc:
            tell("problem", text=str(exc))
            return
        self._running.desk.faxes.queue(self._draft(order, documents))

    def _draft(self, order: dict[str, Any], documents: tuple[Any, ...]) -> FaxDraft:
        from rcdesk.core.fax.fax import FaxDraft, Recipient, SendBy

        send_in_s, keep_trying_s = order.get("send_in_s"), order.get("keep_trying_s")
        now = self._world.now()
        return FaxDraft(
            recipients=tuple(Recipient(number=number) for number in order["to"]),
            documents=documents,
            note=order.get("note", ""),
            undo_s=order.get("undo_s", 0),
            send_at=now + timedelta(seconds=send_in_s) if send_in_s else None,
            send_by=SendBy(order.get("send_by", "desk")),
            keep_trying_until=now + timedelta(seconds=keep_trying_s) if keep_trying_s else None,
        )

    def _quit(self) -> None:
        from PySide6.QtWidgets import QApplication

        self._notifier.setEnabled(False)
        is_in_time = self._running.stop()
        tell("quit", is_in_time=is_in_time)
        QApplication.exit(0 if is_in_time else 1)


def main() -> int:
    """Run a desk until it is told to quit, its input ends, or it is killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True, help="the desk's own folder")
    parser.add_argument("--sign-in", type=json.loads, required=True, help="the simulator's credentials")
    parser.add_argument("--time", type=FastTime.from_text, required=True)
    parser.add_argument("--stop-at", type=StopPoint, default=StopPoint.NONE)
    options = parser.parse_args()

    fast_time.install(options.time)
    if options.stop_at is not StopPoint.NONE:
        stop_points.install(options.stop_at, lambda: tell("stopped", at=options.stop_at.value))

    from PySide6.QtWidgets import QApplication

    from rcdesk.app import build
    from rcdesk.core.account.account import Credentials, ServerProfile
    from rcdesk.store.paths import Paths

    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    account = options.sign_in
    running = build(
        paths=Paths.under(options.home),
        profile=ServerProfile(
            name="RingCentral", base_url=account["base_url"], client_id=account["client_id"]
        ),
        credentials=Credentials(
            client_id=account["client_id"], client_secret=account["client_secret"], jwt=account["jwt"]
        ),
    )
    remote = Remote(running, options.time, options.stop_at)
    running.start()
    status = QApplication.exec()
    del remote
    return status


if __name__ == "__main__":
    sys.exit(main())
