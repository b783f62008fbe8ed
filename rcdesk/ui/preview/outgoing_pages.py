"""What is uploaded, made from what the preview shows: own cover drawn, exact pages written, other files.

A file that only the service can take apart goes as it is, in its place between the pages. Drawing and writing
run on the pages lane. GUI thread. Read next: preview_pane.py, bridge/fax/pages_desk.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QCoreApplication

from rcdesk.bridge.fax.pages_desk import PagesDesk
from rcdesk.core.fax.cover import CoverChoice, CoverFields, CoverTemplate
from rcdesk.core.fax.fax import Document, Resolution
from rcdesk.core.fax.paper import AS_FAX_PAGES, AS_PDF, PagePlan, PageRef, PaperSize
from rcdesk.render.own_covers import write_cover
from rcdesk.ui.preview.page_list import PageList

Part = Document | tuple[PagePlan, ...]


def has_drawn(documents: Sequence[Document]) -> bool:
    """True when one of these files goes as the pages that are shown for it, whoever asks."""
    return any(document.media_type in AS_PDF | AS_FAX_PAGES for document in documents)


class Outgoing(Struct, frozen=True, kw_only=True):
    """What is to be made; fields are those of an own cover, pages counted."""

    pages: PageList
    is_exact: bool
    cover: CoverChoice
    fields: CoverFields
    resolution: Resolution
    paper: PaperSize

    @property
    def is_as_added(self) -> bool:
        """True when the files of the user are all that is uploaded."""
        is_drawn = self.is_exact or isinstance(self.cover, CoverTemplate)
        return not is_drawn and not has_drawn(self.pages.documents)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Runs of pages and whole files, without an own cover."""
        return self.pages.parts if self.is_exact else self.pages.documents

    @property
    def cover_name(self) -> str:
        return self.cover.name if isinstance(self.cover, CoverTemplate) else ""

    @property
    def name(self) -> str:
        """What the lists call what is made: as the first file, and how many more there are."""
        documents = self.pages.documents
        if not documents:
            return ""
        more = f" + {len(documents) - 1}" if len(documents) > 1 else ""
        return Path(documents[0].name).stem + more

    def parts_with(self, cover: PageRef, size_bytes: int) -> tuple[Part, ...]:
        """The same with an own cover in front: part of the first run of exact pages, or a file of its own."""
        parts = self.parts
        if not self.is_exact:
            words = QCoreApplication.translate("Outgoing", "Cover for {0}").format(self.name)
            name = f"{words if self.name else self.cover_name}.pdf"
            first = Document(
                path=cover.path, name=name, size_bytes=size_bytes, media_type=cover.media_type, pages=1
            )
            return (first, *parts)
        head = parts[0] if parts else ()
        if isinstance(head, Document):
            return ((PagePlan(source=cover),), *parts)
        return ((PagePlan(source=cover), *head), *parts[1:])


def make_documents(
    desk: PagesDesk,
    outgoing: Outgoing,
    done: Callable[[tuple[Document, ...]], None],
    failed: Callable[[str], None],
) -> None:
    """Make them; done brings the documents, failed a sentence, on this thread."""
    cover, fields, paper = outgoing.cover, outgoing.fields, outgoing.paper
    write = partial(desk.write_documents, name=outgoing.name, looked_at=outgoing.pages.documents)
    if not isinstance(cover, CoverTemplate):
        write(outgoing.parts, outgoing.resolution, paper, done, failed)
        return
    folder = desk.exact_dir

    def draw() -> tuple[PageRef, int]:
        ref = write_cover(cover, fields, paper, folder)
        return ref, ref.path.stat().st_size

    def drawn(found: tuple[PageRef, int]) -> None:
        ref, size_bytes = found
        parts = outgoing.parts_with(ref, size_bytes)
        write(parts, outgoing.resolution, paper, done, failed)

    desk.draw("cover that is sent", draw, drawn, failed)
