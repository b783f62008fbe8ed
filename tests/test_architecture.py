"""The doors of the house: who may import whom, read from the source itself.

DOORS is the table of docs/architecture.md. A package that is missing, or one nobody has drawn,
fails as well: the table and the tree must say the same. The second half imports every package that must live
without Qt in a process where PySide6 cannot be imported.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.places import REPOSITORY
from tests.unit.conftest import SLOW, THOROUGH

PACKAGE = REPOSITORY / "rcdesk"

QT = "PySide6"
DRAWING = ("pypdfium2", "pypdf", "PIL", "pi_heif", "miniaudio")
CHILDREN = (
    "render documents.worker.render_worker documents.confined documents.sound.decode documents.sound.play"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What one package may import: packages of rcdesk, and distributions or dotted Qt modules from outside.

    `foreign` guards the standard library too: modules named in GUARDED_STDLIB need an entry here.
    """

    packages: frozenset[str]
    foreign: tuple[str, ...]


def _door(packages: str, *foreign: str) -> Door:
    return Door(packages=frozenset(packages.split()), foreign=foreign)


DOORS = {
    "core": _door("core", "phonenumbers", "msgspec"),
    "api": _door("api core", "requests", "urllib3", "msgspec", "websockets"),
    "store": _door("store core", "sqlite3", "keyring", "secretstorage", "platformdirs", "msgspec"),
    "documents": _door("documents core", *DRAWING, "charset_normalizer", "msgspec"),
    "render": _door("render core bridge.runtime.region", "PySide6.QtCore", "PySide6.QtGui"),
    "services": _door("services core api store documents", "msgspec"),
    "bridge": _door("bridge core services", "PySide6.QtCore", "jeepney", "msgspec"),
    "ui": _door("ui core bridge render", QT, "msgspec"),
    "cli": _door(
        f"cli core store services bridge simulator app __version__ documents.worker.worker {CHILDREN}",
        "PySide6.QtCore",
        "msgspec",
    ),
    "simulator": _door("simulator", "aiohttp", "yarl", "multidict", "PIL", "pypdfium2"),
}
STARTS = {
    "documents": frozenset(f"{CHILDREN} render.html render.cover".split()) - {"render"},
    "simulator": frozenset({"simulator.fax.render"}),
}
"""Child processes: which modules a layer may start with -m. What is started need not be imported."""

GROUPS = {
    "core": "numbers account calls fax messages people orders",
    "store": "account fax calls people messages",
    "services": "account calls people fax messages",
    "bridge": "runtime account calls people fax messages",
    "ui": "kit words account preview phone compose people voicemail messages folders shell tray",
}
"""Inside a layer a group imports itself and those before it; the modules beside them tie them together."""

APART = {
    "core": {("calls", "fax"), ("calls", "messages"), ("fax", "messages")},
    "services": {("calls", "people"), ("calls", "fax"), ("people", "fax")},
    "bridge": {("calls", "people"), ("calls", "fax"), ("people", "fax")},
    "ui": {("account", "preview"), ("account", "phone"), ("preview", "phone"), ("phone", "compose")},
}
"""Neighbours that know nothing of each other, although one stands before the other."""

MOST_MODULES = 30
GUARDED_STDLIB = frozenset({"sqlite3"})
NO_IO_IN_CORE = frozenset({"socket", "sqlite3", "subprocess", "http", "urllib", "ssl", "asyncio", "shutil"})
KNOWS_ALL = frozenset({"__init__", "__main__", "app", "desk_building", "tour"})
WITHOUT_QT = ("core", "api", "store", "documents", "services", "simulator")


def _imported(path: Path) -> Iterator[tuple[int, str]]:
    """Every (line, dotted module) imported anywhere in the file, relative imports made absolute."""
    package = ("rcdesk", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *filter(None, [node.module])))
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}"


def _is_allowed(module: str, door: Door) -> bool:
    top, _, rest = module.partition(".")
    if top == "rcdesk":
        return any(rest == package or rest.startswith(package + ".") for package in door.packages)
    if any(module == entry or module.startswith(entry + ".") for entry in door.foreign):
        return True
    return top in sys.stdlib_module_names and top not in GUARDED_STDLIB


def _packages() -> set[str]:
    return {path.name for path in PACKAGE.iterdir() if path.is_dir() and any(path.rglob("*.py"))}


def test_the_packages_are_the_ones_in_the_table() -> None:
    assert _packages() == set(DOORS)
    assert {path.stem for path in PACKAGE.glob("*.py")} == KNOWS_ALL


@pytest.mark.parametrize("package", DOORS)
def test_a_package_imports_only_through_its_doors(package: str) -> None:
    broken = [
        f"{path.relative_to(PACKAGE)}:{line} imports {module}"
        for path in sorted((PACKAGE / package).rglob("*.py"))
        for line, module in _imported(path)
        if not _is_allowed(module, DOORS[package])
    ]
    assert not broken, "\n".join(broken)


def _is_module(name: str) -> bool:
    return (PACKAGE.parent / Path(*name.split("."))).with_suffix(".py").is_file()


@pytest.mark.parametrize("package", DOORS)
def test_a_package_starts_only_its_own_children(package: str) -> None:
    """A module named in a string is one that is started: an arrow like any import."""
    started = {
        node.value.removeprefix("rcdesk.")
        for path in (PACKAGE / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.startswith("rcdesk.") and _is_module(node.value)
    }
    assert started == STARTS.get(package, frozenset())


@pytest.mark.parametrize("layer", GROUPS)
def test_a_group_knows_only_those_before_it(layer: str) -> None:
    order = GROUPS[layer].split()
    assert {path.name for path in (PACKAGE / layer).iterdir() if any(path.glob("*.py"))} == set(order)
    broken = []
    for group in order:
        for path in sorted((PACKAGE / layer / group).rglob("*.py")):
            for line, module in _imported(path):
                other = next((name for name in order if module.startswith(f"rcdesk.{layer}.{name}.")), group)
                is_allowed = order.index(other) <= order.index(group)
                if not is_allowed or (other, group) in APART.get(layer, ()):
                    broken.append(f"{path.relative_to(PACKAGE)}:{line} imports {module}")
    assert not broken, "\n".join(broken)


def test_no_folder_is_crowded() -> None:
    counts = {folder: len(list(folder.glob("*.py"))) for folder in {p.parent for p in PACKAGE.rglob("*.py")}}
    assert not {str(folder): count for folder, count in counts.items() if count > MOST_MODULES}


def test_core_does_no_input_or_output() -> None:
    broken = [
        f"{path.relative_to(PACKAGE)}:{line} imports {module}"
        for path in sorted((PACKAGE / "core").rglob("*.py"))
        for line, module in _imported(path)
        if module.partition(".")[0] in NO_IO_IN_CORE and not module.startswith("urllib.parse")
    ]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(
    ("module", "package", "is_allowed"),
    [
        ("PySide6.QtCore.QObject", "bridge", True),
        ("PySide6.QtWidgets.QWidget", "bridge", False),
        ("rcdesk.api.rest", "bridge", False),
        ("rcdesk.simulator.RunningSimulator", "bridge", False),
        ("requests", "services", False),
        ("sqlite3", "ui", False),
        ("rcdesk.core.errors", "simulator", False),
        ("rcdesk.core.errors", "ui", True),
        ("rcdesk.bridge.runtime.lane", "render", False),
        ("rcdesk.bridge.runtime.region", "render", True),
    ],
)
def test_the_table_itself_says_no(module: str, package: str, is_allowed: bool) -> None:
    assert _is_allowed(module, DOORS[package]) is is_allowed


@pytest.mark.parametrize("package", WITHOUT_QT)
def test_a_package_lives_without_qt(package: str) -> None:
    modules = [
        ".".join(("rcdesk", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        for path in sorted((PACKAGE / package).rglob("*.py"))
        if path.stem != "__main__"
    ]
    program = (
        "import sys, importlib\n"
        "sys.modules['PySide6'] = None\n"
        f"for name in {modules!r}:\n"
        "    importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_no_two_classes_have_one_name() -> None:
    """Whoever searches for a name finds one class; those of a class or a function belong to it."""
    places: dict[str, list[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(path.relative_to(PACKAGE)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_modules_named_in_the_source_exist() -> None:
    """ "Read next: lane.py" leads somewhere: the path, or its end, is that of a file here."""
    root = PACKAGE.parent
    known = [
        f"/{path.relative_to(root)}"
        for top in ("rcdesk", "tests", "packaging")
        for path in root.glob(f"{top}/**/*.py")
    ]
    lost = {
        f"{path.relative_to(root)}: {named}"
        for path in PACKAGE.rglob("*.py")
        for named in re.findall(r"(?<![\w.*/])[\w/]+\.py\b", path.read_text(encoding="utf-8"))
        if not any(file.endswith(f"/{named}") for file in known)
    }
    assert lost == set()


def test_no_statement_numbers_its_places() -> None:
    """SQLite's ?1 with a row of values warns on Python 3.12 and is an error from 3.14 on."""
    numbered = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.search(r"\b(SELECT|UPDATE|INSERT|DELETE)\b.*\?\d", node.value, re.DOTALL)
    ]
    assert numbered == []


def test_the_test_files_that_take_long_are_there() -> None:
    """One that has moved would run where it should not."""
    assert [path for path in SLOW | THOROUGH if not path.is_file()] == []
