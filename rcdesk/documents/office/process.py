"""One run of LibreOffice as a process: told what it may not do, bounded, and ended with all it started.

Its profile is ours: no macros, nothing fetched from elsewhere, and whatever is asked of the web all the same
goes to a proxy that is not there; on Linux it has no network at all where the system lets a program give that
up. It keeps its temporary files in the folder of the run. Blocking, on a lane. Read next: conversion.py,
child_process.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.documents import confined
from rcdesk.documents.child_process import LOOK_EVERY_S, exit_status

ADDRESS_SPACE_BYTES = 3_000_000_000
"""A letter takes 0.5 GB, a book of 1000 pages or a sheet of 100,000 cells 0.7 GB (LibreOffice 7.4)."""
MOST_WRITTEN_BYTES = 1_000_000_000
_PIPE_FOLDERS = (Path("/", "tmp"), Path("/", "var", "tmp"))
"""Where LibreOffice keeps its socket, whatever TMPDIR says (sal/osl/unx/pipe.cxx)."""
_GONE_WITHIN_S = 3.0
_NOT_STARTED = "LibreOffice is installed but could not be started. Start it once by itself, then try again."
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_SETTING = (
    '<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
)
_SECURITY, _INET = "/org.openoffice.Office.Common/Security/Scripting", "/org.openoffice.Inet/Settings"
_SAFE = (
    (_SECURITY, "MacroSecurityLevel", "3"),
    (_SECURITY, "DisableMacrosExecution", "true"),
    (_SECURITY, "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "1"),
    (_INET, "ooInetProxyType", "2"),
    (_INET, "ooInetNoProxy", ""),
    *((_INET, f"ooInet{kind}ProxyName", "127.0.0.1") for kind in ("HTTP", "HTTPS", "FTP")),
    *((_INET, f"ooInet{kind}ProxyPort", "9") for kind in ("HTTP", "HTTPS", "FTP")),
)
"""No macros; nothing fetched ("never" is 0 in Writer, 1 in Calc); a proxy by hand (2) where nobody is."""
_BOUNDED = f"""
import ctypes, os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({ADDRESS_SPACE_BYTES}, {ADDRESS_SPACE_BYTES}))
resource.setrlimit(resource.RLIMIT_FSIZE, ({MOST_WRITTEN_BYTES}, {MOST_WRITTEN_BYTES}))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
user, group = os.getuid(), os.getgid()
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
try:
    alone = sys.argv[1] == "alone" and ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0
    said = (("setgroups", "deny"), ("uid_map", f"{{user}} {{user}} 1"), ("gid_map", f"{{group}} {{group}} 1"))
    for name, words in said if alone else ():
        with open(f"/proc/self/{{name}}", "w") as file:
            file.write(words)
except (AttributeError, OSError):
    pass
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Limits of memory and of what is written; a network of its own with nobody in it (user_namespaces(7))."""


def run(
    program: Path,
    source: Path,
    made_dir: Path,
    profile: Path,
    timeout_s: float,
    token: CancelToken,
    is_closed: threading.Event,
) -> bool:
    """Turn source into a PDF in made_dir; False when it takes longer than timeout_s.

    Whether a PDF was made is to be looked at: LibreOffice ends with 0 all the same when it could not. Nothing
    of it runs any more when this returns. Raises UserError when it cannot be started, Cancelled, OSError.
    """
    _write_settings(profile)
    folder = source.parent
    temporary = folder / "temporary"
    temporary.mkdir()
    command = [
        str(program),
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        "--nologo",
        f"-env:UserInstallation={profile.as_uri()}",
        "--convert-to",
        "pdf",
        "--outdir",
        str(made_dir),
        str(source),
    ]
    try:
        confined_command = _bounded(program, command, (folder, profile))
        with _started(confined_command, folder, _environment(temporary)) as process:
            return exit_status(process, timeout_s, token, is_closed) is not None
    finally:
        _remove_pipe(profile)


def _write_settings(profile: Path) -> None:
    settings = profile / "user" / "registrymodifications.xcu"
    if settings.is_file():
        return
    settings.parent.mkdir(parents=True, exist_ok=True)
    items = "\n".join(_SETTING.format(path=path, name=name, value=value) for path, name, value in _SAFE)
    settings.write_text(_SETTINGS.format(items=items), encoding="utf-8")


def _environment(temporary: Path) -> dict[str, str]:
    """The user's, with temporary files in our folder, no screen and nobody to talk to."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "SESSION_MANAGER")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    place = str(temporary)
    return {
        **kept,
        **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), place),
        "GSETTINGS_BACKEND": "memory",
        "SAL_USE_VCLPLUGIN": "svp",
    }


@contextlib.contextmanager
def _started(
    command: list[str], folder: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process with all its children, none of which outlives the block."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as exc:
        raise UserError(_NOT_STARTED) from exc
    try:
        yield process
    finally:
        if os.name == "posix":
            # soffice is a script and oosplash: the program proper is their child, in the same group.
            _end_group(process)
        else:
            # soffice.exe and soffice.bin: only the tree knows both.
            tree = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            with contextlib.suppress(OSError):
                subprocess.run(tree, capture_output=True, check=False)
            process.kill()
            process.wait()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its group, and wait a while until the last one is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    deadline_s = time.monotonic() + _GONE_WITHIN_S
    pause = threading.Event()
    while _runs(process.pid) and time.monotonic() < deadline_s:
        pause.wait(LOOK_EVERY_S)


def _runs(group: int) -> bool:
    """True while something of a process group runs; what only waits for its parent to look is over."""
    if not sys.platform.startswith("linux"):
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            words = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            state, found = words[0], words[2]
            if int(found) == group and state not in "ZX":
                return True
    return False


def _bounded(program: Path, command: list[str], folders: tuple[Path, ...]) -> list[str]:
    """The command with limits on memory and on what it writes, where the system has them."""
    if not sys.platform.startswith("linux") or getattr(sys, "frozen", False):
        return command
    # A snap is started by a program that needs root's rights, which nobody has in a network of one's own.
    is_snap = "snap" in program.resolve().parts or program.resolve().name == "snap"
    python = [sys.executable, "-I", "-S"]
    if is_snap:
        return [*python, "-c", _BOUNDED, "with-others", *command]
    return [*python, "-c", _BOUNDED, "alone", *python, confined.__file__, *map(str, folders), "--", *command]


def pipes_of(profile: Path) -> tuple[Path, ...]:
    """Where a LibreOffice with this profile has its socket, named by its MD5 (see its requesthandler.cxx)."""
    if os.name != "posix":
        return ()
    digest = hashlib.md5(profile.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    name = f"OSL_PIPE_{os.getuid()}_SingleOfficeIPC_{''.join(f'{byte:x}' for byte in digest)}"
    return tuple(folder / name for folder in _PIPE_FOLDERS)


def _remove_pipe(profile: Path) -> None:
    """Remove the socket a killed LibreOffice leaves."""
    for pipe in pipes_of(profile):
        with contextlib.suppress(OSError):
            pipe.unlink()
