"""What voicemails and recordings have in common: listed with today's names, fetched once, checked, saved.

Blocking; listing on the archive lane, saving on the disk lane, fetching on the downloads lane; safe from
several at once. The api room is imported at the first request. Read next: voicemails.py, recordings.py,
store/messages/sounds.py.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec.structs import replace

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import ServerTrouble, StoreUnavailable, UserError
from rcdesk.core.messages.kept import Kept, KeptQuery
from rcdesk.documents.fresh_file import fresh_file
from rcdesk.services.download import Download, download
from rcdesk.store.messages.sounds import KeptSounds, SoundFiles, media_type_of
from rcdesk.store.people.people import People

if TYPE_CHECKING:
    from rcdesk.api.session import ApiSession
    from rcdesk.services.account.connection import Connection

K = TypeVar("K", bound=Kept)

LARGEST_BYTES = 500_000_000
"""Ten hours on the telephone; what is longer is no sound of a call."""


class SoundService(Generic[K]):
    """Of whoever is signed in when they are asked for. what: "voicemail", for the sentences."""

    def __init__(
        self,
        what: str,
        connection: Callable[[], Connection | None],
        store: KeptSounds[K],
        files: SoundFiles,
        people: People,
        clock: Clock,
    ) -> None:
        self._what = what
        self._connection = connection
        self._store = store
        self._files = files
        self._people = people
        self._clock = clock
        self._filing = threading.Lock()
        self._is_tidy = False

    def page(self, query: KeptQuery, limit: int = 200) -> tuple[K, ...]:
        """The newest that the query finds, with today's names."""
        numbers = self._people.numbers_like(query.owner_id, query.text) if query.text.strip() else ()
        return self._named(query.owner_id, self._store.page(query, limit, numbers=numbers))

    def get(self, owner_id: str, one_id: str) -> K:
        """One of them. Raises StoreError when there is none."""
        return self._named(owner_id, (self._store.get(owner_id, one_id),))[0]

    def path(self, one: K, token: CancelToken | None = None) -> Path:
        """The file with its sound, checked against what was downloaded.

        A file that was lost or altered here is fetched again. Raises UserError, which says so.
        """
        known = self._store.get(one.owner_id, one.id)
        if not known.is_here:
            raise UserError(f"The sound of this {self._what} is not here yet.")
        if self._files.is_whole(known, token or CancelToken()):
            return self._files.path(known.digest, known.media_type)
        self._store.forget_sound(known)
        raise UserError(
            f"The sound of this {self._what} was lost or altered on this computer. It is fetched again if "
            "RingCentral still has it; try again in a moment."
        )

    def save(self, one: K, target: Path, token: CancelToken | None = None) -> None:
        """Save the sound at target, as it came. Raises UserError, StoreUnavailable, Cancelled."""
        source = self.path(one, token)
        with fresh_file(target) as fresh:
            shutil.copyfile(source, fresh)

    def _fetch(self, one: K, ask: Callable[[Download], object]) -> K:
        """Download to a file of its own beside the others, check that it is a sound, then file it."""
        self._tidy()
        kept, sent = f"The sound of a {self._what}", f"a {self._what}"
        with (
            self._filing,
            download(self._files.folder, most_bytes=LARGEST_BYTES, sent=sent, kept=kept) as coming,
        ):
            ask(coming)
            media_type = media_type_of(coming.close())
            if not media_type:
                # Such as the page of a hotel's network.
                raise ServerTrouble(
                    f"RingCentral sent something that is not the sound of a {self._what}. It is tried again "
                    "later.",
                    status=200,
                )
            stored = self._files.keep(coming.path, media_type, CancelToken())
        return self._named(one.owner_id, (self._store.put_sound(one, stored, media_type),))[0]

    def _session(self, owner_id: str) -> ApiSession:
        from rcdesk.services.account.connection import session_for

        return session_for(self._connection(), owner_id)

    def _tidy(self) -> None:
        """Once: remove what a run that was ended left half done."""
        with self._filing:
            if not self._is_tidy:
                self._files.remove_unfinished()
                self._is_tidy = True

    def _remove_unused(self, ones: Iterable[K]) -> None:
        """The sounds that no row names any more."""
        for one in ones:
            if one.digest and not self._store.is_used(one.digest):
                try:
                    self._files.path(one.digest, one.media_type).unlink(missing_ok=True)
                except OSError as exc:
                    raise StoreUnavailable(
                        f"The sound of a deleted {self._what} stays on the disk ({exc.strerror})."
                    ) from exc

    def _named(self, owner_id: str, ones: tuple[K, ...]) -> tuple[K, ...]:
        names = self._people.names(owner_id, tuple({one.number for one in ones if one.number}))
        return tuple(replace(one, name=names[one.number]) if one.number in names else one for one in ones)
