"""A room cannot write outside its folder, open a socket, start a program or reach another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import PagePlan, PageRef, PaperSize
from rcdesk.documents import confined
from rcdesk.documents.kinds import PDF
from rcdesk.documents.worker.worker import PageWorker
from tests.places import REPOSITORY
from tests.unit.documents.sample_files import text_pdf

TRIES = """
import json, os, socket, sys
sys.path.insert(0, sys.argv[3])
from rcdesk.documents import confined
lacks = confined.confine([sys.argv[1]], may_start=sys.argv[4] == "may start")
said = {}
def tried(name, deed):
    try:
        deed()
        said[name] = True
    except OSError:
        said[name] = False
tried("inside", lambda: open(os.path.join(sys.argv[1], "a"), "w").close())
tried("outside", lambda: open(os.path.join(sys.argv[2], "a"), "w").close())
tried("changed", lambda: open(os.path.join(sys.argv[2], "kept"), "a").close())
tried("removed", lambda: os.unlink(os.path.join(sys.argv[2], "kept")))
tried("read", lambda: open(os.path.join(sys.argv[2], "kept")).close())
tried("network", lambda: socket.socket(socket.AF_INET))
tried("network 6", lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
tried("local", lambda: socket.socket(socket.AF_UNIX))
tried("other", lambda: os.kill(os.getppid(), 0))
tried("program", lambda: os.execv("/bin/true", ["true"]) if sys.argv[4] != "may start" else None)
print(json.dumps([list(lacks), said]))
"""


def _tried(tmp_path: Path, how: str) -> dict[str, bool]:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
    (outside / "kept").write_text("kept")
    root = str(REPOSITORY)
    command = [sys.executable, "-c", TRIES, str(inside), str(outside), root, how]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    lacks, said = json.loads(done.stdout)
    if lacks:
        pytest.skip(f"this system cannot keep a process from: {', '.join(lacks)}")
    assert isinstance(said, dict)
    return said


def test_a_process_that_only_reads_can_do_nothing_else(tmp_path: Path) -> None:
    assert _tried(tmp_path, "alone") == {
        "inside": True,
        "read": True,
        **dict.fromkeys(("outside", "changed", "removed", "network", "network 6"), False),
        **dict.fromkeys(("local", "other", "program"), False),
    }


def test_a_program_with_programs_of_its_own_has_local_sockets(tmp_path: Path) -> None:
    said = _tried(tmp_path, "may start")
    assert said["inside"] and said["local"]
    assert not any(said[name] for name in ("outside", "changed", "removed", "network", "network 6"))


def test_nothing_is_claimed_where_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert confined.confine(["/"]) == (confined.FILES, confined.NETWORK)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system does not tell")
def test_page_rooms_are_confined(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(text_pdf(2))
    worker = PageWorker(tmp_path / "cache")
    try:
        ref = PageRef(path=path, media_type=PDF)
        assert worker.count(ref) == 2
        status = Path(f"/proc/{worker.process_ids[0]}/status").read_text().split("\n")
        facts = dict(line.split(":\t", 1) for line in status if ":\t" in line)
        assert facts["NoNewPrivs"] == "1"
        target = tmp_path / "made" / "fax.tiff"
        target.parent.mkdir()
        worker.write([PagePlan(source=ref)], Resolution.FINE, PaperSize.LETTER, target)
        assert [file.name for file in target.parent.iterdir()] == ["fax.tiff"]
        assert not list((tmp_path / "cache" / "renderers").rglob("*.tiff"))
    finally:
        worker.close()
    assert os.listdir(tmp_path / "cache" / "renderers") == []
