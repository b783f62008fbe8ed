"""Looking at the files of one drop: each as inspect.py does, but all their pages counted in one question.

A question to the page worker takes longer than counting the pages of a file does, so a drop asks once. Disk
lane. Read next: inspect.py, worker.py, services/faxes.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax import Document
from rcdesk.core.paper import NotDrawnHere, PageRef, PasswordNeeded
from rcdesk.documents.inspect import PageCounter, look_at

PagesCounter = Callable[[Sequence[PageRef], CancelToken | None], Sequence[int | UserError]]
"""PageWorker.counts: one answer for each file, in order; a refusal is its error."""


def look_at_all(
    paths: Sequence[Path], token: CancelToken, counts: PagesCounter
) -> tuple[Document | UserError, ...]:
    """As look_at() for many files; in order, what cannot be faxed is its error. Raises Cancelled."""
    refs: list[PageRef] = []

    def note(ref: PageRef, _token: CancelToken | None) -> int:
        refs.append(ref)
        raise NotDrawnHere("Its pages are counted with those of the others.")

    looks = look_at_each(paths, token, note)
    # One question for every document: a file was refused before its pages mattered, or was noted.
    answers = iter(counts(refs, token))
    return tuple(look if isinstance(look, UserError) else _with_pages(look, next(answers)) for look in looks)


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


def _with_pages(document: Document, answer: int | UserError) -> Document | UserError:
    match answer:
        case int():
            return replace(document, pages=answer)
        case NotDrawnHere() | PasswordNeeded():
            return document
        case _:
            return answer
