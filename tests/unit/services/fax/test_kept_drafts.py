"""Drafts on real files: what was entered is there again, with copies of the files, and goes when it must."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcdesk.core.cancel import CancelToken
from rcdesk.core.fax.fax import Document, FaxDraft, Recipient, Resolution, SendBy
from rcdesk.core.fax.kept_draft import KeptDraft
from rcdesk.core.fax.paper import Dither, Fix, PagePlan, PageRef
from rcdesk.services.fax.kept_drafts import KeptDrafts
from rcdesk.store.database import open_database
from rcdesk.store.fax.drafts import Drafts, from_json, to_json
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.spool import Spool
from tests.unit.services.fax_rig import SetClock

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@dataclass
class Desk:
    """The drafts of one folder."""

    folder: Path
    store: Drafts
    spool: Spool
    clock: SetClock
    drafts: KeptDrafts

    def keep(self, draft: KeptDraft, owner: str = "me") -> KeptDraft:
        return self.drafts.keep(owner, draft, CancelToken()).draft

    def file(self, name: str = "letter.txt", text: str = "Hello") -> Document:
        path = self.folder / name
        path.write_text(text)
        return Document(path=path, name=name, size_bytes=len(text), media_type="text/plain", pages=1)

    def spooled(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "spool").rglob("*") if path.is_file())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store, spool, clock = Drafts(tmp_path / "a.sqlite3"), Spool(tmp_path / "spool"), SetClock()
    yield Desk(tmp_path, store, spool, clock, KeptDrafts(store, spool, clock))
    store.close()


def _all_of_it(document: Document) -> KeptDraft:
    plan = PagePlan(
        source=PageRef(path=document.path, media_type="text/plain", page=2),
        rotate=270,
        dither=Dither.DIFFUSE,
        fixes=frozenset({Fix.ENLARGE, Fix.DESKEW}),
        is_removed=True,
    )
    return KeptDraft(
        key="one",
        changed_at=NOW,
        entries=(Recipient(number="+16505550142", name="Zoë 😀"), "555-01"),
        typed="half ty",
        documents=(document, document),
        cover_index=4,
        own_cover="mine",
        subject="Case 7",
        note="A lone surrogate \udcff, and\na line",
        resolution=Resolution.STANDARD,
        send_at=NOW + timedelta(days=1),
        send_by=SendBy.SERVICE,
        keep_trying_until=NOW + timedelta(days=2),
        original=FaxDraft(recipients=(), documents=(document,), original_message_id="m1"),
        rows=(plan, 1),
        counts=((document.path, 3),),
        is_exact=True,
        unseen=(Path("/nowhere/b\udcff.pdf"),),
    )


def test_everything_that_was_entered_is_read_again(desk: Desk) -> None:
    draft = _all_of_it(replace(desk.file(), path=Path("/somewhere/x\udcffy.txt"), name="x\udcffy.txt"))
    assert from_json(to_json(draft)) == draft
    kept = desk.keep(_all_of_it(desk.file()))
    (again,) = desk.drafts.load("me")
    assert again == kept and again.lost == ()


def test_a_draft_has_copies_of_its_files_wherever_they_are_named(desk: Desk) -> None:
    draft = _all_of_it(desk.file())
    kept = desk.keep(draft)
    (digest,) = kept.digests
    place = desk.spool.path(digest)
    original = kept.original
    assert original is not None and kept.rows is not None and isinstance(kept.rows[0], PagePlan)
    named = {*(d.path for d in kept.all_documents), kept.rows[0].source.path, kept.counts[0][0]}
    assert named == {place} and kept.rows[0].source.digest == digest
    draft.documents[0].path.unlink()
    (again,) = desk.drafts.load("me")
    assert again.lost == () and place.read_text() == "Hello"


def test_a_file_is_copied_once_and_again_when_it_was_changed(desk: Desk) -> None:
    document = desk.file()
    draft = KeptDraft(key="one", changed_at=NOW, documents=(document,))
    first = desk.keep(draft).digests
    assert desk.keep(replace(draft, note="more")).digests == first and len(desk.spooled()) == 1
    desk.file(text="Another text")
    assert desk.keep(replace(draft, note="even more")).digests != first


def test_what_is_nowhere_any_more_is_named_and_the_rest_stays(desk: Desk) -> None:
    gone, stays = desk.file("gone.txt", "a"), desk.file("stays.txt", "b")
    gone.path.unlink()
    rows = (PagePlan(source=PageRef(path=stays.path, media_type="text/plain")), 0, 1)
    kept = desk.drafts.keep(
        "me", KeptDraft(key="one", changed_at=NOW, documents=(gone, stays), rows=rows), CancelToken()
    )
    assert "gone.txt" in kept.problem
    (again,) = desk.drafts.load("me")
    assert again.lost == ("gone.txt",) and [d.name for d in again.documents] == ["stays.txt"]
    assert again.rows is not None and again.rows[1:] == (0,)
    (digest,) = again.digests
    desk.spool.path(digest).unlink()
    (again,) = desk.drafts.load("me")
    assert again.lost == ("gone.txt", "stays.txt") and again.documents == ()


def test_a_file_that_goes_after_it_was_copied_is_no_trouble(desk: Desk) -> None:
    draft = KeptDraft(key="one", changed_at=NOW, documents=(desk.file(),))
    desk.keep(draft)
    draft.documents[0].path.unlink()
    saved = desk.drafts.keep("me", replace(draft, typed="more"), CancelToken())
    assert saved.problem == ""
    assert saved.draft.documents[0].path.read_text() == "Hello"


def test_a_file_that_goes_before_is_said_of_the_draft_not_of_the_fax(desk: Desk) -> None:
    draft = KeptDraft(key="one", changed_at=NOW, documents=(desk.file(),))
    draft.documents[0].path.unlink()
    saved = desk.drafts.keep("me", draft, CancelToken())
    assert saved.problem == "letter.txt is not there any more. The draft is kept without it."


def test_a_deleted_draft_comes_back_until_it_is_purged_with_its_files(desk: Desk) -> None:
    document = desk.file()
    for key in ("one", "two"):
        desk.keep(KeptDraft(key=key, changed_at=NOW, documents=(document,)))
    desk.drafts.delete(("one",))
    assert [draft.key for draft in desk.drafts.load("me")] == ["two"]
    desk.drafts.bring_back(("one",))
    assert len(desk.drafts.load("me")) == 2
    desk.drafts.delete(("one",))
    desk.drafts.purge(timedelta(seconds=10))
    desk.drafts.bring_back(("one",))
    assert len(desk.drafts.load("me")) == 2
    desk.drafts.delete(("one",))
    desk.clock.advance(11)
    desk.drafts.purge(timedelta(seconds=10))
    desk.drafts.bring_back(("one",))
    assert [draft.key for draft in desk.drafts.load("me")] == ["two"] and len(desk.spooled()) == 1
    desk.drafts.delete(("two",))
    desk.drafts.purge()
    assert desk.spooled() == []


def test_the_spool_keeps_what_a_draft_needs(desk: Desk) -> None:
    kept = desk.keep(KeptDraft(key="one", changed_at=NOW, documents=(desk.file(),)))
    outbox = Outbox(desk.folder / "a.sqlite3")
    assert desk.spool.remove_unused(outbox.digests_needed(desk.clock.now(), 30)) == 0
    outbox.close()
    assert desk.spooled() == sorted(kept.digests)


def test_drafts_belong_to_one_person_and_those_of_nobody_to_who_comes(desk: Desk) -> None:
    desk.keep(KeptDraft(key="one", changed_at=NOW), "me")
    desk.keep(KeptDraft(key="two", changed_at=NOW), "")
    assert [draft.key for draft in desk.drafts.load("other")] == ["two"]
    assert [draft.key for draft in desk.drafts.load("me")] == ["one"]
    assert desk.drafts.load("") == ()


def test_a_draft_that_cannot_be_read_hides_no_other(desk: Desk) -> None:
    for key in ("one", "two"):
        desk.keep(KeptDraft(key=key, changed_at=NOW))
    connection = open_database(desk.folder / "a.sqlite3")
    connection.execute("UPDATE draft SET content = '{\"key\": 7}' WHERE draft_key = 'one'")
    connection.close()
    assert [draft.key for draft in desk.drafts.load("me")] == ["two"]
