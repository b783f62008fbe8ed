"""The Desk: what the window gets as its only argument.

A plain holder of the desks, each of which lives on the GUI thread. app.py builds it, starts it after the
first paint and stops it before the lanes. Read next: session_desk.py, call_desk.py, fax_desk.py,
folder_model.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from rcdesk.bridge.account.notices import Notices
from rcdesk.bridge.account.preferences import PreferencesDesk
from rcdesk.bridge.account.presence_desk import PresenceDesk
from rcdesk.bridge.account.profiles_desk import ProfilesDesk
from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.calls.call_desk import CallDesk
from rcdesk.bridge.calls.history_desk import HistoryDesk
from rcdesk.bridge.calls.numbers_desk import NumbersDesk
from rcdesk.bridge.calls.past_calls_model import PastCallsModel
from rcdesk.bridge.fax.covers_desk import CoversDesk
from rcdesk.bridge.fax.drafts_desk import DraftsDesk
from rcdesk.bridge.fax.fax_desk import FaxDesk
from rcdesk.bridge.fax.folder_model import FolderModel
from rcdesk.bridge.fax.pages_desk import PagesDesk
from rcdesk.bridge.fax.pasted_desk import PastedDesk
from rcdesk.bridge.fax.proof_desk import ProofDesk
from rcdesk.bridge.fax.received_desk import ReceivedDesk
from rcdesk.bridge.fax.shelf_desk import ShelfDesk
from rcdesk.bridge.fax.watched_folder import WatchedFolder
from rcdesk.bridge.people.people_desk import PeopleDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.fax.folder import FaxRow

if TYPE_CHECKING:
    from rcdesk.bridge.fax.folder_pages import FolderReader


class Desk(QObject):
    """session, calls, history, numbers, faxes, drafts, shelves, received, people, presence, proofs, pages,
    covers, pasted, watched, preferences, profiles, notices: see their modules."""

    def __init__(
        self,
        *,
        session: SessionDesk,
        calls: CallDesk,
        history: HistoryDesk,
        numbers: NumbersDesk,
        faxes: FaxDesk,
        drafts: DraftsDesk,
        shelves: ShelfDesk,
        received: ReceivedDesk,
        people: PeopleDesk,
        presence: PresenceDesk,
        proofs: ProofDesk,
        pages: PagesDesk,
        covers: CoversDesk,
        pasted: PastedDesk,
        watched: WatchedFolder,
        preferences: PreferencesDesk,
        profiles: ProfilesDesk,
        notices: Notices,
        lane_archive: Lane,
        archive: FolderReader,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.calls = calls
        self.history = history
        self.numbers = numbers
        self.faxes = faxes
        self.drafts = drafts
        self.shelves = shelves
        self.received = received
        self.people = people
        self.presence = presence
        self.proofs = proofs
        self.pages = pages
        self.covers = covers
        self.pasted = pasted
        self.watched = watched
        self.preferences = preferences
        self.profiles = profiles
        self.notices = notices
        self._lane_archive = lane_archive
        self._archive = archive
        received.changed.connect(faxes.touch_folders)
        shelves.changed.connect(faxes.touch_folders)
        faxes.jobs_changed.connect(shelves.purge_soon)
        people.people_changed.connect(history.reread)

    def new_folder_model(
        self, parent: QObject | None = None, *, words: Callable[[FaxRow], str] | None = None
    ) -> FolderModel:
        """A model of a folder that keeps itself fresh; say what it lists with set_query()."""
        model = FolderModel(self._lane_archive, self._archive, parent, words=words)
        self.faxes.folders_changed.connect(model.refresh)
        self.faxes.job_changed.connect(model.update_row)
        return model

    def new_past_calls_model(self, parent: QObject | None = None) -> PastCallsModel:
        """A model of the calls that are over; say what it lists with set_query()."""
        return PastCallsModel(self.history, parent)

    def start(self) -> None:
        """Read what is on disk; call once, after the first paint."""
        self.numbers.start()
        self.history.start()
        self.calls.start()
        self.faxes.start()
        self.drafts.start()
        self.shelves.start()
        self.received.start()
        self.people.start()
        self.presence.start()
        self.pages.start()
        self.covers.start()
        self.pasted.start()
        self.watched.start()

    def stop(self) -> None:
        """Stop every timer and write the preferences; the lanes are stopped next, by app.py."""
        self.drafts.stop()
        self.shelves.stop()
        self.session.stop()
        self.calls.stop()
        self.history.stop()
        self.numbers.stop()
        self.faxes.stop()
        self.received.stop()
        self.people.stop()
        self.presence.stop()
        self.pages.stop()
        self.watched.stop()
        self.notices.stop()
        self.preferences.flush()
        self.profiles.flush()
