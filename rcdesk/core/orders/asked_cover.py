"""Which cover page is meant by a name typed in a shell: one of the account's, or one of one's own.

The whole name decides, whatever the case; else as much of it as makes it plain. The same rules answer a
command with and without a window. Pure; any thread. Read next: cover.py, asked_fax.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from rcdesk.core.account.account import CoverPage
from rcdesk.core.errors import UserError
from rcdesk.core.fax.cover import CoverTemplate

NONE_WORDS = frozenset({"none", "no"})


def cover_called(
    name: str, pages: Sequence[CoverPage], own: Sequence[CoverTemplate] = ()
) -> tuple[CoverTemplate | None, int]:
    """The cover of one's own of this name, else the index of the account's page, 0 for none.

    Raises UserError, which lists the names there are.
    """
    wanted = name.strip().casefold()
    known: list[CoverPage | CoverTemplate] = [*own, *pages]
    found = [cover for cover in known if cover.name.casefold() == wanted]
    if not found and wanted in NONE_WORDS:
        return None, 0
    found = found or [cover for cover in known if wanted and cover.name.casefold().startswith(wanted)]
    if len(found) == 1 or (found and len({cover.name.casefold() for cover in found}) == 1):
        cover = found[0]
        return (None, cover.index) if isinstance(cover, CoverPage) else (cover, 0)
    names = ", ".join(dict.fromkeys(cover.name for cover in known)) or "none"
    if found:
        raise UserError(f'"{name.strip()}" may be more than one cover page. Say which: {names}.')
    raise UserError(f'There is no cover page called "{name.strip()}". Those there are: {names}.')


def cover_page(index: int, pages: Sequence[CoverPage]) -> int:
    """The same index when the account has this page, or none is known. Raises UserError, which lists them."""
    if index == 0 or not pages or any(page.index == index for page in pages):
        return index
    known = ", ".join(f"{page.index} {page.name}" for page in pages if page.index)
    raise UserError(f"This account has no cover page {index}. Those there are: {known}.")
