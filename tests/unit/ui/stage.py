"""A desk for the tests of the window: the signals and calls of the real one, without threads or network.

What the window asked for is kept in lists; the tests answer by emitting the signals. The flows test the
window on the real desk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from rcdesk.bridge.account.notices import Bar, Notice, NoticeKind
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.bridge.calls.history_desk import HistoryDesk
from rcdesk.bridge.calls.past_calls_model import PastCallsModel
from rcdesk.bridge.desk import Desk
from rcdesk.bridge.fax.folder_model import FolderModel
from rcdesk.bridge.messages.conversations_model import ConversationsModel
from rcdesk.bridge.messages.texts_desk import TextsDesk
from rcdesk.core.account.account import (
    Account,
    AccountNumber,
    CoverPage,
    ForwardingNumber,
    ServerProfile,
)
from rcdesk.core.account.keyring import KeyringState
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.fax.fax import (
    Document,
    FaxDraft,
    FaxEvent,
    FaxJob,
    FaxState,
    Recipient,
    Resolution,
    SendBy,
    SpooledFile,
)
from rcdesk.core.fax.folder import FolderCounts, ReceivedFax, Shelf
from rcdesk.core.fax.incoming import Clip
from rcdesk.core.fax.kept_draft import KeptDraft
from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.core.people.people import Group, ImportedLine, ImportTable, Suggestion
from tests.unit.ui.call_stage import (
    StageCallPeople,
    StageHistory,
    StageNews,
    StageNumbers,
    StagePresence,
)
from tests.unit.ui.folder_stage import StageArchive, StageLane, StagePages, StageReceived, new_folder_model
from tests.unit.ui.sign_in_stage import SignInSteps, StageProfiles
from tests.unit.ui.voice_stage import StagePlayer, StageRecordings, StageTexts, StageVoicemails

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


class StageSession(SignInSteps):
    """SessionDesk's face."""

    state_changed = Signal(object)
    account_changed = Signal(object)
    failed = Signal(str)
    rate_limited = Signal(float)
    keyring_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = SessionState.SIGNED_IN
        self.account: Account | None = ACCOUNT
        self.profile: ServerProfile | None = ServerProfile(
            name="demo", base_url="http://127.0.0.1:1", is_demo=True
        )
        self.is_persistent = True
        self.keyring = KeyringState.FINE
        self.offline_reason = ""
        self.is_signed_in = True
        self.is_demo_coming = False
        self.signed_out = 0

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
    ended = Signal(object)
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.calls: tuple[Any, ...] = ()
        self.is_polling = False
        self.placed: list[Any] = []
        self.cancelled: list[str] = []

    def place(self, request: Any) -> str:
        """Keep what was asked."""
        self.placed.append(request)
        return str(len(self.placed))

    def cancel(self, call_id: str) -> None:
        """Keep what was asked."""
        self.cancelled.append(call_id)

    def dismiss(self, call_id: str) -> None:
        """Take it off."""
        self.have(*(call for call in self.calls if call.id != call_id))

    def have(self, *calls: Any) -> None:
        """These are the calls now."""
        self.calls = calls
        self.calls_changed.emit()
        for call in calls:
            self.call_changed.emit(call)


class StageFaxes(QObject):
    """FaxDesk's face. facts is what the archive knows, by number; who is not in it is known and fine."""

    jobs_changed = Signal(object)
    job_changed = Signal(object)
    folders_changed = Signal()
    counts_changed = Signal(object)
    checked = Signal(object)
    queued = Signal(object)
    undone = Signal(object)
    ended = Signal(object)
    problem = Signal(str)
    said = Signal(str)
    paused_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.jobs: tuple[FaxJob, ...] = ()
        self.counts = FolderCounts()
        self.is_paused = False
        self.checks: list[tuple[Path, ...]] = []
        self.drafts: list[FaxDraft] = []
        self.steps: list[tuple[str, int]] = []
        self.events: tuple[FaxEvent, ...] = ()
        self.facts: dict[str, RecipientFacts] = {}
        self.fact_questions: list[FaxDraft] = []
        self.answers_facts = True
        self.left_s = 10.0
        self.times: list[tuple[tuple[int, ...], datetime | None]] = []
        self.draft_again: FaxDraft | None = None
        self.queue_failed: Callable[[str], None] | None = None

    def check_files(self, paths: Sequence[Path]) -> None:
        """Keep what was asked."""
        self.checks.append(tuple(paths))

    def stop_checks(self) -> None:
        """Forget what was asked."""
        self.checks.clear()

    def queue(self, draft: FaxDraft, failed: Callable[[str], None] | None = None) -> None:
        """Keep what was asked."""
        self.drafts.append(draft)
        self.queue_failed = failed

    def ask_facts(
        self,
        draft: FaxDraft,
        done: Callable[[tuple[RecipientFacts, ...]], None],
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """Answer at once, unless the test wants to see the waiting."""
        self.fact_questions.append(draft)
        if self.answers_facts:
            known = (
                self.facts.get(r.number, RecipientFacts(recipient=r, is_known=True)) for r in draft.recipients
            )
            done(tuple(known))

    def undo_left_s(self, job_ids: Sequence[int]) -> float:
        """What the test set."""
        return self.left_s

    def _step(self, name: str, job_ids: Sequence[int]) -> None:
        self.steps.extend((name, job_id) for job_id in job_ids)

    def undo(self, job_ids: Sequence[int]) -> None:
        """Keep what was asked."""
        self._step("undo", job_ids)

    def cancel(self, job_ids: Sequence[int]) -> None:
        """Keep what was asked."""
        self._step("cancel", job_ids)

    def retry(self, job_ids: Sequence[int]) -> None:
        """Keep what was asked."""
        self._step("retry", job_ids)

    def send_again(self, job_ids: Sequence[int]) -> None:
        """Keep what was asked."""
        self._step("send again", job_ids)

    def hold_again(self, as_before: Sequence[FaxJob]) -> None:
        """Keep what was asked."""
        self._step("hold again", [job.id for job in as_before])

    def pause(self, job_ids: Sequence[int]) -> None:
        """Keep what was asked."""
        self._step("pause", job_ids)

    def resume(self, job_ids: Sequence[int]) -> None:
        """Keep what was asked."""
        self._step("resume", job_ids)

    def mark_seen(self, job_ids: Sequence[int]) -> None:
        """Keep what was asked."""
        self._step("seen", job_ids)

    def set_paused(self, is_paused: bool) -> None:
        """Change and tell."""
        self.is_paused = is_paused
        self.paused_changed.emit(is_paused)

    def reschedule(self, job_ids: Sequence[int], send_at: datetime | None, send_by: SendBy) -> None:
        """Keep what was asked."""
        self._step(f"reschedule by {send_by.value}", job_ids)
        self.times.append((tuple(job_ids), send_at))

    def set_deadline(self, job_ids: Sequence[int], until: datetime | None) -> None:
        """Keep what was asked."""
        self._step("deadline", job_ids)
        self.times.append((tuple(job_ids), until))

    def resolve(self, job_id: int, was_sent: bool) -> None:
        """Keep what was asked."""
        self.steps.append(("sent" if was_sent else "again", job_id))

    def edit_again(self, job_id: int, done: Callable[[FaxDraft], None]) -> None:
        """Bring the draft the test set."""
        self.steps.append(("edit", job_id))
        if self.draft_again is not None:
            done(self.draft_again)

    def forward(self, row: Any, done: Callable[[FaxDraft], None]) -> None:
        """Bring the draft the test set."""
        self.steps.append(("forward", row.id))
        if self.draft_again is not None:
            done(self.draft_again)

    def load_history(self, job_id: int, done: Callable[[tuple[FaxEvent, ...]], None]) -> None:
        """Answer at once."""
        done(self.events)

    def have(self, *jobs: FaxJob) -> None:
        """Hold these jobs and tell."""
        self.jobs = jobs
        self.jobs_changed.emit(jobs)


class StageTask:
    """A task's face: is_cancelled once cancel() was called."""

    is_cancelled = False

    def cancel(self) -> None:
        """Keep that it was asked."""
        self.is_cancelled = True


class StagePeople(StageCallPeople):
    """PeopleDesk's face: answers at once with what the test put here."""

    groups_changed = Signal()
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.groups: tuple[Group, ...] = ()
        self.known: tuple[Suggestion, ...] = ()
        self.asked: list[str] = []
        self.table: ImportTable | None = None
        self.lines: tuple[ImportedLine, ...] = ()
        self.columns: list[tuple[int | None, int | None]] = []
        self.reading = StageTask()

    def suggest(self, text: str, done: Callable[[tuple[Suggestion, ...]], None]) -> None:
        """Those whose name or number begins so."""
        self.asked.append(text)
        done(tuple(s for s in self.known if text.lower() in f"{s.name} {s.number}".lower()))

    def refresh(self) -> None:
        """Nothing to fetch."""

    def save_group(self, name: str, recipients: Sequence[Recipient]) -> None:
        """Add or replace a group of this name."""
        kept = tuple(g for g in self.groups if g.name != name)
        made = Group(id=1 + max((g.id for g in kept), default=0), name=name, members=tuple(recipients))
        self.groups = (*kept, made)
        self.groups_changed.emit()

    def rename_group(self, group_id: int, name: str) -> None:
        """Another name."""
        self.groups = tuple(replace(g, name=name) if g.id == group_id else g for g in self.groups)
        self.groups_changed.emit()

    def delete_group(self, group_id: int) -> None:
        """Take it away."""
        self.groups = tuple(g for g in self.groups if g.id != group_id)
        self.groups_changed.emit()

    def read_import(
        self, path: Path, done: Callable[[ImportTable], None], ended: Callable[[], None]
    ) -> StageTask:
        """Bring the table the test set; without one it is still being read."""
        if self.table is not None:
            done(self.table)
        return self.reading

    def recipients_of(
        self,
        table: ImportTable,
        name_column: int | None,
        number_column: int,
        done: Callable[[tuple[ImportedLine, ...]], None],
    ) -> None:
        """Bring the lines the test set."""
        self.columns.append((name_column, number_column))
        done(self.lines)

    def contacts_of(
        self,
        table: ImportTable,
        name_column: int | None,
        number_column: int | None,
        done: Callable[[tuple[ImportedLine, ...]], None],
    ) -> None:
        """Bring the lines the test set."""
        self.columns.append((name_column, number_column))
        done(self.lines)


class StageProofs(StagePages):
    """ProofDesk's face; pages are drawn when has_pages, or are the picture the test set."""

    def __init__(self) -> None:
        super().__init__()
        self.has_pages = False
        self.pages_asked: list[Path] = []
        self.other: Path | None = None

    def page_image(
        self, path: Path, media_type: str, page: int, width_px: int, done: Callable[[bytes], None]
    ) -> None:
        """Bring the picture the test set."""
        self.pages_asked.append(path)
        if self.png:
            done(self.png)
        elif self.has_pages:
            super().page_image(path, media_type, page, width_px, done)

    def ask_other(
        self, job_id: int, done: Callable[[tuple[Path, str]], None], failed: Callable[[str], None]
    ) -> None:
        """Bring the file the test set, or why there is none."""
        if self.other is not None:
            done((self.other, "application/pdf"))
        else:
            failed("RingCentral has not drawn the pages yet.")


class StageFaxPages(QObject):
    """PagesDesk's face: nothing is known and nothing comes, unless the test says so."""

    answered = Signal(object, object)
    refused = Signal(object, object)
    opened = Signal(object)
    progressed = Signal(int, int)
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.exact_dir = Path("/nowhere")
        self.unlocked: frozenset[Path] = frozenset()
        self.answers: dict[Any, Any] = {}
        self.written: list[tuple[Any, ...]] = []
        self.made: tuple[Document, ...] | None = None
        self.is_warm = False

    def warm_up_soon(self) -> None:
        """Nothing is started."""
        self.is_warm = True

    def known(self, ask: Any) -> Any:
        """What the test knows."""
        return self.answers.get(ask)

    def want(self, who: str, asks: Sequence[Any]) -> None:
        """Nothing comes."""

    def draw(
        self,
        key: str,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """Nothing is drawn."""

    def write_documents(
        self,
        parts: Sequence[Any],
        resolution: Resolution,
        paper: Any,
        done: Callable[[tuple[Document, ...]], None],
        failed: Callable[[str], None] | None = None,
        *,
        name: str = "",
        looked_at: Sequence[Document] = (),
    ) -> None:
        """Bring what the test set, at once."""
        self.written.append(tuple(parts))
        if self.made is not None:
            done(self.made)
        elif failed is not None:
            failed("The disk is full.")


class StageCovers(QObject):
    """CoversDesk's face."""

    changed = Signal()
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.covers: tuple[Any, ...] = ()


class StageDrafts(QObject):
    """DraftsDesk's face: all in memory, deleted ones can come back."""

    changed = Signal()
    leaving = Signal()
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, KeptDraft] = {}
        self.deleted: dict[str, KeptDraft] = {}

    @property
    def all(self) -> tuple[KeptDraft, ...]:
        """Changed last first."""
        return tuple(sorted(self.kept.values(), key=lambda draft: draft.changed_at, reverse=True))

    def get(self, key: str) -> KeptDraft | None:
        """One of them."""
        return self.kept.get(key)

    def keep(self, draft: KeptDraft) -> None:
        """Keep it and tell."""
        self.kept[draft.key] = draft
        self.changed.emit()

    def delete(self, keys: Collection[str]) -> None:
        """Put them where they can be brought back from."""
        self.deleted |= {key: self.kept.pop(key) for key in keys if key in self.kept}
        self.changed.emit()

    def bring_back(self, keys: Collection[str]) -> None:
        """Have them again."""
        self.kept |= {key: self.deleted.pop(key) for key in keys if key in self.deleted}
        self.changed.emit()


class StageShelves(QObject):
    """ShelfDesk's face."""

    changed = Signal()
    said = Signal(str)
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.put_there: list[tuple[Shelf, tuple[int, ...], tuple[int, ...], bool]] = []

    def put(
        self, shelf: Shelf, *, jobs: Sequence[int] = (), received: Sequence[int] = (), is_there: bool = False
    ) -> None:
        """Keep what was asked."""
        self.put_there.append((shelf, tuple(jobs), tuple(received), is_there))


class StagePasted(QObject):
    """PastedDesk's face; the test answers with the files."""

    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.clips: list[Clip] = []
        self.answer: Callable[[tuple[Path, ...]], None] | None = None
        self.gone: list[Path] = []

    def keep(self, clips: Sequence[Clip], done: Callable[[tuple[Path, ...]], None]) -> None:
        """Keep what was asked."""
        self.clips.extend(clips)
        self.answer = done

    def let_go(self, paths: Sequence[Path]) -> None:
        """Keep what was asked."""
        self.gone.extend(paths)


class StageWatched(QObject):
    """WatchedFolder's face."""

    offer_changed = Signal()
    lost = Signal(str)
    found = Signal()
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.folder: Path | None = None
        self.offer: tuple[Path, ...] = ()
        self.ignored: list[Path] = []
        self.looks = 0

    def show(self, *paths: Path) -> None:
        """Have these wait."""
        self.folder = paths[0].parent if paths else self.folder
        self.offer = paths
        self.offer_changed.emit()

    def take(self, most: int | None = None) -> tuple[Path, ...]:
        """Those that wait."""
        taken = self.offer[:most]
        self.show(*self.offer[len(taken) :])
        return taken

    def ignore(self) -> None:
        """Keep what was ignored."""
        self.ignored.extend(self.offer)
        self.show()

    def look(self) -> None:
        """Count."""
        self.looks += 1


class StagePreferences(QObject):
    """PreferencesDesk's face."""

    changed = Signal(object)
    problem = Signal(str)

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
        self.notices: list[Notice] = []

    def post(self, kind: NoticeKind, title: str, text: str = "") -> None:
        """Keep it and tell."""
        self.notices.append(Notice(kind=kind, title=title, text=text))
        self.posted.emit(self.notices[-1])

    def show(self, bar: Bar | None) -> None:
        """Show a bar."""
        self.bar = bar
        self.bar_changed.emit(bar)


class Stage(QObject):
    """All faces together."""

    def __init__(self) -> None:
        super().__init__()
        self.session = StageSession()
        self.profiles = StageProfiles()
        self.calls = StageCalls()
        self.faxes = StageFaxes()
        self.people = StagePeople()
        self.proofs = StageProofs()
        self.pages = StageFaxPages()
        self.covers = StageCovers()
        self.drafts = StageDrafts()
        self.shelves = StageShelves()
        self.pasted = StagePasted()
        self.watched = StageWatched()
        self.preferences = StagePreferences()
        self.history = StageHistory()
        self.numbers = StageNumbers()
        self.presence = StagePresence()
        self.news = StageNews()
        self.voicemails = StageVoicemails()
        self.recordings = StageRecordings()
        self.player = StagePlayer()
        self.texts = StageTexts()
        self.is_started = True
        self.notices = StageNotices()
        self.lane = StageLane()
        self.archive = StageArchive()
        self.received = StageReceived(self.archive)
        self.received.changed.connect(self.faxes.folders_changed)
        self.faxes.jobs_changed.connect(self._jobs_changed)

    def receive(self, *faxes: ReceivedFax) -> None:
        """Have these in Received."""
        self.archive.rows = [*self.faxes.jobs, *faxes]
        self.received.changed.emit()

    def new_conversations_model(self, words: Callable[[Any], str], parent: QObject | None = None) -> Any:
        """The real one over nobody's texts."""
        return ConversationsModel(cast(TextsDesk, self.texts), parent, words=words)

    def new_folder_model(self, parent: QObject | None = None) -> FolderModel:
        """A model of the archive on the stage, kept fresh as by the real desk."""
        model = new_folder_model(self.lane, self.archive, parent)
        self.faxes.folders_changed.connect(model.refresh)
        self.faxes.job_changed.connect(model.update_row)
        return model

    def new_past_calls_model(self, parent: QObject | None = None) -> PastCallsModel:
        """The real model over the calls on the stage."""
        return PastCallsModel(cast(HistoryDesk, self.history), parent)

    @Slot(object)
    def _jobs_changed(self, jobs: tuple[FaxJob, ...]) -> None:
        received = [row for row in self.archive.rows if isinstance(row, ReceivedFax)]
        self.archive.rows = [*jobs, *received]
        self.faxes.folders_changed.emit()

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
        message_id=f"m{job_id}" if state in (FaxState.HANDED_OVER, FaxState.SENT) else "",
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
