"""The desks and what they work with, built together: lanes, secrets, page worker, services behind Late.

Nothing runs or talks yet when a Desk is built: threads start with their first work, services are opened on
the first lane that needs one. GUI thread. Read next: app.py, which runs it; bridge/desk.py.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from rcdesk.bridge.account.kept_account import KeptAccountDesk
from rcdesk.bridge.account.notices import Notices
from rcdesk.bridge.account.preferences import PreferencesDesk
from rcdesk.bridge.account.presence_desk import PresenceDesk
from rcdesk.bridge.account.profiles_desk import ProfilesDesk
from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.calls.call_desk import CallDesk
from rcdesk.bridge.calls.history_desk import HistoryDesk
from rcdesk.bridge.calls.numbers_desk import NumbersDesk
from rcdesk.bridge.desk import Desk
from rcdesk.bridge.fax.covers_desk import CoversDesk
from rcdesk.bridge.fax.drafts_desk import DraftsDesk
from rcdesk.bridge.fax.fax_desk import FaxDesk
from rcdesk.bridge.fax.pages_desk import PagesDesk
from rcdesk.bridge.fax.pasted_desk import PastedDesk
from rcdesk.bridge.fax.proof_desk import ProofDesk
from rcdesk.bridge.fax.received_desk import ReceivedDesk
from rcdesk.bridge.fax.shelf_desk import ShelfDesk
from rcdesk.bridge.fax.watched_folder import WatchedFolder
from rcdesk.bridge.people.people_desk import PeopleDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.lazy import Lazy
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.store.account import kept_account
from rcdesk.store.account import preferences as preferences_file
from rcdesk.store.account import profiles as profiles_file
from rcdesk.store.paths import Paths

if TYPE_CHECKING:
    from rcdesk.bridge.fax.covers_desk import CoverFiles
    from rcdesk.bridge.fax.page_requests import PageWork
    from rcdesk.bridge.fax.proof_desk import PageImages
    from rcdesk.documents.worker.worker import PageWorker
    from rcdesk.services.account.connection import Connection
    from rcdesk.services.service_set import ServiceSet
    from rcdesk.store.account.secrets import Secrets

LANES = ("calls", "faxes", "disk", "archive", "downloads", "pages", "files", "shortcuts", "sign-in")


class Works:
    """What stands behind the window: lanes, desk, services. stop() after the desk has stopped."""

    def __init__(self, paths: Paths) -> None:
        self.lanes = {name: Lane(name) for name in LANES}
        for lane in self.lanes.values():
            lane.hold()
        self._paths = paths
        self._page_worker = Lazy(self._make_page_worker)
        self._ending = CancelToken()
        self._secrets = Lazy(self._make_secrets)
        self.desk = self._build_desk()

    def go_on(self) -> None:
        """Begin with what was asked for until now: the window is there."""
        for lane in self.lanes.values():
            lane.go_on()

    def stop(self) -> bool:
        """End the lanes, then what they worked with; True when all ended in time."""
        self._ending.cancel()
        ended = [lane.stop() for lane in reversed(self.lanes.values())]
        if self._page_worker.is_made:
            self._page_worker.close()
        if self._services.is_made:
            for close in reversed(self._services.close):
                close()
        return all(ended)

    def _build_desk(self) -> Desk:
        lanes, service = self.lanes, self._service
        kept = self._paths.preferences_file
        preferences = PreferencesDesk(kept, lanes["disk"], preferences_file.load, preferences_file.save)
        profiles = self._build_profiles(preferences)
        session = SessionDesk(
            lanes["calls"],
            self._connect,
            lane_sign_in=lanes["sign-in"],
            open_url=_open_url,
            profiles=profiles,
            kept=KeptAccountDesk(
                self._paths.account_file, lanes["disk"], kept_account.load, kept_account.save
            ),
        )
        self._services = Lazy(lambda: self._open_services(session))
        history = HistoryDesk(lanes, session, service("history"))
        return Desk(
            session=session,
            calls=CallDesk(lanes["calls"], session, service("calls"), history),
            history=history,
            numbers=NumbersDesk(lanes, session),
            faxes=FaxDesk(
                lanes,
                session,
                service("faxes"),
                service("dispatcher"),
                keep_files_days=preferences.value.keep_files_days,
            ),
            drafts=DraftsDesk(lanes, session, service("drafts")),
            shelves=ShelfDesk(lanes, session, service("shelves")),
            received=ReceivedDesk(lanes, session, service("received")),
            people=PeopleDesk(lanes, session, service("people")),
            presence=PresenceDesk(lanes, session, service("presence")),
            proofs=self._build_proofs(session),
            pages=PagesDesk(lanes, cast("PageWork", self._page_worker), self._paths.pages_dir),
            covers=CoversDesk(lanes, cast("CoverFiles", Lazy(self._make_covers))),
            pasted=PastedDesk(lanes["disk"], service("pasted")),
            watched=WatchedFolder(lanes["disk"], preferences, service("watched")),
            preferences=preferences,
            profiles=profiles,
            notices=Notices(session),
            lane_archive=lanes["archive"],
            archive=service("folders"),
        )

    def _build_profiles(self, preferences: PreferencesDesk) -> ProfilesDesk:
        return ProfilesDesk(
            profiles_file.profiles_file(self._paths.preferences_file),
            self.lanes["disk"],
            partial(profiles_file.load, former=preferences.value),
            profiles_file.save,
            forget=self._forget_sign_in,
            lane_calls=self.lanes["calls"],
        )

    def _build_proofs(self, session: SessionDesk) -> ProofDesk:
        services = self._services
        return ProofDesk(
            self.lanes,
            session,
            self._service("proofs"),
            lambda owner_id, target: services.write_log(owner_id, target),
            cast("PageImages", Lazy(_page_images)),
            self._paths.proof_dir,
            lambda row, width_px: services.first_page(row, width_px),
        )

    def _service(self, name: str) -> Any:
        """One of the services, which are opened when something is first asked of one."""
        return Lazy(lambda: getattr(self._services, name))

    def _connect(self, profile: ServerProfile) -> Connection:
        from rcdesk.services.account.connection import Connection

        return Connection(profile, cast("Secrets", self._secrets))

    def _forget_sign_in(self, profile: ServerProfile) -> None:
        from rcdesk.services.account.sign_in import KeptSignIn

        KeptSignIn(cast("Secrets", self._secrets), profile).wipe()

    def _make_secrets(self) -> object:
        from rcdesk.store.account.secrets import Secrets

        told = self.desk.session.keyring_told.emit
        return Secrets(stop=self._ending, told=told, asks_to_unlock=True)

    def _make_page_worker(self) -> object:
        from rcdesk.documents.worker.worker import PageWorker

        return PageWorker(self._paths.pages_dir / "office")

    def _make_covers(self) -> object:
        from rcdesk.store.fax.covers import Covers

        return Covers(self._paths.covers_dir)

    def _open_services(self, session: SessionDesk) -> ServiceSet:
        """On the first lane that needs one."""
        from rcdesk.services.service_set import open_services

        worker = cast("PageWorker", self._page_worker)
        return open_services(
            self._paths,
            lambda: session.connection,
            SystemClock(),
            worker.count,
            worker.counts,
            worker.read_list,
        )


def _page_images() -> object:
    from rcdesk.documents import page_image

    return page_image


def _open_url(url: str) -> bool:
    """In the user's browser; False when there is none."""
    return bool(QDesktopServices.openUrl(QUrl(url)))
