"""Run by test_first_paint.py: starts rcdesk and writes which modules are there when its window is painted."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QObject

from rcdesk.bridge.runtime.first_paint import FirstPaint
from rcdesk.cli.main import main

told = Path(sys.argv[1])


def seen(_filter: FirstPaint, _watched: QObject, event: QEvent) -> bool:
    """Write them and end at once: nothing of what follows the first paint counts."""
    if event.type() is QEvent.Type.Paint:
        told.write_text("\n".join(sorted(sys.modules)), encoding="utf-8")
        os._exit(0)
    return False


FirstPaint.eventFilter = seen  # type: ignore[method-assign,assignment]
sys.exit(main([]))
