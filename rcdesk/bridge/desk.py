"""The Desk: what the window gets as its only argument.

A plain holder of the desks, each of which lives on the GUI thread. Those the first window does without are
made, and imported, when they are first asked for, by start() at the latest. app.py builds it, starts it when
there is somebody to work for and stops it before the lanes. Read next: session_desk.py, call_desk.py,
fax_desk.py, folder_model.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.runtime.lazy import late

if TYPE_CHECKING:
    from rcdesk.bridge.account.news_desk import NewsDesk
    from rcdesk.bridge.account.notices import Notices
    from rcdesk.bridge.account.preferences import PreferencesDesk
    from rcdesk.bridge.account.presence_desk import PresenceDesk
    from rcdesk.bridge.account.profiles_desk import ProfilesDesk
    from rcdesk.bridge.account.session_desk import SessionDesk
    from rcdesk.bridge.calls.call_desk import CallDesk
    from rcdesk.bridge.calls.history_desk import HistoryDesk
    from rcdesk.bridge.calls.numbers_desk import NumbersDesk
    from rcdesk.bridge.calls.past_calls_model import PastCallsModel
    from rcdesk.bridge.fax.covers_desk import CoverFiles, CoversDesk
    from rcdesk.bridge.fax.drafts_desk import DraftsDesk
    from rcdesk.bridge.fax.fax_desk import FaxDesk
    from rcdesk.bridge.fax.folder_model import FolderModel
    from rcdesk.bridge.fax.page_requests import PageWork
    from rcdesk.bridge.fax.pages_desk import PagesDesk
    from rcdesk.bridge.fax.pasted_desk import PastedDesk
    from rcdesk.bridge.fax.proof_desk import PageImages, ProofDesk
    from rcdesk.bridge.fax.received_desk import ReceivedDesk
    from rcdesk.bridge.fax.shelf_desk import ShelfDesk
    from rcdesk.bridge.fax.watched_folder import WatchedFolder
    from rcdesk.bridge.messages.conversations_model import ConversationsModel
    from rcdesk.bridge.messages.player_desk import PlayerDesk, SoundWork
    from rcdesk.bridge.messages.recordings_desk import RecordingsDesk
    from rcdesk.bridge.messages.texts_desk import TextsDesk
    from rcdesk.bridge.messages.voicemail_desk import VoicemailDesk
    from rcdesk.bridge.people.people_desk import PeopleDesk
    from rcdesk.bridge.runtime.lane import Lane
    from rcdesk.core.fax.folder import FaxRow
    from rcdesk.core.messages.conversation import Conversation
    from rcdesk.services.service_set import ServiceSet


class _Part(Protocol):
    """A desk that works from start() to stop()."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Desk(QObject):
    """session, preferences, profiles and notices are there from the beginning; started() when all are.

    services, worker, covers, images and sounds may be made late (lazy.py); pages_dir, proof_dir: for what is
    drawn.
    """

    started = Signal()

    def __init__(
        self,
        lanes: dict[str, Lane],
        services: ServiceSet,
        *,
        session: SessionDesk,
        preferences: PreferencesDesk,
        profiles: ProfilesDesk,
        notices: Notices,
        worker: PageWork,
        covers: CoverFiles,
        images: PageImages,
        sounds: SoundWork,
        pages_dir: Path,
        proof_dir: Path,
    ) -> None:
        super().__init__()
        self._lanes = lanes
        self._services = services
        self.session = session
        self.preferences = preferences
        self.profiles = profiles
        self.notices = notices
        self._worker = worker
        self._covers = covers
        self._images = images
        self._sounds = sounds
        self._pages_dir = pages_dir
        self._proof_dir = proof_dir
        self._parts: tuple[_Part, ...] = ()

    @cached_property
    def calls(self) -> CallDesk:
        from rcdesk.bridge.calls.call_desk import CallDesk

        service = late(lambda: self._services.calls)
        return CallDesk(self._lanes["calls"], self.session, service, self.history)

    @cached_property
    def history(self) -> HistoryDesk:
        from rcdesk.bridge.calls.history_desk import HistoryDesk

        return HistoryDesk(self._lanes, self.session, late(lambda: self._services.history))

    @cached_property
    def numbers(self) -> NumbersDesk:
        from rcdesk.bridge.calls.numbers_desk import NumbersDesk

        return NumbersDesk(self._lanes, self.session)

    @cached_property
    def faxes(self) -> FaxDesk:
        from rcdesk.bridge.fax.fax_desk import FaxDesk

        service, dispatcher = late(lambda: self._services.faxes), late(lambda: self._services.dispatcher)
        keep_days = self.preferences.value.keep_files_days
        return FaxDesk(self._lanes, self.session, service, dispatcher, keep_files_days=keep_days)

    @cached_property
    def drafts(self) -> DraftsDesk:
        from rcdesk.bridge.fax.drafts_desk import DraftsDesk

        return DraftsDesk(self._lanes, self.session, late(lambda: self._services.drafts))

    @cached_property
    def shelves(self) -> ShelfDesk:
        from rcdesk.bridge.fax.shelf_desk import ShelfDesk

        shelves = ShelfDesk(self._lanes, self.session, late(lambda: self._services.shelves))
        shelves.changed.connect(self.faxes.touch_folders)
        self.faxes.jobs_changed.connect(shelves.purge_soon)
        return shelves

    @cached_property
    def received(self) -> ReceivedDesk:
        from rcdesk.bridge.fax.received_desk import ReceivedDesk

        received = ReceivedDesk(self._lanes, self.session, late(lambda: self._services.received))
        received.changed.connect(self.faxes.touch_folders)
        return received

    @cached_property
    def voicemails(self) -> VoicemailDesk:
        from rcdesk.bridge.messages.voicemail_desk import VoicemailDesk

        voicemails = VoicemailDesk(self._lanes, self.session, late(lambda: self._services.voicemails))
        voicemails.deleted.connect(self.shelves.tell_service)
        return voicemails

    @cached_property
    def recordings(self) -> RecordingsDesk:
        from rcdesk.bridge.messages.recordings_desk import RecordingsDesk

        return RecordingsDesk(self._lanes, self.session, late(lambda: self._services.recordings))

    @cached_property
    def player(self) -> PlayerDesk:
        from rcdesk.bridge.messages.player_desk import PlayerDesk

        return PlayerDesk(self._lanes["files"], self._sounds, self.preferences)

    @cached_property
    def texts(self) -> TextsDesk:
        from rcdesk.bridge.messages.texts_desk import TextsDesk

        services = self._services
        return TextsDesk(
            self._lanes,
            self.session,
            late(lambda: services.texts),
            late(lambda: services.text_sender),
            late(lambda: services.text_sync),
        )

    @cached_property
    def people(self) -> PeopleDesk:
        from rcdesk.bridge.people.people_desk import PeopleDesk

        people = PeopleDesk(self._lanes, self.session, late(lambda: self._services.people))
        people.people_changed.connect(self.history.reread)
        return people

    @cached_property
    def presence(self) -> PresenceDesk:
        from rcdesk.bridge.account.presence_desk import PresenceDesk

        return PresenceDesk(self._lanes, self.session, late(lambda: self._services.presence))

    @cached_property
    def news(self) -> NewsDesk:
        from rcdesk.bridge.account.news_desk import NewsDesk

        return NewsDesk(self._lanes["news"], self.session, late(lambda: self._services.news))

    @cached_property
    def proofs(self) -> ProofDesk:
        from rcdesk.bridge.fax.proof_desk import ProofDesk

        services = self._services
        return ProofDesk(
            self._lanes,
            self.session,
            late(lambda: services.proofs),
            lambda owner_id, target: services.write_log(owner_id, target),
            self._images,
            self._proof_dir,
            lambda row, width_px: services.first_page(row, width_px),
        )

    @cached_property
    def pages(self) -> PagesDesk:
        from rcdesk.bridge.fax.pages_desk import PagesDesk

        return PagesDesk(self._lanes, self._worker, self._pages_dir)

    @cached_property
    def covers(self) -> CoversDesk:
        from rcdesk.bridge.fax.covers_desk import CoversDesk

        return CoversDesk(self._lanes, self._covers)

    @cached_property
    def pasted(self) -> PastedDesk:
        from rcdesk.bridge.fax.pasted_desk import PastedDesk

        return PastedDesk(self._lanes["disk"], late(lambda: self._services.pasted))

    @cached_property
    def watched(self) -> WatchedFolder:
        from rcdesk.bridge.fax.watched_folder import WatchedFolder

        return WatchedFolder(self._lanes["disk"], self.preferences, late(lambda: self._services.watched))

    def new_folder_model(
        self, parent: QObject | None = None, *, words: Callable[[FaxRow], str] | None = None
    ) -> FolderModel:
        """A model of a folder that keeps itself fresh; say what it lists with set_query()."""
        from rcdesk.bridge.fax.folder_model import FolderModel

        archive = late(lambda: self._services.folders)
        model = FolderModel(self._lanes["archive"], archive, parent, words=words)
        self.faxes.folders_changed.connect(model.refresh)
        self.faxes.job_changed.connect(model.update_row)
        return model

    def new_conversations_model(
        self, words: Callable[[Conversation], str], parent: QObject | None = None
    ) -> ConversationsModel:
        """A model of the conversations; say what it lists with set_query()."""
        from rcdesk.bridge.messages.conversations_model import ConversationsModel

        return ConversationsModel(self.texts, parent, words=words)

    def new_past_calls_model(self, parent: QObject | None = None) -> PastCallsModel:
        """A model of the calls that are over; say what it lists with set_query()."""
        from rcdesk.bridge.calls.past_calls_model import PastCallsModel

        return PastCallsModel(self.history, parent)

    def start(self) -> None:
        """Read what is on disk, and work: call once, after the first paint, when somebody is there."""
        self._parts = (
            self.numbers,
            self.history,
            self.calls,
            self.faxes,
            self.shelves,
            self.received,
            self.texts,
            self.voicemails,
            self.recordings,
            self.player,
            self.people,
            self.presence,
            self.pages,
            self.watched,
            self.drafts,
            self.news,
        )
        self._follow_news()
        for part in self._parts:
            part.start()
        self.covers.start()
        self.pasted.start()
        self.started.emit()

    @property
    def is_started(self) -> bool:
        return bool(self._parts)

    def _follow_news(self) -> None:
        """Whoever shows it looks when something has changed, and by the clock less often meanwhile."""
        news = self.news
        news.all_changed.connect(self.history.refresh)
        news.mail_changed.connect(self._mail_changed)
        news.presence_changed.connect(self.presence.refresh)
        news.call_changed.connect(self.history.hear)
        for part in (self.received, self.history, self.voicemails, self.texts):
            news.live_changed.connect(part.pace.set_live)

    def _mail_changed(self, kinds: frozenset[str]) -> None:
        if "Fax" in kinds:
            self.received.sync_now()
            self.faxes.look()
        if "VoiceMail" in kinds:
            self.voicemails.look()
        if "SMS" in kinds:
            self.texts.look()

    def stop(self) -> None:
        """Stop every timer and write the preferences; the lanes are stopped next, by app.py."""
        for part in reversed(self._parts):
            part.stop()
        self.session.stop()
        self.notices.stop()
        self.preferences.flush()
        self.profiles.flush()
