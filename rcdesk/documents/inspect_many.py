"""Looking at the files of one drop: each as inspect.py does, but all their pages counted in one question.

A question to the page worker takes longer than counting the pages of a file does, so a drop asks once. Disk
lane. Read next: inspect.py, worker.py, services/fax/faxes.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Document
from rcdesk.core.fax.paper import NotDrawnHere, PageRef, PasswordNeeded
from rcdesk.documents.inspect import PageCounter, look_at, uncounted
from rcdesk.documents.same_file import check_same

PagesCounter = Callable[[Sequence[PageRef], CancelToken | None], Sequence[int | UserError]]
"""PageWorker.counts: one answer for each file, in order; a refusal is its error."""


def look_at_all(
    paths: Sequence[Path],
    token: CancelToken,
    counts: PagesCounter,
    admit: Callable[[Document], None] | None = None,
) -> tuple[Document | UserError, ...]:
    """As look_at() for many files; in order, what cannot be faxed is its error. Raises Cancelled.

    admit raises UserError for a document whose pages need no counting: counting an office file takes long.
    """
    looks = [_admitted(look, admit) for look in look_at_each(paths, token, uncounted)]
    refs = [PageRef(path=d.path, media_type=d.media_type) for d in looks if isinstance(d, Document)]
    # One question for every document: a file was refused before its pages mattered, or is one of these.
    answers = iter(counts(refs, token))
    return tuple(
        look if isinstance(look, UserError) else _with_pages(look, next(answers), token) for look in looks
    )


def look_at_each(
    paths: Sequence[Path], token: CancelToken, count: PageCounter | None = None
) -> tuple[Document | UserError, ...]:
    """The same one after the other; without a count in this process. Raises Cancelled."""
    found: list[Document | UserError] = []
    for path in paths:
        try:
            found.append(look_at(path, token, count))
        except UserError as exc:
            found.append(exc)
    return tuple(found)


def _admitted(look: Document | UserError, admit: Callable[[Document], None] | None) -> Document | UserError:
    if admit is not None and isinstance(look, Document):
        try:
            admit(look)
        except UserError as exc:
            return exc
    return look


def _with_pages(document: Document, answer: int | UserError, token: CancelToken) -> Document | UserError:
    try:
        check_same(document, token)
    except UserError as exc:
        return exc
    match answer:
        case int():
            return replace(document, pages=answer)
        case NotDrawnHere() | PasswordNeeded():
            return document
        case _:
            return answer
