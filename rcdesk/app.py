"""The composition root: builds everything, connects it, runs it, shuts it down. Knows all, decides nothing.

Start-up as a story: QApplication and theme; the desk with its lanes (no thread runs yet); the window is
painted; only then are the services, requests and the keyring imported, on the lanes, and the desk signs in.
Shutdown is last-in first-out: timers, then new work refused and tokens cancelled, then lanes, whose threads
close their own connections. One program works on an archive: run() takes the lock before anything touches
the database, and a second start hands over to the first. GUI thread. Read next:
desk_building.py, ui/shell/main_window.py.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from rcdesk import __version__
from rcdesk.bridge.account.notices import NoticeKind
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.bridge.runtime.first_paint import FirstPaint
from rcdesk.bridge.runtime.instance import FaxOrder, Instance
from rcdesk.bridge.runtime.lane import leave_stuck_lanes
from rcdesk.bridge.runtime.region import ZoneFollower, follow_region
from rcdesk.cli.spoken import say
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.errors import RcdeskError, UserError
from rcdesk.desk_building import Works
from rcdesk.services.account.sign_in_file import sign_in_of
from rcdesk.store.account import preferences as preferences_file
from rcdesk.store.json_file import take_notes
from rcdesk.store.paths import Paths
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.shell.main_window import MainWindow

if TYPE_CHECKING:
    from rcdesk.bridge.order_desk import OrderDesk
    from rcdesk.bridge.runtime.global_shortcut import GlobalShortcut
    from rcdesk.cli.main import Options
    from rcdesk.simulator import RunningSimulator
    from rcdesk.ui.shell.bug_report import BugReports
    from rcdesk.ui.tray.tray import Tray

_log = logging.getLogger(__name__)


class Running:
    """A built desk: desk, window and tray to look at, stop() to end it in order.

    What the window needs no part of to be seen is made when it is first asked for, by start() at the latest.
    """

    def __init__(
        self, *, paths: Paths, profile: ServerProfile, credentials: Credentials | None, demo: bool
    ) -> None:
        self.paths = paths.create()
        self.profile = profile
        self._credentials = credentials
        self._demo = demo
        self._demo_speed = 1.0
        self._simulator: RunningSimulator | None = None
        self._is_stopped = False
        self._works = Works(self.paths)
        self.lanes, self.desk = self._works.lanes, self._works.desk
        if demo:
            self.desk.session.expect_demo()
        elif credentials is None:
            self.desk.session.expect(self.desk.profiles.active or profile)
        self.window = MainWindow(self.desk)
        self.window.try_demo.connect(self.start_demo)

    @cached_property
    def bugs(self) -> BugReports:
        from rcdesk.ui.shell.bug_report import BugReports

        return BugReports(self.window, str(self.paths.log_file))

    @cached_property
    def tray(self) -> Tray:
        from rcdesk.ui.tray.tray import Tray

        return Tray(self.desk, self.window)

    @cached_property
    def orders(self) -> OrderDesk:
        from rcdesk.bridge.fax_orders import FaxOrders
        from rcdesk.bridge.order_desk import OrderDesk

        desk = self.desk
        fax_orders = FaxOrders(desk.faxes)
        fax_orders.asked.connect(self.show_fax)
        orders = OrderDesk(
            desk.session,
            desk.calls,
            desk.people,
            desk.preferences,
            faxes=fax_orders,
            profiles=desk.profiles,
            has_talked=desk.history.has_talked,
        )
        orders.dial_asked.connect(self.window.dial)
        orders.called.connect(self._show_calls)
        return orders

    @cached_property
    def shortcuts(self) -> GlobalShortcut:
        from rcdesk.bridge.runtime.global_shortcut import GlobalShortcut

        shortcuts = GlobalShortcut(self.lanes["shortcuts"])
        shortcuts.activated.connect(self._shortcut_pressed)
        shortcuts.changed.connect(self._show_shortcuts)
        return shortcuts

    def start(self) -> None:
        """Read the disk and sign in; called after the first paint."""
        # What start-up made stays for good; collections need not look at it again.
        gc.freeze()
        for lane in self.lanes.values():
            lane.bug.connect(self.bugs.show_once)
        self._works.go_on()
        self.desk.session.state_changed.connect(self._begin_work)
        self._begin_work()
        self.window.has_tray = self.tray.is_available
        if self._demo:
            self.start_demo()
        elif self._credentials is not None:
            self.desk.session.sign_in(self.profile, self._credentials, keeps_trying=True)
        elif self.desk.profiles.active is not None:
            self.desk.session.resume(self.desk.profiles.active)
        elif self.profile.client_id:
            self.desk.session.resume(self.profile)

    def _begin_work(self) -> None:
        """Let the desks work from the moment somebody is there or signing in."""
        if self.desk.session.state is not SessionState.SIGNED_OUT:
            self.desk.session.state_changed.disconnect(self._begin_work)
            self.desk.start()
            self.desk.preferences.changed.connect(self._follow_shortcuts)
            self._follow_shortcuts()

    def start_demo(self, speed: float | None = None) -> None:
        """Start the simulator in this program, on a lane, and sign in to it."""
        speed = speed or self._demo_speed

        def work(token: object, report: object) -> RunningSimulator:
            try:
                from rcdesk.simulator import RunningSimulator

                return RunningSimulator.start(clock="real", speed=speed, samples=True)
            except ImportError as exc:
                raise UserError(
                    "The demo needs the simulator's parts. Install them with: pip install 'rcdesk[demo]'"
                ) from exc

        self.desk.session.expect_demo()
        self.lanes["disk"].submit(work, done=self._demo_started, failed=self._demo_failed)

    @property
    def wants_hidden(self) -> bool:
        """True when the user chose to start with only the tray's icon."""
        return self.desk.preferences.value.start_hidden

    def set_demo_speed(self, speed: float) -> None:
        """How many simulator seconds pass in a real one when the demo starts."""
        self._demo_speed = speed

    def _follow_shortcuts(self) -> None:
        """Ask the desktop for the keys, or give them back, as the settings say."""
        if self.desk.preferences.value.global_shortcut:
            self.shortcuts.start()
        elif "shortcuts" in vars(self):
            self.shortcuts.stop()

    def _show_shortcuts(self) -> None:
        from rcdesk.bridge.runtime.global_shortcut import QUICK_DIAL, SEND_FAX

        keys = self.shortcuts.triggers
        self.tray.set_shortcuts(dial=keys.get(QUICK_DIAL, ""), fax=keys.get(SEND_FAX, ""))

    def _shortcut_pressed(self, name: str) -> None:
        from rcdesk.bridge.runtime.global_shortcut import QUICK_DIAL

        if name == QUICK_DIAL:
            self.tray.open_quick_dial()
        else:
            self.tray.send_fax()

    def show_files(self, files: tuple[Path, ...]) -> None:
        """Bring the window up, with these files in a new fax when there are any."""
        self.window.bring_up()
        if files:
            self.window.fax_files(files)

    def _show_calls(self) -> None:
        """A link was called: the call is seen on the phone's page."""
        self.window.bring_up()
        self.window.show_page("phone")

    def show_fax(self, order: FaxOrder) -> None:
        """A fax asked for on the command line by another start."""
        self.window.take_fax(order.asked_fax, order.tell)

    def stop(self) -> bool:
        """End everything in order; True when all lanes ended in time. May be called twice."""
        if self._is_stopped:
            return True
        self._is_stopped = True
        self.tray.hide()
        # Closing now means closing: without this the window would hide into the tray that is gone.
        self.window.has_tray = False
        self.window.close()
        _leave_clipboard(self.paths)
        if "shortcuts" in vars(self):
            self.shortcuts.stop()
        self.desk.stop()
        is_ended = self._works.stop()
        if self._simulator is not None:
            self._simulator.stop()
        self.window.deleteLater()
        return is_ended

    def _demo_started(self, simulator: RunningSimulator) -> None:
        if self._simulator is not None:
            simulator.stop()
        else:
            self._simulator = simulator
        running = self._simulator
        profile = ServerProfile(
            name="Demo desk",
            base_url=running.base_url,
            client_id=running.credentials["client_id"],
            is_demo=True,
        )
        credentials = Credentials(
            client_id=running.credentials["client_id"],
            client_secret=running.credentials["client_secret"],
            jwt=running.credentials["jwt"],
        )
        self.desk.session.sign_in_jwt(profile, credentials)

    def _demo_failed(self, error: RcdeskError) -> None:
        self.desk.session.demo_failed(error)


def build(
    *, paths: Paths, profile: ServerProfile, credentials: Credentials | None = None, demo: bool = False
) -> Running:
    """Build the whole desk in this thread, which must own a QApplication. Nothing talks or starts yet."""
    return Running(paths=paths, profile=profile, credentials=credentials, demo=demo)


def run(options: Options) -> int:
    """Run the desk until the user quits; returns the exit status."""
    QApplication.setApplicationName("rcdesk")
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName("rcdesk")
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    follow_region()
    # A steady caret: one that blinks wakes the processor for as long as the window stands open.
    application.setCursorFlashTime(0)
    try:
        paths = _paths(options).create()
        instance = Instance(paths.data_dir, application)
        if not instance.is_first:
            from rcdesk.cli.hand_over import hand_over

            if (status := hand_over(instance, options)) is not None:
                return status
        remembered = preferences_file.load(paths.preferences_file)
        profile, credentials = sign_in_of(options.sign_in, remembered)
        theme().apply(application, options.color_scheme or remembered.color_scheme)
        running = build(paths=paths, profile=profile, credentials=credentials, demo=options.demo)
    except RcdeskError as exc:
        say(f"rcdesk cannot start: {exc}", on_error=True)
        return 1
    _watch_for_bugs(running)
    running.set_demo_speed(options.demo_speed)
    status = _run_window(application, running, options, instance)
    instance.close()
    leave_stuck_lanes(status)
    return status


def _run_window(application: QApplication, running: Running, options: Options, instance: Instance) -> int:
    """Until it is left: the exit status."""
    window = running.window

    def leave() -> None:
        """Not quit(), which asks the windows first: one that hides into the tray would refuse."""
        application.exit(0)

    window.quit_requested.connect(leave)
    painted = FirstPaint(application)
    painted.happened.connect(lambda: _heed_signals(application, leave))
    if os.environ.get("RCDESK_PRINT_READY"):
        painted.happened.connect(lambda: print("rcdesk: window shown", flush=True))
    painted.happened.connect(lambda: _start_log(running.paths))
    painted.happened.connect(lambda: _begin(running, instance, application))
    window.installEventFilter(painted)
    if options.tour is not None:
        from rcdesk.tour import Tour

        tour = Tour(running.desk, window, options.tour, application)
        painted.happened.connect(tour.start)
        tour.finished.connect(lambda is_ok: application.exit(0 if is_ok else 1))
    if options.files:
        painted.happened.connect(lambda: window.fax_files(options.files))
    if options.link:
        painted.happened.connect(lambda: running.orders.open_link(options.link))
    asked_fax = options.asked_fax
    if asked_fax is not None:
        painted.happened.connect(lambda: window.take_fax(asked_fax))
    zone = ZoneFollower()
    application.applicationStateChanged.connect(lambda _state: zone.look())
    is_asked_for = options.files or options.link or options.asked_fax or options.tour
    if running.wants_hidden and not is_asked_for and running.tray.start_hidden():
        window.removeEventFilter(painted)
        QTimer.singleShot(0, painted.happened.emit)
    else:
        window.show()
    status = application.exec()
    running.stop()
    return status


def _begin(running: Running, instance: Instance, application: QApplication) -> None:
    """Work, when later starts can hand over to this one: without that two would stand in each other's way."""
    instance.asked.connect(running.show_files)
    instance.fax_asked.connect(running.show_fax)
    instance.ordered.connect(lambda order: running.orders.take(order))
    if not instance.listen():
        say("rcdesk cannot start: its socket cannot be made, see the log.", on_error=True)
        application.exit(1)
        return
    running.start()
    for sentence in take_notes():
        say(f"rcdesk: {sentence}", on_error=True)
        running.desk.notices.post(NoticeKind.WARNING, sentence)


def _heed_signals(application: QApplication, leave: Callable[[], None]) -> None:
    from rcdesk.bridge.runtime.stop_signals import StopSignals

    StopSignals(application).received.connect(leave)


def _leave_clipboard(paths: Paths) -> None:
    """Files put there from here stay as their names: data made in Python must not outlive it."""
    from rcdesk.ui.compose.incoming import clipboard_data

    urls = clipboard_data().urls()
    if any(paths.data_dir in Path(url.toLocalFile()).parents for url in urls):
        QApplication.clipboard().setText("\n".join(url.toLocalFile() for url in urls))


def _paths(options: Options) -> Paths:
    return Paths.chosen(is_demo=options.demo)


def _start_log(paths: Paths) -> None:
    from rcdesk.bridge.runtime.log_file import LogFile

    logging.getLogger("rcdesk").addHandler(LogFile(paths.log_file))
    logging.getLogger("rcdesk").setLevel(logging.INFO)


def _watch_for_bugs(running: Running) -> None:
    """Exceptions in slots, on any thread: all of it into the log, one dialog per kind."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        _log.critical("unexpected error", exc_info=(kind, error, trace))
        sys.__excepthook__(kind, error, trace)
        running.bugs.heard.emit(kind.__name__)

    sys.excepthook = hook
