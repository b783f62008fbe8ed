"""How much a renderer may take: memory, measured and bounded on every system, and time a job.

Where the system has a limit for a process's address space (Linux) it is set, so that an allocation fails and
is said as a sentence; everywhere a thread looks at the resident memory while a job runs and ends the process
when it is over, which the parent says as a sentence. Used inside the renderer; the numbers also by
render_process.py.
"""

from __future__ import annotations

import ctypes
import os
import platform
import threading
from pathlib import Path
from types import TracebackType

MAX_RESIDENT_BYTES = 1_000_000_000
"""What a renderer never has. The largest picture accepted takes 480 MB while it becomes grey."""
END_ABOVE_BYTES = 800_000_000
"""The renderer is ended when it is seen above this, which leaves space for what it takes until it is seen."""
TIDY_ABOVE_BYTES = 350_000_000
"""A renderer above this after a job lets go of what it keeps for the next."""
ADDRESS_SPACE_BYTES = 850_000_000
"""How much more address space a job may take than the renderer has when it is ready (150 MB)."""
OVER_MEMORY_STATUS = 77
"""The exit status of a renderer that took too much memory."""
_LOOK_EVERY_S = 0.02
_IDLE_LOOKS = 50
"""The thread goes to sleep a second after the last job: waking it takes longer than a short job does."""
_SYSTEM = platform.system()


def resident_bytes(pid: int | None = None) -> int | None:
    """Resident memory of a process, None where the system does not tell (for others: only Linux does)."""
    if _SYSTEM == "Linux":
        try:
            fields = Path(f"/proc/{pid or 'self'}/statm").read_bytes().split()
        except OSError:
            return None
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
    if pid is not None:
        return None
    return _own_windows_bytes() if _SYSTEM == "Windows" else _own_peak_bytes()


def bound_address_space(more_bytes: int = ADDRESS_SPACE_BYTES) -> bool:
    """Let this process take so much more address space and no more; False where that cannot be said."""
    if _SYSTEM != "Linux":
        return False
    import resource

    try:
        now = int(Path("/proc/self/statm").read_bytes().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (now + more_bytes, now + more_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return False
    return True


class MemoryWatch:
    """Looks at this process's memory while used as a context; ends the process when it is over."""

    def __init__(self, most_bytes: int = END_ABOVE_BYTES) -> None:
        self._most_bytes = most_bytes
        self._is_busy = threading.Event()

    def watch(self) -> None:
        threading.Thread(target=self._watch, name="renderer-memory", daemon=True).start()

    def __enter__(self) -> None:
        self._is_busy.set()

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_busy.clear()

    def _watch(self) -> None:
        pause = threading.Event()
        idle_looks = 0
        while True:
            if self._is_busy.is_set():
                idle_looks = 0
                taken = resident_bytes()
                if taken is not None and taken > self._most_bytes:
                    os._exit(OVER_MEMORY_STATUS)
            elif (idle_looks := idle_looks + 1) > _IDLE_LOOKS:
                self._is_busy.wait()
                continue
            pause.wait(_LOOK_EVERY_S)


def _own_peak_bytes() -> int | None:
    """The most this process ever had (macOS and other Unix systems)."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if _SYSTEM == "Darwin" else peak * 1024


def _own_windows_bytes() -> int | None:
    """The working set of this process, from the Windows kernel."""

    class Counters(ctypes.Structure):
        _fields_ = [
            ("cb", ctypes.c_ulong),
            ("PageFaultCount", ctypes.c_ulong),
            *((name, ctypes.c_size_t) for name in ("PeakWorkingSetSize", "WorkingSetSize")),
            *((f"Quota{number}", ctypes.c_size_t) for number in range(4)),
            *((name, ctypes.c_size_t) for name in ("PagefileUsage", "PeakPagefileUsage")),
        ]

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 the name exists on Windows only
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.K32GetProcessMemoryInfo.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)
    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    if not kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb):
        return None
    return int(counters.WorkingSetSize)
