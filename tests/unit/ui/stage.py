"""A desk for the tests of the window: the signals and calls of the real one, without threads or network.

What the window asked for is kept in lists; the tests answer by emitting the signals. The flows test the
window on the real desk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.notices import Bar
from rcdesk.bridge.session_desk import SessionState
from rcdesk.core.account import (
    Account,
    AccountNumber,
    CoverPage,
    Credentials,
    ForwardingNumber,
    ServerProfile,
)
from rcdesk.core.fax import Document, FaxDraft, FaxEvent, FaxJob, FaxState, Recipient, Resolution, SpooledFile
from rcdesk.core.preferences import Preferences
from rcdesk.core.recents import RecentCall

NOW = datetime.now(UTC).replace(microsecond=0)
ACCOUNT = Account(
    owner_id="1",
    name="Mara Okafor",
    company="Okafor & Lee",
    extension_number="101",
    forwarding_numbers=(
        ForwardingNumber(id="11", phone_number="+16505550101", label="Desk phone", kind="Work"),
        ForwardingNumber(id="12", phone_number="+16505550102", label="Mobile", kind="Mobile"),
    ),
    numbers=(AccountNumber(id="21", phone_number="+18885550109", label="Main", can_show=True, can_fax=True),),
    cover_pages=tuple(
        CoverPage(index=i, name=n)
        for i, n in enumerate(
            (
                "None",
                "Ancient",
                "Birthday",
                "Blank",
                "Clasmod",
                "Classic",
                "Confidential",
                "Contempo",
                "Elegant",
            )
        )
    ),
    fax_caller_id="+18885550109",
)


class StageSession(QObject):
    """SessionDesk's face."""

    state_changed = Signal(object)
    account_changed = Signal(object)
    failed = Signal(str)
    rate_limited = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.state = SessionState.SIGNED_IN
        self.account: Account | None = ACCOUNT
        self.profile: ServerProfile | None = ServerProfile(
            name="demo", base_url="http://127.0.0.1:1", is_demo=True
        )
        self.is_persistent = True
        self.is_signed_in = True
        self.asked: list[tuple[ServerProfile, Credentials]] = []
        self.signed_out = 0

    def sign_in_jwt(self, profile: ServerProfile, credentials: Credentials) -> None:
        """Keep what was asked."""
        self.asked.append((profile, credentials))

    def sign_out(self) -> None:
        """Be signed out at once."""
        self.signed_out += 1
        self.become(SessionState.SIGNED_OUT, None)

    def become(self, state: SessionState, account: Account | None) -> None:
        """Change and tell."""
        self.state, self.account = state, account
        self.account_changed.emit(account)
        self.state_changed.emit(state)


class StageCalls(QObject):
    """CallDesk's face."""

    call_changed = Signal(object)
    calls_changed = Signal()
    recents_changed = Signal(object)
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.calls: tuple[Any, ...] = ()
        self.recents: tuple[RecentCall, ...] = ()
        self.is_polling = False

    def search_recents(self, text: str) -> None:
        """Nothing to search."""

    def place(self, request: Any) -> str:
        """No calls here."""
        return "1"


class StageFaxes(QObject):
    """FaxDesk's face."""

    jobs_changed = Signal(object)
    job_changed = Signal(object)
    checked = Signal(object)
    queued = Signal(object)
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.jobs: tuple[FaxJob, ...] = ()
        self.checks: list[tuple[Path, ...]] = []
        self.drafts: list[FaxDraft] = []
        self.steps: list[tuple[str, int]] = []
        self.events: tuple[FaxEvent, ...] = ()

    def check_files(self, paths: Sequence[Path]) -> None:
        """Keep what was asked."""
        self.checks.append(tuple(paths))

    def queue(self, draft: FaxDraft) -> None:
        """Keep what was asked."""
        self.drafts.append(draft)

    def cancel(self, job_id: int) -> None:
        """Keep what was asked."""
        self.steps.append(("cancel", job_id))

    def retry(self, job_id: int) -> None:
        """Keep what was asked."""
        self.steps.append(("retry", job_id))

    def resolve(self, job_id: int, was_sent: bool) -> None:
        """Keep what was asked."""
        self.steps.append(("sent" if was_sent else "again", job_id))

    def load_history(self, job_id: int, done: Callable[[tuple[FaxEvent, ...]], None]) -> None:
        """Answer at once."""
        done(self.events)

    def have(self, *jobs: FaxJob) -> None:
        """Hold these jobs and tell."""
        self.jobs = jobs
        self.jobs_changed.emit(jobs)


class StagePreferences(QObject):
    """PreferencesDesk's face."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.value = Preferences()

    def update(self, **changes: Any) -> None:
        """Change and tell."""
        self.value = replace(self.value, **changes)
        self.changed.emit(self.value)


class StageNotices(QObject):
    """Notices' face."""

    posted = Signal(object)
    bar_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.bar: Bar | None = None

    def show(self, bar: Bar | None) -> None:
        """Show a bar."""
        self.bar = bar
        self.bar_changed.emit(bar)


class Stage(QObject):
    """All faces together."""

    def __init__(self) -> None:
        super().__init__()
        self.session = StageSession()
        self.calls = StageCalls()
        self.faxes = StageFaxes()
        self.preferences = StagePreferences()
        self.notices = StageNotices()

    @property
    def desk(self) -> Desk:
        """What the window takes."""
        return cast(Desk, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One answer of FaxDesk.checked."""

    path: Path
    document: Document | None
    problem: str = ""


def document(name: str = "Referral letter.pdf", pages: int | None = 2, size_bytes: int = 240_000) -> Document:
    """A document that can be faxed."""
    path = Path("/nowhere") / name
    return Document(path=path, name=name, size_bytes=size_bytes, media_type="application/pdf", pages=pages)


def checked(*documents: Document) -> tuple[Check, ...]:
    """What FaxDesk.checked brings for good files."""
    return tuple(Check(path=d.path, document=d) for d in documents)


def job(job_id: int, state: FaxState, name: str = "Valley Imaging Center", **changes: Any) -> FaxJob:
    """A fax in some state."""
    made = FaxJob(
        id=job_id,
        owner_id="1",
        recipient=Recipient(number=f"+1650555{job_id:04}", name=name),
        files=(
            SpooledFile(
                digest="0" * 64, name="Referral.pdf", media_type="application/pdf", size_bytes=9, pages=2
            ),
        ),
        cover_index=0,
        cover_name="",
        note="",
        resolution=Resolution.FINE,
        state=state,
        created_at=NOW - timedelta(minutes=job_id),
        changed_at=NOW,
    )
    return replace(made, **changes)


def shoot(widget: QWidget, name: str) -> None:
    """Save a picture into the folder RCDESK_SCREENSHOTS names; nothing without it."""
    folder = os.environ.get("RCDESK_SCREENSHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    QApplication.sendPostedEvents()
    widget.grab().save(str(Path(folder) / f"{name}.png"))
