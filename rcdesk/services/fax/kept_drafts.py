"""Keeping drafts: written as one types, with a copy of every file, so that a lost original loses nothing.

What was typed is on disk before the files are copied, which may take a while. A copy is made once for a file
as it is now; when the file was changed since, it is made again. Blocking, on the disk lane. Read next:
store/fax/drafts.py, store/fax/spool.py, bridge/fax/drafts_desk.py.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import StoreError, UserError
from rcdesk.core.fax.fax import SpooledFile
from rcdesk.core.fax.kept_draft import KeptDraft
from rcdesk.core.file_name import readable
from rcdesk.store.fax.drafts import Drafts
from rcdesk.store.fax.spool import Spool

_Mark = tuple[Path, int, int]


class SavedDraft(Struct, frozen=True, kw_only=True):
    """A draft as it lies on disk now; problem: why a file of it has no copy there, "" when all have."""

    draft: KeptDraft
    problem: str = ""


class KeptDrafts:
    def __init__(self, drafts: Drafts, spool: Spool, clock: Clock) -> None:
        self._drafts = drafts
        self._spool = spool
        self._clock = clock
        self._copies: dict[_Mark, SpooledFile] = {}

    def load(self, owner_id: str) -> tuple[KeptDraft, ...]:
        """Those of one owner, and what was written while nobody was signed in; changed last first."""
        if owner_id:
            self._drafts.take_over(owner_id)
        return tuple(self._found(draft) for draft in self._drafts.all(owner_id))

    def keep(self, owner_id: str, draft: KeptDraft, token: CancelToken) -> SavedDraft:
        """Write it, then copy its files. Raises StoreUnavailable when it cannot be written at all."""
        kept, due = self._copied(draft)
        self._drafts.save(owner_id, kept)
        problem = ""
        for path in due:
            try:
                self._copy(path, token)
            except (UserError, StoreError) as exc:
                problem = str(exc)
        if due:
            kept, _ = self._copied(draft)
            self._drafts.save(owner_id, kept)
        return SavedDraft(draft=kept, problem=problem)

    def delete(self, keys: Collection[str]) -> None:
        """Take these out of the list; bring_back() is possible until purge()."""
        self._drafts.mark(keys, self._clock.now())

    def bring_back(self, keys: Collection[str]) -> None:
        self._drafts.mark(keys, None)

    def purge(self, after: timedelta = timedelta()) -> None:
        """Take away for good what was deleted so long ago, and the copies that nothing needs any more."""
        for digest in self._drafts.purge(self._clock.now() - after):
            self._spool.remove(digest)
            self._copies = {mark: file for mark, file in self._copies.items() if file.digest != digest}

    def copy_of(self, path: Path) -> SpooledFile | None:
        """The copy made last of this file, None when there is none: it may be gone where it was."""
        return next((file for mark, file in reversed(self._copies.items()) if mark[0] == path), None)

    def _copied(self, draft: KeptDraft) -> tuple[KeptDraft, list[Path]]:
        """The draft with the copies there are, and the files that have none yet."""
        copies: dict[Path, tuple[Path, SpooledFile]] = {}
        due: dict[Path, None] = {}
        for document in draft.all_documents:
            if document.digest:
                continue
            mark = _mark(document.path)
            file = self._copies.get(mark) if mark[1] >= 0 else self.copy_of(document.path)
            if file is None:
                due[document.path] = None
            else:
                copies[document.path] = self._spool.path(file.digest), file
        return draft.with_copies(copies), list(due)

    def _copy(self, path: Path, token: CancelToken) -> None:
        mark = _mark(path)
        spooled = self._spool.add(path, token, otherwise="The draft is kept without it.")
        self._copies[mark] = SpooledFile(
            digest=spooled.digest,
            name=readable(path.name),
            media_type="",
            size_bytes=spooled.size_bytes,
            pages=None,
        )

    def _found(self, draft: KeptDraft) -> KeptDraft:
        """The same with its copies where they lie now; what is nowhere any more is left out and named."""
        moved: dict[Path, tuple[Path, SpooledFile]] = {}
        gone: set[Path] = set()
        for document in draft.all_documents:
            digest, size = document.digest, document.size_bytes
            if not digest and not document.path.is_file():
                gone.add(document.path)
            elif digest:
                file = SpooledFile(digest=digest, name="", media_type="", size_bytes=size, pages=None)
                place = self._spool.path(digest)
                moved[document.path] = place, file
                if not self._spool.has(digest, size):
                    gone.add(place)
        return draft.with_copies(moved).without(frozenset(gone))


def _mark(path: Path) -> _Mark:
    """A file as it is now: path, size and time; the size of one that is not there is -1."""
    try:
        found = path.stat()
    except OSError:
        return path, -1, -1
    return path, found.st_size, found.st_mtime_ns
