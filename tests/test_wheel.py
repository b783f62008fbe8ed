"""What `pip install` gives: the wheel is built, installed into a fresh environment, and started there.

The fresh environment borrows the requirements that are installed already (a .pth file points at them), so
that nothing is downloaded; rcdesk itself comes from the wheel and only from there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from rcdesk import __version__
from tests.patience import PATIENCE_S
from tests.places import REPOSITORY

pytestmark = pytest.mark.end2end


def _run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    build = (sys.executable, "-m", "hatchling", "build", "-d", folder)
    _run(*build, "-t", "wheel", "-t", "sdist", cwd=REPOSITORY)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment in which the wheel is installed."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    site = Path(
        _run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip()
    )
    (wheel,) = built.glob("*.whl")
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "-qq", "--disable-pip-version-check")
    _run(*pip, "--no-deps", "--no-index", wheel, cwd=home)
    (site / "borrowed-requirements.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python.parent


def test_the_archives_hold_program_resources_and_licence(built: Path) -> None:
    icons = {path.name for path in (REPOSITORY / "resources" / "icons").glob("*.svg")}
    assert len(icons) > 60
    (wheel,) = built.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {f"rcdesk/resources/icons/{name}" for name in icons} <= inside
    assert "rcdesk/simulator/__main__.py" in inside
    assert any(name.endswith("licenses/LICENSE") for name in inside)
    assert not any(name.startswith(("tests/", "packaging/")) for name in inside)
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"resources/icons/{name}" for name in icons} <= names
    assert {"packaging/demo", "packaging/check", "LICENSE", "tests/test_wheel.py"} <= names


def test_the_installed_commands_start(installed: Path, tmp_path: Path) -> None:
    assert _run(installed / "rcdesk", "--version", cwd=tmp_path).strip() == f"rcdesk {__version__}"
    assert _run(installed / "python", "-m", "rcdesk", "--version", cwd=tmp_path).strip().endswith(__version__)
    assert (installed / "rcdesk-desk").is_file()


def test_the_installed_program_finds_its_icons(installed: Path, tmp_path: Path) -> None:
    program = (
        "import rcdesk\n"
        f"assert rcdesk.__file__.startswith({str(installed.parent)!r}), rcdesk.__file__\n"
        "from PySide6.QtWidgets import QApplication\n"
        "application = QApplication([])\n"
        "from rcdesk.ui.kit.icons import icon\n"
        "for name in ('phone', 'fax', 'rcdesk'):\n"
        "    image = icon(name).pixmap(20, 20).toImage()\n"
        "    assert any(image.pixelColor(x, y).alpha() for x in range(20) for y in range(20)), name\n"
    )
    _run(installed / "python", "-c", program, cwd=tmp_path)


def test_the_installed_desk_gives_its_tour(installed: Path, tmp_path: Path) -> None:
    assert os.environ["QT_QPA_PLATFORM"]
    told = _run(installed / "rcdesk", "--demo", "--demo-speed", "3", "--tour", "shots", cwd=tmp_path)
    assert told.strip()
    assert len(list((tmp_path / "shots").glob("*.png"))) >= 5
