"""The desks and what they work with, built together: lanes, secrets, page worker, services behind Late.

Nothing runs or talks yet when a Desk is built: threads start with their first work, services are opened on
the first lane that needs one. GUI thread. Read next: app.py, which runs it; bridge/desk.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from rcdesk.bridge.account.kept_account import KeptAccountDesk
from rcdesk.bridge.account.notices import Notices
from rcdesk.bridge.account.preferences import PreferencesDesk
from rcdesk.bridge.account.profiles_desk import ProfilesDesk
from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.desk import Desk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.bridge.runtime.lazy import late
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import SystemClock
from rcdesk.store.account import kept_account
from rcdesk.store.account import preferences as preferences_file
from rcdesk.store.account import profiles as profiles_file
from rcdesk.store.paths import Paths

if TYPE_CHECKING:
    from rcdesk.bridge.fax.proof_desk import PageImages
    from rcdesk.documents.sound.reader import SoundReader
    from rcdesk.documents.worker.worker import PageWorker
    from rcdesk.services.account.connection import Connection
    from rcdesk.services.service_set import ServiceSet
    from rcdesk.store.account.secrets import Secrets
    from rcdesk.store.fax.covers import Covers

LANES = (
    *("calls", "faxes", "texts", "disk", "archive", "downloads", "pages", "files", "shortcuts"),
    *("sign-in", "news"),
)


class Works:
    """What stands behind the window: lanes, desk, services. stop() after the desk has stopped."""

    def __init__(self, paths: Paths) -> None:
        self.lanes = {name: Lane(name) for name in LANES}
        for lane in self.lanes.values():
            lane.hold()
        self._paths = paths
        self._closing: list[Callable[[], None]] = []
        self._page_worker = late(self._make_page_worker)
        self._ending = CancelToken()
        self._secrets = late(self._make_secrets)
        self.desk = self._build_desk()

    def go_on(self) -> None:
        """Begin with what was asked for until now: the window is there."""
        for lane in self.lanes.values():
            lane.go_on()

    def stop(self) -> bool:
        """End the lanes, then what they worked with; True when all ended in time."""
        self._ending.cancel()
        ended = [lane.stop() for lane in reversed(self.lanes.values())]
        for close in reversed(self._closing):
            close()
        return all(ended)

    def _build_desk(self) -> Desk:
        lanes = self.lanes
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
        return Desk(
            lanes,
            late(lambda: self._open_services(session)),
            session=session,
            preferences=preferences,
            profiles=profiles,
            notices=Notices(session),
            worker=self._page_worker,
            covers=late(self._make_covers),
            images=late(_page_images),
            sounds=late(self._make_sounds),
            pages_dir=self._paths.pages_dir,
            proof_dir=self._paths.proof_dir,
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

    def _connect(self, profile: ServerProfile) -> Connection:
        from rcdesk.services.account.connection import Connection

        return Connection(profile, self._secrets)

    def _forget_sign_in(self, profile: ServerProfile) -> None:
        from rcdesk.services.account.sign_in import KeptSignIn

        KeptSignIn(self._secrets, profile).wipe()

    def _make_secrets(self) -> Secrets:
        from rcdesk.store.account.secrets import Secrets

        told = self.desk.session.keyring_told.emit
        return Secrets(stop=self._ending, told=told, asks_to_unlock=True)

    def _make_page_worker(self) -> PageWorker:
        from rcdesk.documents.worker.worker import PageWorker

        worker = PageWorker(self._paths.pages_dir / "office")
        self._closing.append(worker.close)
        return worker

    def _make_sounds(self) -> SoundReader:
        from rcdesk.documents.sound.reader import SoundReader

        reader = SoundReader(self._paths.pages_dir / "sounds")
        self._closing.append(reader.close)
        return reader

    def _make_covers(self) -> Covers:
        from rcdesk.store.fax.covers import Covers

        return Covers(self._paths.covers_dir)

    def _open_services(self, session: SessionDesk) -> ServiceSet:
        """On the first lane that needs one."""
        from rcdesk.services.service_set import open_services

        worker = self._page_worker
        services = open_services(
            self._paths,
            lambda: session.connection,
            SystemClock(),
            lambda *given: worker.count(*given),
            lambda *given: worker.counts(*given),
            lambda *given: worker.read_list(*given),
            lambda *given: worker.small_picture(*given),
        )
        self._closing.append(services.close)
        return services


def _page_images() -> PageImages:
    from rcdesk.documents import page_image

    return page_image


def _open_url(url: str) -> bool:
    """In the user's browser; False when there is none."""
    return bool(QDesktopServices.openUrl(QUrl(url)))
