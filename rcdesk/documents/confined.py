"""A process that reads files made by others gives up what it does not need: network, writing, other programs.

On Linux Landlock takes writing outside its folder and a seccomp filter takes sockets, other programs and
other processes; both by the kernel's own numbers, since no kept library offers them. What the kernel does not
have is answered by name, so that the log can say so; elsewhere nothing is taken away, and the process only
does what it is told. As a program it runs one of our modules (`-m rcdesk.documents.confined MODULE …`), or
LibreOffice (`confined.py FOLDER… -- COMMAND`), which needs sockets of its own. Standard library only: it is
started by its path too. Read next: render_worker.py, office/process.py.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Sequence

FILES, NETWORK = "files", "network"
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE, _REMOVE_FILE, _MAKE_SOCKET, _TRUNCATE = 1 << 0, 1 << 1, 1 << 5, 1 << 9, 1 << 14
_WRITING = _WRITE | sum(1 << bit for bit in range(4, 13))
"""Writing, removing and making of every kind (landlock(7)), as of its first version."""
_SINCE = ((2, 1 << 13), (3, _TRUNCATE))
_TCP, _SCOPES = 3, 3
"""Binding and connecting; abstract sockets and signals of others."""
_ONE_FILE = _WRITE | _TRUNCATE
_DENIED, _ALLOWED = 0x00050000 | 1, 0x7FFF0000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT, _FIRST_AT = 0, 4, 16
_FOREIGN_CALLS = 0x40000000
_AF_UNIX = 1
_IO_URING, _PIDFD_SIGNAL = 425, 424
_MACHINES = {
    # machine: its number, socket, what reaches other processes, what starts programs
    "x86_64": (0xC000003E, 41, (101, 310, 311, 62, 200), (59, 322)),
    "aarch64": (0xC00000B7, 198, (117, 270, 271, 129, 130), (221, 281)),
}


def confine(
    folders: Iterable[str], *, may_start: bool = False, sockets_in: Iterable[str] = ()
) -> tuple[str, ...]:
    """Write in these folders only and open no network, from now on; what the kernel cannot do is returned.

    To be called while there is one thread. may_start: programs may be started and local sockets opened, which
    lie in the folders or in sockets_in.
    """
    if not sys.platform.startswith("linux"):
        return FILES, NETWORK
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return FILES, NETWORK
    lacking = []
    if not _keep_to(libc, folders, may_start=may_start, sockets_in=sockets_in):
        lacking.append(FILES)
    if not _stay_alone(libc, may_start=may_start):
        lacking.append(NETWORK)
    return tuple(lacking)


def _keep_to(
    libc: ctypes.CDLL, folders: Iterable[str], *, may_start: bool, sockets_in: Iterable[str]
) -> bool:
    """False where the kernel has no Landlock, or refuses it."""
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    handled = _WRITING | sum(right for since, right in _SINCE if version >= since)
    rights = (handled | (0 if may_start else _EXECUTE), _TCP, _SCOPES)
    known = 3 if version >= 6 else 2 if version >= 4 else 1
    asked = struct.pack(f"={known}Q", *rights[:known])
    rules = libc.syscall(_CREATE_RULESET, asked, ctypes.c_size_t(len(asked)), 0)
    if rules < 0:
        return False
    try:
        for folder in folders:
            if not _allow(libc, rules, folder, handled):
                return False
        for folder in sockets_in:
            _allow(libc, rules, folder, _MAKE_SOCKET | _REMOVE_FILE)
        _allow(libc, rules, os.devnull, handled & _ONE_FILE)
        return bool(libc.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> bool:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return bool(libc.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", rights, place), 0) == 0)
    finally:
        os.close(place)


def _stay_alone(libc: ctypes.CDLL, *, may_start: bool) -> bool:
    """False on a machine whose calls are not known here, or without seccomp."""
    machine = _MACHINES.get(os.uname().machine)
    if machine is None or struct.calcsize("P") != 8:
        return False
    number, socket, others, starting = machine
    denied = [*others, _IO_URING, _PIDFD_SIGNAL]
    if may_start:
        denied = [call for call in denied if call in (_IO_URING, *others[:3])]
    else:
        denied += [socket, *starting]
    lines = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_EQUAL, 1, 0, number),
        (_RETURN, 0, 0, _DENIED),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _FOREIGN_CALLS),
        (_RETURN, 0, 0, _DENIED),
    ]
    for call in denied:
        lines += [(_EQUAL, 0, 1, call), (_RETURN, 0, 0, _DENIED)]
    if may_start:
        lines += [
            (_EQUAL, 0, 3, socket),
            (_LOAD, 0, 0, _FIRST_AT),
            (_EQUAL, 1, 0, _AF_UNIX),
            (_RETURN, 0, 0, _DENIED),
        ]
    lines.append((_RETURN, 0, 0, _ALLOWED))
    program = b"".join(struct.pack("=HBBI", *line) for line in lines)
    held = ctypes.create_string_buffer(program, len(program))
    filtering = struct.pack("@HP", len(lines), ctypes.addressof(held))
    return bool(libc.prctl(_SET_SECCOMP, _FILTER, filtering, 0, 0) == 0)


def main(arguments: Sequence[str]) -> int:
    """Run MODULE confined to the current folder; or become COMMAND, its sockets where programs keep them."""
    if "--" not in arguments:
        confine([os.getcwd()])
        sys.argv[1:] = arguments[1:]
        import runpy

        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
        return 0
    cut = arguments.index("--")
    confine(arguments[:cut], may_start=True, sockets_in=("/tmp", "/var/tmp"))
    return os.execv(arguments[cut + 1], list(arguments[cut + 1 :]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
