"""First pages for the rows of the folders: from the spool, and none where there is none."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from rcdesk.core.cancel import CancelToken
from rcdesk.core.fax.fax import FaxDraft, FaxJob, Recipient, SpooledFile
from rcdesk.services.fax.first_pages import MAX_BYTES, first_page
from rcdesk.services.fax.proof import ProofService
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.fax.received import ReceivedFaxes
from rcdesk.store.fax.spool import Spool
from rcdesk.store.paths import Paths


class Rig:
    """The stores below first_page(), on a real disk."""

    def __init__(self, root: Path) -> None:
        paths = Paths.under(root).create()
        self.spool = Spool(paths.spool_dir)
        self.outbox = Outbox(paths.database)
        self.received = ReceivedFaxes(paths.database, paths.archive_dir)
        proofs = ProofService(lambda: None, self.outbox, paths.proof_dir)
        self.pages = partial(first_page, self.spool, self.received, proofs)
        self.root = root

    def job(self, name: str, media_type: str, content: bytes) -> FaxJob:
        """A queued fax of one file that lies in the spool."""
        source = self.root / name
        source.write_bytes(content)
        kept = self.spool.add(source, CancelToken())
        file = SpooledFile(
            digest=kept.digest, name=name, media_type=media_type, size_bytes=kept.size_bytes, pages=1
        )
        draft = FaxDraft(recipients=(Recipient(number="+16505550142"),), documents=())
        (job,) = self.outbox.add(draft, (file,), "1", "", datetime.now(UTC))
        return job


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Nothing is in it yet."""
    made = Rig(tmp_path)
    yield made
    made.outbox.close()
    made.received.close()


def _picture() -> bytes:
    data = io.BytesIO()
    Image.new("L", (800, 1100), 30).save(data, "PNG")
    return data.getvalue()


def test_the_spooled_copy_is_drawn(rig: Rig) -> None:
    job = rig.job("letter.png", "image/png", _picture())
    (rig.root / "letter.png").unlink()
    with Image.open(io.BytesIO(rig.pages(job, 96))) as drawn:
        assert drawn.size == (96, 132)


@pytest.mark.parametrize(
    ("media_type", "content"),
    [("application/msword", b"PK"), ("application/pdf", b"%PDF-1.4 broken"), ("image/png", b"no picture")],
)
def test_what_cannot_be_drawn_has_no_picture(rig: Rig, media_type: str, content: bytes) -> None:
    assert rig.pages(rig.job("file", media_type, content), 96) == b""


def test_a_fax_without_its_file_has_no_picture(rig: Rig) -> None:
    job = rig.job("letter.png", "image/png", _picture())
    rig.spool.remove_unused(frozenset())
    assert rig.pages(job, 96) == b""
    assert rig.pages(replace(job, files=()), 96) == b""


def test_a_huge_file_is_not_opened_for_a_stamp(rig: Rig) -> None:
    job = rig.job("letter.png", "image/png", _picture())
    huge = replace(job.files[0], size_bytes=MAX_BYTES + 1)
    assert rig.pages(replace(job, files=(huge,)), 96) == b""
