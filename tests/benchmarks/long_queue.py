"""A queue of 10,000 faxes: how long the GUI thread stands still while a desk starts on it, and its memory.

Run as `python tests/benchmarks/long_queue.py [--faxes 10000] [--due]`. An archive is filled with scheduled
faxes (with --due their time has come) and a desk signs in on it, without a window but with an event loop
whose longest gap is measured for some seconds. A measurement, not a test: it needs a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.fax.fax_desk import FaxDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.fax.fax import FaxDraft, Recipient
from rcdesk.desk_building import LANES
from rcdesk.services.account.connection import Connection
from rcdesk.services.fax.dispatch import Dispatcher
from rcdesk.services.fax.faxes import FaxService
from rcdesk.simulator import RunningSimulator
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.spool import Spool
from rcdesk.store.paths import Paths

OWNER = "400131427008"
TARGET_MS = 16.0


class Beat:
    """The longest time between two turns of the event loop."""

    def __init__(self) -> None:
        self.worst_ms = 0.0
        self._last_s = time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(1)

    def _tick(self) -> None:
        now_s = time.perf_counter()
        self.worst_ms = max(self.worst_ms, (now_s - self._last_s) * 1000)
        self._last_s = now_s

    def reset(self) -> None:
        """Forget what was."""
        self.worst_ms, self._last_s = 0.0, time.perf_counter()


def fill(outbox: Outbox, faxes: int, send_at: datetime) -> None:
    """Faxes of one word, fifty to a batch."""
    for start in range(0, faxes, 50):
        to = tuple(Recipient(number=f"+1650{n:07}") for n in range(start, min(start + 50, faxes)))
        draft = FaxDraft(recipients=to, documents=(), note=f"Word {start}", send_at=send_at)
        outbox.add(draft, (), OWNER, "", datetime.now(UTC))


def main() -> int:
    """Measure and print; 1 when the loop stood still for longer than the target."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--faxes", type=int, default=10_000)
    parser.add_argument("--due", action="store_true", help="their time has come")
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    application = QApplication(sys.argv)
    with tempfile.TemporaryDirectory() as folder, RunningSimulator.start() as simulator:
        paths = Paths.under(Path(folder)).create()
        outbox, spool = Outbox(paths.database), Spool(paths.spool_dir)
        fill(outbox, options.faxes, datetime.now(UTC) + timedelta(hours=0 if options.due else 9))
        lanes = {name: Lane(name) for name in LANES}
        secrets = Secrets(use_keyring=False)
        session = SessionDesk(lanes["calls"], lambda profile: Connection(profile, secrets))
        faxes = FaxService(lambda: session.connection, outbox, spool)
        desk = FaxDesk(lanes, session, faxes, Dispatcher(lambda: session.connection, outbox, spool))
        desk.start()
        beat = Beat()
        QTimer.singleShot(500, beat.reset)
        profile = ServerProfile(name="Test", base_url=simulator.base_url, client_id=simulator.client_id)
        credentials = Credentials(
            client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt
        )
        QTimer.singleShot(600, lambda: session.sign_in_jwt(profile, credentials))
        QTimer.singleShot(int(options.seconds * 1000), application.quit)
        application.exec()
        print(f"faxes in the queue        {desk.counts.queue}")
        print(f"of them in memory         {len(desk.jobs)}")
        print(f"handed over               {len(simulator.stored_faxes())} requests")
        print(f"requests inside a penalty {simulator.requests_in_penalty}")
        print(f"longest gap               {beat.worst_ms:.1f} ms (target {TARGET_MS:.0f} ms)")
        desk.stop()
        session.stop()
        for lane in reversed(lanes.values()):
            lane.stop(10.0)
        outbox.close()
    return int(beat.worst_ms > TARGET_MS)


if __name__ == "__main__":
    sys.exit(main())
