"""Children run no module that lies in the folder the program was started in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rcdesk.core.fax.cover import CoverFields, CoverTemplate
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import PagePlan, PageRef, PaperSize
from rcdesk.documents.cover_file import write_cover_file
from rcdesk.documents.kinds import HTML, PDF
from rcdesk.documents.worker.worker import PageWorker
from rcdesk.simulator.fax.render import RenderJob
from rcdesk.simulator.fax.rendering import _Child
from tests.places import REPOSITORY
from tests.unit.documents.sample_files import text_pdf

FOREIGN = [*sorted(sys.stdlib_module_names), "sitecustomize", "usercustomize", "PIL", "pypdfium2", "PySide6"]


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a module of every name somebody may import; each leaves its name in "ran"."""
    folder = tmp_path / "Downloads"
    folder.mkdir()
    for name in FOREIGN:
        (folder / f"{name}.py").write_text(
            f"import posix\nposix.write(posix.open({str(tmp_path / 'ran')!r}, 0o2101, 0o600), b'{name} ')\n"
        )
    monkeypatch.chdir(folder)
    # Each of these entries but the last means the current folder.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", ".", str(REPOSITORY)]))
    return folder


def _letter(path: Path) -> Path:
    path.write_bytes(text_pdf(2))
    return path


def _ran(tmp_path: Path) -> str:
    ran = tmp_path / "ran"
    return ran.read_text() if ran.exists() else ""


def test_the_planted_modules_would_run(downloads: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "rcdesk.documents.worker.render_worker"], stdin=subprocess.DEVNULL, check=False
    )
    assert _ran(tmp_path)


def test_no_page_room_runs_them(downloads: Path, tmp_path: Path) -> None:
    worker = PageWorker(Path("cache"))
    ref = PageRef(path=_letter(Path("letter.pdf")), media_type=PDF)
    try:
        assert worker.count(ref) == 2
        worker.findings(PagePlan(source=ref), Resolution.FINE, PaperSize.LETTER)
        facts = worker.write([PagePlan(source=ref)], Resolution.FINE, PaperSize.LETTER, Path("fax.tiff"))
    finally:
        worker.close()
    assert facts.path == Path("fax.tiff") and facts.path.stat().st_size == facts.size_bytes
    assert _ran(tmp_path) == ""


def test_no_html_room_runs_them(downloads: Path, tmp_path: Path) -> None:
    Path("page.html").write_text("<p>Hello</p>", encoding="utf-8")
    worker = PageWorker(Path("cache"))
    try:
        assert worker.count(PageRef(path=Path("page.html"), media_type=HTML)) == 1
    finally:
        worker.close()
    assert _ran(tmp_path) == ""


def test_no_cover_room_runs_them(downloads: Path, tmp_path: Path) -> None:
    template = CoverTemplate(id="own", name="Own", html="<p>To {to}</p>")
    write_cover_file(template, CoverFields(to="Bo"), Path("cover.pdf"))
    assert Path("cover.pdf").read_bytes().startswith(b"%PDF")
    assert _ran(tmp_path) == ""


def test_the_simulator_does_not_run_them_either(downloads: Path, tmp_path: Path) -> None:
    letter, drawn = _letter(tmp_path / "letter.pdf"), tmp_path / "drawn.pdf"
    job = RenderJob(
        output=str(drawn),
        media_type=PDF,
        resolution="High",
        cover=None,
        documents=((str(letter), "letter.pdf", "pdf"),),
    )
    assert _Child().draw(job.to_json(), tmp_path) == (2, None)
    assert _ran(tmp_path) == ""


def test_the_program_itself_does_not_look_in_the_current_folder(tmp_path: Path) -> None:
    """As far as that is ours: runpy and what it needs is loaded before a line of rcdesk runs."""
    for name in ("argparse", "queue", "json", "sqlite3"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(99)")
    command = [sys.executable, "-m", "rcdesk", "fax", "--help"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 0
