"""The desks of the window without a window: what a command asks is done as the window would do it.

The same OrderDesk takes the order and tells its lines. Its lanes work in turns under the archive's lock, so
that a window can be opened while nothing is being done: it goes on with what was begun, and has to be asked
from then on. What the screen shows besides (lists, presence, received faxes) is not built. Main thread of a
program without a window. Read next: call.py, bridge/order_desk.py, bridge/runtime/turns.py.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Generator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, QTimer, Slot

from rcdesk.bridge.account.preferences import PreferencesDesk
from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.calls.call_desk import CallDesk
from rcdesk.bridge.calls.history_desk import HistoryDesk
from rcdesk.bridge.order_desk import OrderDesk
from rcdesk.bridge.people.own_people import OwnPeople
from rcdesk.bridge.runtime.instance import OrderHeard
from rcdesk.bridge.runtime.lazy import late
from rcdesk.bridge.runtime.turns import Turns
from rcdesk.cli.archive_lock import ArchiveLock, Output, is_dialling
from rcdesk.core.account.account import Account, ServerKind, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import Cancelled, NetworkError, RateLimited, RcdeskError, ServerTrouble, SignInNeeded
from rcdesk.core.fax.cover import CoverTemplate
from rcdesk.core.fax.fax import FaxDraft
from rcdesk.core.fax.paper import PageRef
from rcdesk.core.orders.asked_fax import AskedFax
from rcdesk.core.orders.order import FollowFaxesOrder, Order, SendOrder
from rcdesk.core.people.people import DialChoice
from rcdesk.store.account import preferences as preferences_file

if TYPE_CHECKING:
    from rcdesk.bridge.fax.fax_desk import FaxDesk
    from rcdesk.cli.fax_sending import FaxSending, FaxTerms, Tell
    from rcdesk.documents.worker.worker import PageWorker
    from rcdesk.services.account.connection import Connection
    from rcdesk.services.service_set import ServiceSet
    from rcdesk.store.fax.outbox import Outbox

LANES = ("calls", "faxes", "texts", "disk", "archive", "downloads", "files")
TICK_MS = 50
"""How soon Ctrl+C is noticed."""

NOBODY = "Nobody is signed in. Open rcdesk and sign in, or give --sign-in FILE."
SOMEBODY_ELSE = (
    "Another person is signed in by now. What was begun goes on by itself; only its own account is asked how."
)


class Engine(QObject):
    """ask() it what a window would be asked through its door (Instance.ask())."""

    def __init__(self, lock: ArchiveLock, terms: FaxTerms | None = None, clock: Clock | None = None) -> None:
        """The lock is ours on entry. terms: how faxes are sent; without it the outbox is not touched.

        Raises SignInNeeded when there is nothing to sign in with, UserError, StoreError.
        """
        super().__init__()
        self._clock = clock or SystemClock()
        self._paths = lock.paths
        self._secrets = lock.secrets
        self._profile, self._credentials = lock.server()
        is_legacy = self._profile.kind is ServerKind.LEGACY
        if self._credentials is None and not self._profile.client_id and not is_legacy:
            raise SignInNeeded(NOBODY, status=401)
        self._has_tried = False
        self._error: BaseException | None = None
        self._turns = Turns(lock.instance, self)
        self._turns.begun.connect(self._begun)
        self._lanes = {name: self._turns.lane(name) for name in LANES}
        self._preferences = PreferencesDesk(
            self._paths.preferences_file, self._lanes["disk"], preferences_file.load, preferences_file.save
        )
        self._session = SessionDesk(self._lanes["calls"], self._connect)
        self._cache = TemporaryDirectory(prefix="rcdesk-")
        self._ends: list[Callable[[], object]] = []
        self._worker = late(self._make_worker)
        self._services = services = late(self._open_services)
        history, calls = late(lambda: services.history), late(lambda: services.calls)
        self._history = HistoryDesk(self._lanes, self._session, history, has_news=False)
        self._calls = CallDesk(self._lanes["calls"], self._session, calls, self._history)
        self._own = OwnPeople(self._lanes["disk"], late(lambda: services.people))
        self._session.account_changed.connect(self._account_changed)
        self._orders = OrderDesk(
            self._session, self._calls, self, self._preferences, has_talked=self._history.has_talked
        )
        self._tick = QTimer(self)
        self._tick.start(TICK_MS)
        self._faxes: FaxDesk | None = None
        self._sending: FaxSending | None = None
        self._outbox: Outbox | None = None
        if terms is not None:
            self._faxes, self._sending = self._build_faxes(terms)
        self._history.start()
        self._calls.start()
        self._session.resume(self._profile)

    @property
    def is_lost(self) -> bool:
        """True when another program has the archive by now: it is the one to ask."""
        return self._turns.is_lost

    def close(self) -> None:
        """End everything; calls that go on stay written down."""
        try:
            self._stop()
        except KeyboardInterrupt:
            # The second Ctrl+C: the process ends under what still runs.
            for lane in self._lanes.values():
                lane.stop(0.0)
            raise

    def _stop(self) -> None:
        if self._sending is not None:
            self._sending.tell_nobody()
            while not self._sending.halt():
                self._live(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        self._tick.stop()
        for desk in (self._session, self._calls, self._history, self._faxes):
            if desk is not None:
                desk.stop()
        for lane in reversed(self._lanes.values()):
            lane.stop()
        for end in reversed(self._ends):
            end()
        if self._session.connection is not None:
            self._session.connection.close()
        if self._outbox is not None:
            self._outbox.close()
        self._cache.cleanup()

    def ask(self, order: Order, stop: CancelToken) -> Generator[Output, None, None]:
        """Do it, and tell what becomes of it line by line; the last one has "status".

        Ends without it when another program has the archive by now. Raises SignInNeeded and what else keeps
        somebody from being signed in, Cancelled when stop was cancelled.
        """
        told: deque[Output] = deque()
        is_taken = False

        def tell(line: Output) -> bool:
            told.append(line)
            return True

        while not self._turns.is_lost:
            while told:
                output = told.popleft()
                if not is_dialling(output):
                    # It is written down: whoever comes can go on with it.
                    self._turns.let_go()
                yield output
                if "status" in output:
                    return
            if stop.is_cancelled and (self._sending is None or self._sending.halt()):
                raise Cancelled()
            self._check(order)
            if not is_taken and not stop.is_cancelled and self._is_ready():
                is_taken = True
                self._take(order, tell)
            elif not told:
                self._live(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def _take(self, order: Order, tell: Tell) -> None:
        if self._sending is not None and isinstance(order, SendOrder):
            self._sending.send(order.asked_fax, tell)
        elif self._sending is not None and isinstance(order, FollowFaxesOrder):
            self._sending.follow(order.job_ids, tell)
        else:
            self._orders.take(OrderHeard(order, tell))

    def choice_of(self, number: str) -> DialChoice:
        """How this number was called last."""
        return self._own.choices.get(number, DialChoice())

    def _live(self, how: QEventLoop.ProcessEventsFlag = QEventLoop.ProcessEventsFlag.AllEvents) -> None:
        """Let happen what is due. What goes wrong in a slot ends the command, as anywhere else."""
        former, sys.excepthook = sys.excepthook, self._fell
        try:
            QCoreApplication.processEvents(how)
        finally:
            sys.excepthook = former
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _fell(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._error = error

    def _is_ready(self) -> bool:
        """True when somebody is signed in, and all that is known of calls and people was read."""
        if not (self._session.is_signed_in and self._turns.is_idle):
            return False
        # What the last answer has brought up is asked at once.
        self._live()
        return self._turns.is_idle

    def _check(self, order: Order) -> None:
        """Raise what keeps somebody from being signed in; given credentials are tried before."""
        session = self._session
        if session.is_signed_in or session.state is SessionState.SIGNING_IN:
            return
        trouble: RcdeskError = session.trouble or SignInNeeded(NOBODY, status=401)
        if isinstance(trouble, SignInNeeded) and self._credentials is not None and not self._has_tried:
            self._has_tried = True
            session.sign_in(self._profile, self._credentials)
        elif not (
            isinstance(trouble, NetworkError | RateLimited | ServerTrouble) and self._assume(order, trouble)
        ):
            raise trouble

    def _assume(self, order: Order, trouble: RcdeskError) -> bool:
        """Without a connection a fax can be queued, for whoever the kept sign-in is of. Raises UserError."""
        connection = self._session.connection
        owner_id = connection.owner_id if connection is not None else ""
        if self._sending is None or not owner_id:
            return False
        if isinstance(order, SendOrder):
            from rcdesk.services.fax.asked_draft import must_have_account

            must_have_account(order.asked_fax, self._own_covers(), trouble)
        home_country = self._preferences.value.home_country
        self._session.assume(
            Account(owner_id=owner_id, name="", company="", extension_number="", home_country=home_country)
        )
        return self._session.is_signed_in

    @Slot()
    def _begun(self) -> None:
        """Another person may have signed in meanwhile, who has nothing to do with what is followed here."""
        connection, account = self._session.connection, self._session.account
        if connection is None or account is None or not connection.is_persistent:
            return
        if connection.kept_owner_id not in ("", account.owner_id):
            self._session.heard_error(SignInNeeded(SOMEBODY_ELSE, status=0))

    @Slot()
    def _account_changed(self) -> None:
        account = self._session.account
        self._own.set_owner(account.owner_id if account is not None else "")

    def _connect(self, profile: ServerProfile) -> Connection:
        from rcdesk.services.account.connection import connection_for

        return connection_for(profile, self._credentials, self._secrets())

    def _build_faxes(self, terms: FaxTerms) -> tuple[FaxDesk, FaxSending]:
        from rcdesk.bridge.fax.fax_desk import FaxDesk
        from rcdesk.cli.fax_sending import FaxSending
        from rcdesk.store.fax.outbox import Outbox

        services = self._services
        service = late(lambda: services.faxes)
        faxes = FaxDesk(
            self._lanes,
            self._session,
            service,
            late(lambda: services.dispatcher),
            clock=self._clock,
            keep_files_days=self._preferences.value.keep_files_days,
        )
        self._outbox = outbox = Outbox(self._paths.database)
        sending = FaxSending(
            terms,
            self._turns,
            self._session,
            faxes,
            self._lanes["files"],
            service,
            self._make_draft,
            outbox.many,
            self._clock,
        )
        faxes.start()
        return faxes, sending

    def _make_draft(self, asked_fax: AskedFax, account: Account, token: CancelToken) -> FaxDraft:
        """On a lane."""
        from rcdesk.services.fax.asked_draft import CommandDrafts

        drafts = CommandDrafts(
            self._worker, Path(self._cache.name), self._own_covers(), self._preferences.value
        )
        return drafts.draft(asked_fax, account, token)

    def _own_covers(self) -> tuple[CoverTemplate, ...]:
        from rcdesk.store.fax.covers import Covers

        return tuple(Covers(self._paths.covers_dir).list())

    def _make_worker(self) -> PageWorker:
        from rcdesk.documents.worker.worker import PageWorker

        worker = PageWorker(Path(self._cache.name) / "work")
        self._ends.append(worker.close)
        return worker

    def _open_services(self) -> ServiceSet:
        from rcdesk.services.service_set import open_services

        worker, session = self._worker, self._session
        opened = open_services(
            self._paths,
            lambda: session.connection,
            self._clock,
            self._count,
            lambda *given: worker.counts(*given),
            lambda path, token: worker.read_list(path, token),
            lambda *about: worker.small_picture(*about),
        )
        self._ends.append(opened.close)
        return opened

    def _count(self, ref: PageRef, token: CancelToken | None) -> int:
        from rcdesk.services.fax.typed_fax import quick_count

        return quick_count(self._worker)(ref, token)
