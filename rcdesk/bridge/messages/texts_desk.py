"""Texts for the window and the command line: lists, threads, drafts, marks, and what came in.

GUI thread. Lists and threads are read on the archive lane, what the user does is written on the disk lane,
files are copied in on the files lane, syncs and downloads run on the downloads lane; sending has a lane of
its own (text_pump.py), so that a text whose answer does not come holds nothing else up. look() asks for news:
the notification socket calls it, a timer does until then. Read next: services/messages/texts.py,
conversations_model.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from PySide6.QtCore import Signal, Slot

from rcdesk.bridge.account.account_guard import AccountGuard
from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.messages.text_pump import TextPump
from rcdesk.bridge.runtime.lane import Lane, ignore
from rcdesk.bridge.runtime.pace import Pace
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.capability import Capability
from rcdesk.core.errors import Cancelled, NetworkError, RateLimited, RcdeskError
from rcdesk.core.messages.conversation import (
    Conversation,
    ConversationQuery,
    KeptFile,
    KeptText,
    TextCounts,
    TextNews,
    WrittenText,
)
from rcdesk.core.people.people import TimelineItem

if TYPE_CHECKING:
    from rcdesk.services.messages.sending import TextSender
    from rcdesk.services.messages.text_sync import TextSync
    from rcdesk.services.messages.texts import TextService

T = TypeVar("T")

SYNC_S = 60.0
HOLD_S = (15.0, 30.0, 60.0, 120.0, 300.0)
FOLLOW_S = (2.0, 3.0, 5.0, 10.0, 20.0, 40.0)
"""After a text has gone its state is asked for sooner."""

UNDO_S = 5.0
"""So long a text can be taken back after Send."""

THREAD_TEXTS = 40


class ThreadPage(Struct, frozen=True, kw_only=True):
    """A conversation as it is shown: its last texts, oldest first, and what else happened with the person.

    has_more: there are older texts.
    """

    conversation: Conversation
    texts: tuple[KeptText, ...]
    beside: tuple[TimelineItem, ...] = ()
    has_more: bool = False


class TextsDesk(Telling):
    """Texts of whoever is signed in.

    Signals: changed() lists and threads must be read again; counts_changed(TextCounts); came_in(tuple of
    KeptText) new ones; problem(str) and said(str), one sentence.
    """

    changed = Signal()
    counts_changed = Signal(object)
    came_in = Signal(object)
    said = Signal(str)

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        session: SessionDesk,
        service: TextService,
        sender: TextSender,
        sync: TextSync,
        *,
        has_news: bool = True,
    ) -> None:
        """has_news False: nobody looks; the service is asked only by look() and to send."""
        super().__init__()
        self._archive, self._disk = lanes["archive"], lanes["disk"]
        self._downloads, self._files = lanes["downloads"], lanes["files"]
        self._pictures = lanes.get("pages", lanes["archive"])
        self._session = session
        self._service = service
        self._sync = sync
        self._has_news = has_news
        self._owner = AccountGuard(session)
        self.counts = TextCounts()
        self._is_started = False
        self.is_syncing = False
        self._is_wanted = False
        self._failures = 0
        self._told = ""
        self._follow: list[float] = []
        self._timer = single_shot(self, self.look)
        self.pace = Pace(self._timer, SYNC_S)
        self._pump = TextPump(lanes["texts"], session, sender, self._owner, self)
        self._pump.moved.connect(self._moved)
        self._pump.problem.connect(self.problem)
        session.state_changed.connect(self._session_changed)
        session.account_changed.connect(self._session_changed)

    @property
    def owner_id(self) -> str:
        """Whose texts these are, "" while nobody is signed in."""
        return self._owner.id

    @property
    def region(self) -> str:
        return self._owner.region

    @property
    def is_idle(self) -> bool:
        """True while nothing is being sent, waits to be, or is asked."""
        return not self.is_syncing and self._pump.is_idle

    def start(self) -> None:
        """Sync and send from now on, whenever somebody is signed in."""
        self._is_started = True
        self._disk.keep(self._service.tidy, ignore, self._tell)
        self._session_changed()

    def stop(self) -> None:
        self._is_started = False
        self._timer.stop()
        self._pump.stop()

    # -- reading ------------------------------------------------------------------------------------------

    def page(
        self,
        query: ConversationQuery,
        limit: int,
        done: Callable[[tuple[Conversation, ...]], None],
        failed: Callable[[], None] | None = None,
    ) -> None:
        """The first conversations of a list, newest first."""
        service = self._service

        def not_read(error: RcdeskError) -> None:
            if failed is not None:
                failed()
            self._tell(error)

        self._archive.ask(lambda: service.page(query, limit), done, not_read)

    def read_thread(
        self, conversation_id: int, done: Callable[[ThreadPage | None], None], *, limit: int = THREAD_TEXTS
    ) -> None:
        """A conversation with its last texts; None when it is not there."""
        service, owner_id = self._service, self._owner.id

        def read() -> ThreadPage | None:
            conversation = service.get(owner_id, conversation_id)
            if conversation is None:
                return None
            texts = service.thread(conversation_id, None, limit + 1)
            has_more = len(texts) > limit
            texts = texts[-limit:]
            since = texts[0].at if has_more else None
            beside = service.beside(owner_id, conversation)
            return ThreadPage(
                conversation=conversation,
                texts=texts,
                beside=tuple(item for item in beside if since is None or item.at > since),
                has_more=has_more,
            )

        self._archive.ask(read, done, self._tell)

    def open_with(self, numbers: Sequence[str], done: Callable[[Conversation], None]) -> None:
        """The conversation with these people (E.164)."""
        service, owner_id = self._service, self._owner.id
        self._write(lambda: service.with_numbers(owner_id, tuple(numbers)), done)

    def unread(self, done: Callable[[tuple[KeptText, ...]], None]) -> None:
        """The texts nobody has read, newest first."""
        service, owner_id = self._service, self._owner.id
        self._archive.ask(lambda: service.unread(owner_id), done, self._tell)

    def picture(self, text: KeptText, position: int, most_px: int, done: Callable[[bytes], None]) -> None:
        """A picture of a text as a JPEG; one that is not here is downloaded first. Nothing when it fails."""
        service, sync, file = self._service, self._sync, text.files[position]

        def draw(file: KeptFile) -> None:
            self._pictures.submit(
                lambda token, report: service.picture(file, most_px, token), done=done, failed=ignore
            )

        if file.digest:
            draw(file)
            return

        def fetched(is_here: bool) -> None:
            if is_here:
                self.changed.emit()

        self._downloads.submit(
            lambda token, report: sync.fetch_file(text, position, token), done=fetched, failed=ignore
        )

    def file_path(self, file: KeptFile, done: Callable[[Path], None]) -> None:
        """Where the copy of a file lies."""
        service = self._service
        self._disk.ask(lambda: service.file_path(file), done, self._tell)

    def small(self, file: KeptFile, most_px: int, done: Callable[[bytes], None]) -> None:
        """A picture of the composer, as a JPEG."""
        service = self._service
        self._pictures.submit(
            lambda token, report: service.picture(file, most_px, token), done=done, failed=ignore
        )

    # -- writing ------------------------------------------------------------------------------------------

    def send(
        self,
        to: Sequence[str],
        from_number: str,
        written: WrittenText,
        done: Callable[[KeptText], None],
        failed: Callable[[RcdeskError], None],
        *,
        undo_s: float = UNDO_S,
        is_of_composer: bool = True,
    ) -> None:
        """Record a text, which goes out when the time to take it back is over."""
        service, owner_id, region = self._service, self._owner.id, self._owner.region
        numbers = tuple(to)

        def recorded(text: KeptText) -> None:
            self._changed()
            done(text)
            self._pump.pump()

        self._disk.keep(
            lambda: service.send(
                owner_id,
                numbers,
                from_number,
                written,
                region,
                undo_s=undo_s,
                is_of_composer=is_of_composer,
            ),
            recorded,
            failed,
        )

    def take_back(self, text_id: int, done: Callable[[WrittenText], None]) -> None:
        """Take a text out again before anything of it has left."""
        service = self._service
        self._write(lambda: service.take_back(text_id), done)

    def send_again(self, text_id: int, *, only: Sequence[str] = (), from_number: str = "") -> None:
        """Send the same once more, in place of the one that failed; only: to these of a group."""
        service, owner_id, region = self._service, self._owner.id, self._owner.region
        self._write(
            lambda: service.send_again(owner_id, text_id, region, only=only, from_number=from_number),
            lambda _: self._pump.pump(),
        )

    def set_read(self, conversation_id: int, is_read: bool = True) -> None:
        """Mark a conversation, here at once and then at the service."""
        service = self._service

        def marked(was_news: bool) -> None:
            if was_news:
                self.look()

        self._write(lambda: service.set_read(conversation_id, is_read), marked)

    def delete(self, text_ids: Sequence[int], done: Callable[[tuple[int, ...]], None]) -> None:
        """Take texts out of sight; undelete() brings them back for some seconds."""
        service = self._service
        self._write(lambda: service.delete(text_ids), done)

    def delete_conversation(self, conversation_id: int, done: Callable[[tuple[int, ...]], None]) -> None:
        service = self._service
        self._write(lambda: service.delete_conversation(conversation_id), done)

    def undelete(self, text_ids: Sequence[int]) -> None:
        service = self._service
        self._write(lambda: service.undelete(text_ids), ignore)

    def keep_draft(self, conversation_id: int, written: WrittenText) -> None:
        service = self._service
        self._write(lambda: service.keep_draft(conversation_id, written), ignore)

    def choose_number(self, conversation_id: int, own_number: str) -> None:
        """Remember which of the user's numbers texts go out from in this conversation."""
        service = self._service
        self._disk.keep(lambda: service.choose_number(conversation_id, own_number), ignore, self._tell)

    def add_file(
        self,
        path: Path,
        others: Sequence[KeptFile],
        done: Callable[[KeptFile], None],
        failed: Callable[[RcdeskError], None],
    ) -> None:
        """Copy a file in for a text that has these others; a picture is made small enough."""
        service, kept = self._service, tuple(others)
        self._files.submit(
            lambda token, report: service.add_file(path, kept, token), done=done, failed=failed
        )

    # -- news ---------------------------------------------------------------------------------------------

    @Slot()
    def look(self) -> None:
        """Ask for what is new; once more afterwards when that is being done already."""
        sync, owner_id = self._sync, self._owner.id
        self._is_wanted = self.is_syncing
        if self.is_syncing or not owner_id or not self._is_started or not self._may_read():
            return
        self._timer.stop()
        self.is_syncing = True

        def done(news: TextNews) -> None:
            self.is_syncing = False
            self._failures, self._told = 0, ""
            self._session.heard_answer()
            if owner_id == self._owner.id:
                if news.conversation_ids:
                    self._changed()
                if news.came_in:
                    self.came_in.emit(news.came_in)
            self._go_on()

        def failed(error: RcdeskError) -> None:
            self.is_syncing = False
            self._not_heard(error)

        ask = self._owner.in_own_name(lambda token: sync.sync(owner_id, token))
        self._downloads.submit(ask, done=done, failed=failed)

    def _go_on(self) -> None:
        if self._is_wanted:
            self.look()
        elif self._follow:
            self._timer.start(int(self._follow.pop(0) * 1000))
        elif self._has_news and self._is_started and self._session.is_signed_in:
            self.pace.start()

    def _not_heard(self, error: RcdeskError) -> None:
        """Try again later; the user is told once, and a lost network is told by the session."""
        if isinstance(error, Cancelled):
            if self._is_wanted:
                self.look()
            return
        pause_s = HOLD_S[min(self._failures, len(HOLD_S) - 1)]
        self._failures += 1
        if isinstance(error, RateLimited):
            pause_s = max(pause_s, error.retry_after_s)
        else:
            self._session.heard_error(error)
        if not isinstance(error, NetworkError | RateLimited) and str(error) != self._told:
            self._told = str(error)
            self.problem.emit(self._told)
        if self._has_news and self._is_started and self._session.is_signed_in:
            self._timer.start(int(pause_s * 1000))

    @Slot(object)
    def _moved(self, text: KeptText) -> None:
        """A text has come further."""
        self._changed()
        if text.message_id and self._has_news:
            self._follow = list(FOLLOW_S)
            if not self.is_syncing:
                self._go_on()

    def _changed(self) -> None:
        service, owner_id = self._service, self._owner.id
        self.changed.emit()

        def counted(counts: TextCounts) -> None:
            if owner_id == self._owner.id and counts != self.counts:
                self.counts = counts
                self.counts_changed.emit(counts)

        self._archive.ask(lambda: service.counts(owner_id), counted, self._tell)

    def _write(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Write on the disk lane, then let everything be read again."""

        def written(value: T) -> None:
            self._changed()
            done(value)

        def failed(error: RcdeskError) -> None:
            self._changed()
            self._tell(error)

        self._disk.keep(work, written, failed)

    @Slot()
    def _session_changed(self) -> None:
        if not self._is_started:
            return
        if self._owner.look():
            self._failures = 0
            self._is_wanted = self.is_syncing
            self._changed()
        if not self._session.is_signed_in:
            self._timer.stop()
        elif self._session.state is SessionState.SIGNED_IN:
            self._pump.open()
            if self._has_news and not (self._timer.isActive() or self.is_syncing):
                self.look()

    def _may_read(self) -> bool:
        """What the account cannot do is shown on the page, and not asked for."""
        account = self._session.account
        return account is not None and account.can(Capability.MESSAGES)
