"""From a draft to the files of a fax, and from a fax back to a draft.

A draft's files are copied to the spool, or taken from it when they were faxed before; what was sent or
received becomes a draft again to be edited, sent again or forwarded. Blocking, on the disk lane. Read next:
faxes.py, store/fax/spool.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, assert_never

from msgspec.structs import replace

from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import (
    MAX_NOTE_CHARACTERS,
    Document,
    FaxDraft,
    FaxJob,
    FaxState,
    Recipient,
    SpooledFile,
)
from rcdesk.core.fax.folder import FaxRow, ReceivedFax
from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.core.regular_file import sha256_of
from rcdesk.documents.inspect import PageCounter, check_total, look_at
from rcdesk.documents.same_file import check_digest, check_same
from rcdesk.store.fax.outbox import Outbox, pages_key
from rcdesk.store.fax.spool import Spool

if TYPE_CHECKING:
    from rcdesk.store.fax.received import ReceivedFaxes

_ENDINGS = {"application/pdf": "pdf", "image/tiff": "tif"}


CopyOf: TypeAlias = Callable[[Path], SpooledFile | None]
"""The copy a draft keeps of a file."""


class FaxDrafts:
    """Drafts of one archive. copy_of: what is sent for a file that is not there any more."""

    def __init__(
        self,
        outbox: Outbox,
        spool: Spool,
        clock: Clock,
        received: ReceivedFaxes | None,
        count: PageCounter | None,
        copy_of: CopyOf | None = None,
    ) -> None:
        self._outbox = outbox
        self._spool = spool
        self._clock = clock
        self._received = received
        self._count = count
        self._copy_of = copy_of

    def check(self, draft: FaxDraft, profile: ServerProfile) -> None:
        """Raise UserError when the draft cannot be a fax."""
        if not draft.recipients:
            raise UserError("Say who gets the fax: type a number.")
        if not draft.documents and not draft.note.strip() and not draft.original_message_id:
            raise UserError("There is nothing to fax yet. Add a file or write a note.")
        if len(draft.note) > MAX_NOTE_CHARACTERS:
            raise UserError(f"The note has {len(draft.note)} characters; {MAX_NOTE_CHARACTERS} fit.")
        check_total(draft.documents, profile)

    def spool_files(
        self, draft: FaxDraft, token: CancelToken, report: Callable[[tuple[int, int]], None] | None
    ) -> tuple[SpooledFile, ...]:
        """Every document of the draft in the spool. Raises UserError for one that is missing or altered."""
        total = sum(d.size_bytes for d in draft.documents)
        files: list[SpooledFile] = []
        done = 0
        for document in draft.documents:
            before = done

            def tell(size_bytes: int, before: int = before) -> None:
                if report is not None:
                    report((before + size_bytes, total))

            files.append(self._spooled(self._found(document), token, tell))
            done += files[-1].size_bytes
        return tuple(files)

    def facts(self, draft: FaxDraft, owner_id: str) -> tuple[RecipientFacts, ...]:
        """What the archive knows about each recipient, in their order."""
        documents = [self._found(document) for document in draft.documents]
        files = [_as_file(d, d.digest or _digest(d)) for d in documents]
        key = pages_key(files, draft.note, draft.original_message_id)
        numbers = [r.number for r in draft.recipients]
        found = self._outbox.facts(owner_id, numbers, key, self._clock.now())
        return tuple(
            replace(fact, recipient=recipient)
            for fact, recipient in zip(found, draft.recipients, strict=True)
        )

    def draft_of(self, job: FaxJob) -> FaxDraft:
        """The draft of a fax with the pages the spool kept. Raises UserError when one is not there."""
        ahead = job.send_at if job.send_at is not None and job.send_at > self._clock.now() else None
        until = job.keep_trying_until
        # Without files the pages are those of a message, unless they are the note.
        has_pages_there = not job.files and (job.request_id is None or not job.note.strip())
        return FaxDraft(
            recipients=(job.recipient,),
            documents=self._documents(job),
            send_at=ahead,
            send_by=job.send_by,
            keep_trying_until=until if until is not None and until > self._clock.now() else None,
            original_message_id=job.source_message_id if has_pages_there else "",
        ).with_options(job)

    def again(self, jobs: Sequence[FaxJob]) -> FaxDraft:
        """The same pages once more to the same people, at once."""
        first = jobs[0]
        return FaxDraft(
            recipients=tuple(job.recipient for job in jobs),
            documents=(),
            original_message_id=first.source_message_id or first.message_id,
        ).with_options(first)

    def forward(self, row: FaxRow, recipients: Sequence[Recipient]) -> FaxDraft:
        """A draft with the pages of this fax, sent by message id where the service still has it."""
        match row:
            case FaxJob():
                return self._forward_sent(row, recipients)
            case ReceivedFax():
                return self._forward_received(row, recipients)
            case _:
                assert_never(row)

    def _forward_sent(self, job: FaxJob, recipients: Sequence[Recipient]) -> FaxDraft:
        """Its pages at the service include the cover page; without a copy here they are all there is."""
        message_id = job.source_message_id or (job.message_id if job.state is FaxState.SENT else "")
        options = job.options
        try:
            documents = self._documents(job)
        except UserError:
            if not message_id:
                raise
            documents, options = (), replace(options, note="")
        return FaxDraft(
            recipients=tuple(recipients), documents=documents, original_message_id=message_id
        ).with_options(options)

    def _forward_received(self, fax: ReceivedFax, recipients: Sequence[Recipient]) -> FaxDraft:
        documents: tuple[Document, ...] = ()
        path = self._received.path(fax) if self._received is not None and fax.is_here else None
        if path is not None and path.is_file():
            sender = fax.name or (pretty(fax.number) if fax.number else "unknown sender")
            documents = (
                Document(
                    path=path,
                    name=f"Fax from {sender}.{_ENDINGS.get(fax.media_type, 'pdf')}",
                    size_bytes=fax.size_bytes,
                    media_type=fax.media_type,
                    pages=fax.pages,
                ),
            )
        if not documents and fax.is_gone:
            raise UserError("RingCentral has deleted this fax and its pages were never downloaded.")
        return FaxDraft(
            recipients=tuple(recipients),
            documents=documents,
            original_message_id="" if fax.is_gone else fax.message_id,
        )

    def _found(self, document: Document) -> Document:
        """The same, or the copy its draft keeps when the file itself is gone."""
        if document.digest or self._copy_of is None or os.path.exists(document.path):
            return document
        copy = self._copy_of(document.path)
        if copy is None:
            return document
        path = self._spool.path(copy.digest)
        return replace(document, path=path, digest=copy.digest, size_bytes=copy.size_bytes)

    def _documents(self, job: FaxJob) -> tuple[Document, ...]:
        for file in job.files:
            if not self._spool.has(file.digest, file.size_bytes):
                raise UserError(
                    f"The kept copy of {file.name} is not there any more. Write a new fax and add the file."
                )
        return tuple(
            Document(
                path=self._spool.path(file.digest),
                name=file.name,
                size_bytes=file.size_bytes,
                media_type=file.media_type,
                pages=file.pages,
                digest=file.digest,
            )
            for file in job.files
        )

    def _spooled(self, document: Document, token: CancelToken, tell: Callable[[int], None]) -> SpooledFile:
        if not document.digest:
            # What was looked at is what is sent; a name given to it stays.
            check_same(document, token)
            fresh = look_at(document.path, token, self._count)
            spooled = self._spool.add(document.path, token, tell)
            for looked_at in (document, fresh):
                check_digest(replace(looked_at, name=document.name), spooled.digest)
            fresh = replace(fresh, name=document.name, size_bytes=spooled.size_bytes)
            return _as_file(fresh, spooled.digest)
        if not self._spool.verify(document.digest, document.size_bytes, token):
            raise UserError(
                f"The kept copy of {document.name} is missing or was changed. Add the file again. "
                "Nothing was sent."
            )
        tell(document.size_bytes)
        return _as_file(document, document.digest)


def check_unchanged(documents: Sequence[Document], token: CancelToken) -> None:
    """Raise UserError when one of these is not the file any more that was looked at."""
    for document in documents:
        check_same(document, token)


def _as_file(document: Document, digest: str) -> SpooledFile:
    return SpooledFile(
        digest=digest,
        name=document.name,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        pages=document.pages,
    )


def _digest(document: Document) -> str:
    """The SHA-256 the file would have in the spool. Raises UserError when it cannot be read."""
    try:
        return sha256_of(document.path)
    except OSError as exc:
        raise UserError(f"{document.name} cannot be read any more. Nothing was sent.") from exc
