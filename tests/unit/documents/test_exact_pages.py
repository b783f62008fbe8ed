"""What is previewed is what is written is what arrives: every kind of file, dot for dot, over real HTTP.

Each file is drawn by the page worker, written as TIFF or PDF, uploaded to the simulator, rendered there by
code that knows nothing of ours, fetched again and decoded by programs that know neither (pdfimages, tiffcp).
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image, ImageChops

from rcdesk.api.auth import JwtGrant
from rcdesk.api.rest import fax, message_store
from rcdesk.api.session import ApiSession
from rcdesk.api.tokens import Tokens
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.fax.fax import Recipient, Resolution
from rcdesk.core.fax.paper import FaxFileFacts, PagePlan, PageRef, PaperSize
from rcdesk.core.service import FaxContents, FaxFile
from rcdesk.documents.worker.worker import PageWorker
from rcdesk.simulator import RunningSimulator
from tests.patience import PATIENCE_S
from tests.unit.documents.sample_files import MAKERS, PDF, TIFF, make

Kind = Literal["tiff", "pdf"]
TO = Recipient(number="+16505550100")


class _Keeper:
    """Tokens in memory."""

    def __init__(self) -> None:
        self._tokens: Tokens | None = None

    def load(self) -> Tokens | None:
        return self._tokens

    def save(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def clear(self) -> None:
        self._tokens = None


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageWorker]:
    made = PageWorker(tmp_path_factory.mktemp("cache"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def service() -> Iterator[RunningSimulator]:
    running = RunningSimulator.start(clock="manual")
    running.set_limits(Heavy=10_000, Medium=10_000, Light=10_000, Auth=1_000)
    yield running
    running.stop()


@pytest.fixture(scope="module", params=["tiff", "pdf"])
def kind(request: pytest.FixtureRequest) -> Kind:
    """What is uploaded; the account it goes through keeps received pages as the other."""
    chosen: Kind = request.param
    return chosen


@pytest.fixture(scope="module")
def session(service: RunningSimulator, kind: Kind) -> Iterator[ApiSession]:
    """Signed in as the user who keeps PDF, or as the one who keeps TIFF."""
    who = service.credentials if kind == "tiff" else service.second_credentials
    signed_in = ApiSession(ServerProfile(name="test", base_url=service.base_url), _Keeper())
    grant = JwtGrant(
        Credentials(client_id=service.client_id, client_secret=service.client_secret, jwt=who["jwt"])
    )
    signed_in.sign_in(grant, CancelToken())
    yield signed_in
    signed_in.close()


def plans_of(worker: PageWorker, path: Path, media_type: str) -> list[PagePlan]:
    """Every page of a file as nobody has touched it."""
    ref = PageRef(path=path, media_type=media_type)
    return [
        PagePlan(source=PageRef(path=path, media_type=media_type, page=page))
        for page in range(worker.count(ref))
    ]


def previews(worker: PageWorker, plans: list[PagePlan], resolution: Resolution) -> list[Image.Image]:
    """What the preview pane shows, at the dots that are sent."""
    found = []
    for plan in plans:
        with Image.open(io.BytesIO(worker.fax_preview(plan, resolution, PaperSize.LETTER))) as png:
            png.load()
            assert png.mode == "1" and png.width == 1728
            found.append(png.copy())
    return found


def arrived(session: ApiSession, facts: FaxFileFacts, resolution: Resolution) -> tuple[str, bytes]:
    """Send a fax file and fetch the pages as the receiving side has them: their kind and bytes."""
    token = CancelToken()
    created = fax.RestFax(session).send(
        FaxContents(recipients=(TO,), resolution=resolution),
        [FaxFile(path=facts.path, name=facts.path.name, media_type=facts.media_type)],
        token,
    )
    body = bytearray()
    [pages] = message_store.get(session, created.message_id, token).attachments
    kind = message_store.content(session, pages, body.extend, token)
    return kind, bytes(body)


def decoded(path: Path, media_type: str) -> list[Image.Image]:
    """The pages of a G4 file, decoded by a program that is not ours."""
    if media_type == PDF:
        return decoded_by(["pdfimages", "-tiff"], path)
    unpacked = path.with_suffix(".unpacked.tif")
    run(["tiffcp", "-c", "none", str(path), str(unpacked)])
    pages = []
    with Image.open(unpacked) as tiff:
        for page in range(getattr(tiff, "n_frames", 1)):
            tiff.seek(page)
            pages.append(tiff.convert("1"))
    return pages


def decoded_by(command: list[str], path: Path) -> list[Image.Image]:
    folder = path.parent / f"{path.name}.images"
    folder.mkdir()
    run([*command, str(path), str(folder / "page")])
    pages = []
    for image in sorted(folder.iterdir()):
        with Image.open(image) as picture:
            pages.append(picture.convert("1"))
    return pages


def run(command: list[str]) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"needs {command[0]} (packages libtiff-tools and poppler-utils)")
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_same(found: list[Image.Image], wanted: list[Image.Image]) -> None:
    assert [page.size for page in found] == [page.size for page in wanted]
    for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
        difference = ImageChops.logical_xor(one.convert("1"), other)
        assert difference.getbbox() is None, f"page {number + 1} differs at {difference.getbbox()}"


@pytest.mark.parametrize("name", MAKERS)
def test_the_pages_previewed_are_the_pages_that_arrive(
    tmp_path: Path, worker: PageWorker, session: ApiSession, name: str, kind: Kind
) -> None:
    path, media_type = make(name, tmp_path)
    plans = plans_of(worker, path, media_type)
    for resolution in Resolution:
        seen = previews(worker, plans, resolution)
        assert any(page.convert("L").getextrema()[0] == 0 for page in seen), "nothing was drawn"
        target = tmp_path / f"{resolution.value}.{kind}"
        facts = worker.write(plans, resolution, PaperSize.LETTER, target, kind)
        assert facts.pages == len(plans)
        received_kind, body = arrived(session, facts, resolution)
        assert received_kind == (PDF if kind == "tiff" else TIFF)
        received = tmp_path / f"received-{resolution.value}.bin"
        received.write_bytes(body)
        assert_same(decoded(received, received_kind), seen)


@pytest.mark.parametrize("resolution", list(Resolution))
def test_other_programs_read_the_files_written(
    tmp_path: Path, worker: PageWorker, resolution: Resolution
) -> None:
    path, media_type = make("letter.pdf", tmp_path)
    photo, photo_type = make("photo.jpg", tmp_path)
    plans = [*plans_of(worker, path, media_type), *plans_of(worker, photo, photo_type)]
    seen = previews(worker, plans, resolution)
    lines = 196 if resolution is Resolution.FINE else 98
    tiff = worker.write(plans, resolution, PaperSize.LETTER, tmp_path / "fax.tif", "tiff")
    assert tiff.media_type == TIFF
    facts = run(["tiffinfo", str(tiff.path)])
    assert facts.count("Image Width: 1728") == 3
    assert facts.count(f"Resolution: 204, {lines} pixels/inch") == 3
    assert facts.count("CCITT Group 4") == 3 and "min-is-white" in facts
    assert_same(decoded(tiff.path, TIFF), seen)
    run(["tiff2pdf", "-o", str(tmp_path / "tiff2pdf.pdf"), str(tiff.path)])
    assert_same(decoded_by(["pdfimages", "-tiff"], tmp_path / "tiff2pdf.pdf"), seen)
    pdf = worker.write(plans, resolution, PaperSize.LETTER, tmp_path / "fax.pdf", "pdf")
    listed = run(["pdfimages", "-list", str(pdf.path)])
    assert listed.count("ccitt") == 3 and f"204   {lines:>3}" in listed
    assert_same(decoded(pdf.path, PDF), seen)
