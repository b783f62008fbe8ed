"""How long the GUI thread is held up while the pages of a 200-page PDF are drawn and looked at.

Run as `python -m tests.benchmarks.preview_gap`. The real pane, desk, lane and page room; a precise timer
ticks every 2 ms, first beside an idle pane (the floor), then while another page is chosen every 150 ms.
Prints both and exits with 1 when a gap reaches 16 ms, one frame. "own" is the most processor time the GUI
thread itself took between two ticks: what is longer than that it stood waiting for a processor, which other
programs on this computer decide.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from rcdesk.bridge.lane import Lane
from rcdesk.bridge.pages_desk import PagesDesk
from rcdesk.documents.worker import PageWorker
from rcdesk.ui.preview_pane import PreviewPane
from rcdesk.ui.theme import theme
from tests.unit.ui.test_preview import pdf, text_page

PAGES, CHOSEN, TICK_MS, CHOOSE_MS, MAX_GAP_MS = 200, 60, 2, 150, 16.0


class Ticker(QObject):
    """Measures the gaps between its ticks, and how long this thread worked in each (ms)."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps_ms: list[float] = []
        self.own_ms: list[float] = []
        self._last_s, self._worked_s = time.monotonic(), time.thread_time()
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(self._tick)
        timer.start(TICK_MS)

    def _tick(self) -> None:
        now_s, worked_s = time.monotonic(), time.thread_time()
        self.gaps_ms.append((now_s - self._last_s) * 1000)
        self.own_ms.append((worked_s - self._worked_s) * 1000)
        self._last_s, self._worked_s = now_s, worked_s


def let_live(ms: int) -> None:
    """Let Qt work for so long."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def row(name: str, ticker: Ticker) -> str:
    """One line of the table."""
    gaps = sorted(ticker.gaps_ms)
    cells = (gaps[len(gaps) // 2], gaps[int(len(gaps) * 0.99)], gaps[-1], max(ticker.own_ms))
    return f"{name:<10}{len(gaps):>7}" + "".join(f"{cell:>8.2f}" for cell in cells)


def main() -> int:
    """Measure and print; returns the exit status."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    theme().apply(application, "light")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document = pdf(folder / "long.pdf", *(text_page(f"Page {n + 1}") for n in range(PAGES)))
        lane, worker = Lane("pages"), PageWorker(folder / "cache")
        desk = PagesDesk({"pages": lane}, worker, folder / "made")
        pane = PreviewPane(desk)
        pane.resize(440, 640)
        pane.show()
        let_live(500)
        floor = Ticker()
        let_live(3000)
        floor.deleteLater()
        ticker = Ticker()
        pane.set_documents((document,))
        for number in range(CHOSEN):
            let_live(CHOOSE_MS)
            pane.strip.choose(number * PAGES // CHOSEN)
        ticker.deleteLater()
        print(f"{PAGES} pages, gaps in ms\nrun         ticks     p50     p99     max     own")
        print(row("idle", floor))
        print(row("pages", ticker))
        desk.stop()
        lane.stop(10.0)
        worker.close()
    is_kept = max(ticker.gaps_ms) < MAX_GAP_MS
    print(f"largest gap < {MAX_GAP_MS:.0f} ms: {'kept' if is_kept else 'MISSED'}")
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
