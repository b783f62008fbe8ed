"""Questions about pages and their answers, as values: a thumbnail, the page as it will arrive, what is wrong.

A PageRequest is its own key: the same question is answered once and kept. PageCache keeps pictures within a
number of bytes and forgets those used longest ago. Pure; used on the GUI thread. Read next: pages_desk.py.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import RcdeskError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import (
    FaxFileFacts,
    Finding,
    NotDrawnHere,
    PagePlan,
    PageRef,
    PaperSize,
    PasswordNeeded,
)

CACHE_BYTES = 48 * 1024 * 1024
MAX_ANSWERS = 4000


class RequestKind(Enum):
    COUNT = "count"
    THUMBNAIL = "thumbnail"
    PREVIEW = "preview"
    FINDINGS = "findings"
    SECONDS = "seconds"


class PageRequest(Struct, frozen=True, kw_only=True):
    """One question. width_px: device pixels of the picture, None for the very dots that are sent.

    For COUNT and THUMBNAIL only plan.source matters: make them with count_request() and thumbnail_request().
    """

    kind: RequestKind
    plan: PagePlan
    resolution: Resolution = Resolution.FINE
    paper: PaperSize = PaperSize.LETTER
    width_px: int | None = None


PageAnswer: TypeAlias = bytes | int | float | tuple[Finding, ...]
"""PNG bytes, a number of pages, seconds on the line, or findings: by the kind of the ask."""


class PageRefusal(Struct, frozen=True, kw_only=True):
    """Why there is no answer: a sentence, and whether a password would help.

    is_elsewhere: nothing is wrong with the file, but only the service can draw and count its pages.
    """

    sentence: str
    needs_password: bool = False
    is_elsewhere: bool = False


def refusal_of(error: RcdeskError) -> PageRefusal:
    """An error of the worker as an answer."""
    return PageRefusal(
        sentence=str(error),
        needs_password=isinstance(error, PasswordNeeded),
        is_elsewhere=isinstance(error, NotDrawnHere),
    )


def count_request(ref: PageRef) -> PageRequest:
    return PageRequest(kind=RequestKind.COUNT, plan=PagePlan(source=ref))


def thumbnail_request(ref: PageRef, width_px: int) -> PageRequest:
    """The page as it is in its file, small."""
    return PageRequest(kind=RequestKind.THUMBNAIL, plan=PagePlan(source=ref), width_px=width_px)


class PageWork(Protocol):
    """Works on pages, in another process: documents.worker.PageWorker. Raises UserError and Cancelled."""

    def warm_up(self) -> None: ...

    def count(self, ref: PageRef, *, token: CancelToken | None = None) -> int: ...

    def thumbnail(self, ref: PageRef, width_px: int, *, token: CancelToken | None = None) -> bytes: ...

    def fax_preview(
        self,
        plan: PagePlan,
        resolution: Resolution,
        paper: PaperSize,
        width_px: int | None,
        *,
        token: CancelToken | None = None,
    ) -> bytes: ...

    def findings(
        self,
        plan: PagePlan,
        resolution: Resolution,
        paper: PaperSize,
        *,
        token: CancelToken | None = None,
    ) -> tuple[Finding, ...]: ...

    def page_seconds(
        self,
        plan: PagePlan,
        resolution: Resolution,
        paper: PaperSize,
        *,
        token: CancelToken | None = None,
    ) -> float: ...

    def write(
        self,
        plans: tuple[PagePlan, ...],
        resolution: Resolution,
        paper: PaperSize,
        target: Path,
        kind: Literal["tiff", "pdf"],
        *,
        report: Callable[[int, int], None] | None = None,
        token: CancelToken | None = None,
    ) -> FaxFileFacts:
        """Write the fax file; report hears how many pages are done, and of how many."""
        ...

    def sent_as(
        self, ref: PageRef, resolution: Resolution, paper: PaperSize, token: CancelToken | None = None
    ) -> PageRef:
        """The file that is sent for this one; another than itself when only that shows what will arrive."""
        ...

    def unlock(self, ref: PageRef, password: str, token: CancelToken | None = None) -> int:
        """Open this file with a password from now on, which is held in memory only; its pages."""
        ...


def answer(worker: PageWork, ask: PageRequest, token: CancelToken) -> PageAnswer:
    """Ask the worker. On the pages lane."""
    plan, resolution, paper = ask.plan, ask.resolution, ask.paper
    match ask.kind:
        case RequestKind.COUNT:
            return worker.count(plan.source, token=token)
        case RequestKind.THUMBNAIL:
            return worker.thumbnail(plan.source, ask.width_px or 100, token=token)
        case RequestKind.PREVIEW:
            return worker.fax_preview(plan, resolution, paper, ask.width_px, token=token)
        case RequestKind.FINDINGS:
            return worker.findings(plan, resolution, paper, token=token)
        case RequestKind.SECONDS:
            return worker.page_seconds(plan, resolution, paper, token=token)


class PageCache:
    """Answers by their question: pictures within max_bytes, the rest within MAX_ANSWERS."""

    def __init__(self, max_bytes: int = CACHE_BYTES) -> None:
        self._max_bytes = max_bytes
        self.size_bytes = 0
        self._answers: OrderedDict[PageRequest, PageAnswer | PageRefusal] = OrderedDict()

    def get(self, ask: PageRequest) -> PageAnswer | PageRefusal | None:
        found = self._answers.get(ask)
        if found is not None:
            self._answers.move_to_end(ask)
        return found

    def put(self, ask: PageRequest, found: PageAnswer | PageRefusal) -> None:
        """Keep an answer; those used longest ago go when there is no room."""
        self._drop(ask)
        self._answers[ask] = found
        self.size_bytes += _weight(found)
        while len(self._answers) > 1 and (
            self.size_bytes > self._max_bytes or len(self._answers) > MAX_ANSWERS
        ):
            self._drop(next(iter(self._answers)))

    def forget(self, path: Path) -> None:
        """Drop every refusal about this file, so that it is tried again."""
        for ask, found in tuple(self._answers.items()):
            if ask.plan.source.path == path and isinstance(found, PageRefusal):
                self._drop(ask)

    def _drop(self, ask: PageRequest) -> None:
        found = self._answers.pop(ask, None)
        if found is not None:
            self.size_bytes -= _weight(found)


def _weight(found: PageAnswer | PageRefusal) -> int:
    return len(found) if isinstance(found, bytes) else 0
