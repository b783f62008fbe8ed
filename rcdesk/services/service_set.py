"""All services of one archive, built together: what the lanes work with.

Opening the archive and importing all this takes a while, so it is built on the first lane that needs one of
them. Without Qt; any thread. Read next: app.py, which gives each desk its service.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.fax.folder import FaxRow
from rcdesk.core.people.people import ImportTable
from rcdesk.services.account.news import NewsService
from rcdesk.services.account.presence import PresenceService
from rcdesk.services.calls.calls import CallService
from rcdesk.services.calls.history import CallHistory
from rcdesk.services.fax.csv_log import write_log
from rcdesk.services.fax.dispatch import Dispatcher
from rcdesk.services.fax.faxes import FaxService
from rcdesk.services.fax.first_pages import first_page
from rcdesk.services.fax.kept_drafts import KeptDrafts
from rcdesk.services.fax.pasted import PastedFiles
from rcdesk.services.fax.proof import ProofService
from rcdesk.services.fax.received import ReceivedService
from rcdesk.services.fax.shelves import ShelfService
from rcdesk.services.fax.watched import WatchedFiles
from rcdesk.services.messages.recordings import RecordingService
from rcdesk.services.messages.sending import TextSender
from rcdesk.services.messages.text_sync import TextSync
from rcdesk.services.messages.texts import SmallPicture, TextService
from rcdesk.services.messages.voicemails import VoicemailService
from rcdesk.services.people.people import PeopleService
from rcdesk.store.account.presence_timer import PresenceTimers
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.database import ThreadConnections
from rcdesk.store.fax.drafts import Drafts
from rcdesk.store.fax.folders import Folders
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.received import ReceivedFaxes
from rcdesk.store.fax.shelves import Shelves
from rcdesk.store.fax.spool import Spool
from rcdesk.store.messages.conversations import Conversations
from rcdesk.store.messages.files import TextFiles
from rcdesk.store.messages.outbox import TextOutbox
from rcdesk.store.messages.recordings import Recordings
from rcdesk.store.messages.sounds import SoundFiles
from rcdesk.store.messages.voicemails import Voicemails
from rcdesk.store.paths import Paths
from rcdesk.store.people.people import People

if TYPE_CHECKING:
    from rcdesk.documents.inspect import PageCounter
    from rcdesk.documents.inspect_many import PagesCounter
    from rcdesk.services.account.connection import Connection


class ServiceSet(Struct, frozen=True, kw_only=True):
    """The services; close: the archive below them."""

    calls: CallService
    history: CallHistory
    faxes: FaxService
    dispatcher: Dispatcher
    drafts: KeptDrafts
    shelves: ShelfService
    received: ReceivedService
    texts: TextService
    text_sender: TextSender
    text_sync: TextSync
    voicemails: VoicemailService
    recordings: RecordingService
    people: PeopleService
    presence: PresenceService
    news: NewsService
    proofs: ProofService
    folders: Folders
    pasted: PastedFiles
    watched: WatchedFiles
    write_log: Callable[[str, Path], object]
    first_page: Callable[[FaxRow, int], bytes]
    close: Callable[[], None]


def open_services(
    paths: Paths,
    connection: Callable[[], Connection | None],
    clock: Clock,
    count: PageCounter,
    counts: PagesCounter,
    read_list: Callable[[Path, CancelToken], ImportTable],
    small_picture: SmallPicture,
) -> ServiceSet:
    """Open the archive and build everything on it. Raises StoreError when it cannot be opened.

    count, counts, read_list, small_picture: the page worker's, so that no file of the user is decoded in this
    process.
    """
    archive = ThreadConnections(paths.database)
    outbox, spool = Outbox(archive), Spool(paths.spool_dir)
    people, past_calls = People(archive), PastCalls(archive)
    received = ReceivedFaxes(archive, paths.archive_dir)
    folders = Folders(archive)
    voicemails, recordings = Voicemails(archive), Recordings(archive)
    sounds = SoundFiles(paths.sounds_dir)
    texts, text_outbox = Conversations(archive), TextOutbox(archive)
    text_files = TextFiles(paths.texts_dir)
    drafts, shelves = Drafts(archive), Shelves(archive)
    kept_drafts = KeptDrafts(drafts, spool, clock)
    proofs = ProofService(connection, outbox, paths.proof_dir, clock)
    copy_of = kept_drafts.copy_of
    faxes = FaxService(connection, outbox, spool, clock, received, count, counts, shelves, copy_of)
    return ServiceSet(
        calls=CallService(connection),
        history=CallHistory(connection, past_calls, people, clock),
        faxes=faxes,
        dispatcher=Dispatcher(connection, outbox, spool, clock),
        drafts=kept_drafts,
        shelves=ShelfService(connection, shelves, outbox, spool, received, clock),
        received=ReceivedService(connection, received, clock),
        texts=TextService(connection, texts, text_outbox, text_files, people, clock, small_picture),
        text_sender=TextSender(connection, text_outbox, text_files, clock),
        text_sync=TextSync(connection, texts, text_files, clock),
        voicemails=VoicemailService(connection, voicemails, sounds, people, clock),
        recordings=RecordingService(connection, recordings, sounds, people, clock),
        people=PeopleService(connection, people, clock, read_list),
        presence=PresenceService(connection, PresenceTimers(paths.presence_file), clock),
        news=NewsService(connection),
        proofs=proofs,
        folders=folders,
        pasted=PastedFiles(paths.pasted_dir),
        watched=WatchedFiles(paths.watched_file),
        write_log=partial(write_log, folders, clock),
        first_page=partial(first_page, spool, received, proofs),
        close=archive.close,
    )
