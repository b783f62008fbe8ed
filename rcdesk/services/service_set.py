"""All services of one archive, built together: what the lanes work with.

Opening the archive and importing all this takes a while, so it is built on the first lane that needs one of
them. Without Qt; any thread. Read next: app.py, which gives each desk its service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.folder import FaxRow
from rcdesk.core.people import ImportTable
from rcdesk.services.call_history import CallHistory
from rcdesk.services.calls import CallService
from rcdesk.services.dispatch import Dispatcher
from rcdesk.services.fax_log import FaxLog
from rcdesk.services.faxes import FaxService
from rcdesk.services.first_pages import FirstPages
from rcdesk.services.kept_drafts import KeptDrafts
from rcdesk.services.pasted import PastedFiles
from rcdesk.services.people import PeopleService
from rcdesk.services.presence import PresenceService
from rcdesk.services.proof import ProofService
from rcdesk.services.received import ReceivedService
from rcdesk.services.shelves import ShelfService
from rcdesk.services.watched import WatchedFiles
from rcdesk.store.drafts import Drafts
from rcdesk.store.folders import Folders
from rcdesk.store.outbox import Outbox
from rcdesk.store.past_calls import PastCalls
from rcdesk.store.paths import Paths
from rcdesk.store.people import People
from rcdesk.store.presence_timer import PresenceTimers
from rcdesk.store.received import ReceivedFaxes
from rcdesk.store.shelves import Shelves
from rcdesk.store.spool import Spool

if TYPE_CHECKING:
    from rcdesk.documents.inspect import PageCounter
    from rcdesk.documents.inspect_many import PagesCounter
    from rcdesk.services.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSet:
    """The services; close: the stores below them, in the order of their opening."""

    calls: CallService
    history: CallHistory
    faxes: FaxService
    dispatcher: Dispatcher
    drafts: KeptDrafts
    shelves: ShelfService
    received: ReceivedService
    people: PeopleService
    presence: PresenceService
    proofs: ProofService
    folders: Folders
    pasted: PastedFiles
    watched: WatchedFiles
    write_log: Callable[[str, Path], object]
    first_page: Callable[[FaxRow, int], bytes]
    close: tuple[Callable[[], None], ...]


def open_services(
    paths: Paths,
    connection: Callable[[], Connection | None],
    clock: Clock,
    count: PageCounter,
    counts: PagesCounter,
    read_list: Callable[[Path, CancelToken], ImportTable],
) -> ServiceSet:
    """Open the archive and build everything on it. Raises StoreError when it cannot be opened.

    count, counts, read_list: the page worker's, so that no file of the user is decoded in this process.
    """
    outbox, spool = Outbox(paths.database), Spool(paths.spool_dir)
    people, past_calls = People(paths.database), PastCalls(paths.database)
    received = ReceivedFaxes(paths.database, paths.archive_dir)
    folders = Folders(paths.database)
    drafts, shelves = Drafts(paths.database), Shelves(paths.database)
    kept_drafts = KeptDrafts(drafts, spool, clock)
    proofs = ProofService(connection, outbox, paths.proof_dir, clock)
    return ServiceSet(
        calls=CallService(connection),
        history=CallHistory(connection, past_calls, people, clock),
        faxes=FaxService(
            connection,
            outbox,
            spool,
            clock,
            received,
            count,
            counts,
            shelves,
            copy_of=kept_drafts.copy_of,
        ),
        dispatcher=Dispatcher(connection, outbox, spool, clock),
        drafts=kept_drafts,
        shelves=ShelfService(connection, shelves, outbox, spool, received, clock),
        received=ReceivedService(connection, received, clock),
        people=PeopleService(connection, people, clock, read_list),
        presence=PresenceService(connection, PresenceTimers(paths.presence_file), clock),
        proofs=proofs,
        folders=folders,
        pasted=PastedFiles(paths.pasted_dir),
        watched=WatchedFiles(paths.watched_file),
        write_log=FaxLog(folders, clock).write,
        first_page=FirstPages(spool, received, proofs).png,
        close=(
            past_calls.close,
            outbox.close,
            received.close,
            people.close,
            folders.close,
            drafts.close,
            shelves.close,
        ),
    )
