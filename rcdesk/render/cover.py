"""The cover process: a child process that draws one cover page of one's own, for a program without a window.

`python -m rcdesk.render.cover SOURCE TARGET`. SOURCE is the JSON of documents/cover_file.py, TARGET the PDF
that is written. The page is the one the composer would show. Read next: own_covers.py.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDate, QLocale
from PySide6.QtGui import QGuiApplication

from rcdesk.bridge.runtime.region import follow_region
from rcdesk.core.fax.cover import CoverFields, CoverTemplate
from rcdesk.core.fax.paper import PaperSize
from rcdesk.render.own_covers import confidentiality_words, cover_pdf, usual_paper

FAILED_STATUS = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw SOURCE as TARGET; 0 when TARGET is whole."""
    source, target = (Path(text) for text in (sys.argv[1:] if arguments is None else arguments)[-2:])
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QGuiApplication([])
    follow_region()
    try:
        found = json.loads(source.read_text(encoding="utf-8"))
        content = _drawn(found)
        if not content:
            return FAILED_STATUS
        target.write_bytes(content)
    except (OSError, ValueError, KeyError, TypeError, MemoryError, RecursionError):
        return FAILED_STATUS
    finally:
        del application
    return 0


def _drawn(found: dict[str, Any]) -> bytes:
    fields = CoverFields(
        **found["fields"],
        date=QLocale().toString(QDate.currentDate(), QLocale.FormatType.LongFormat),
        confidentiality=confidentiality_words(),
    )
    paper = PaperSize(found["paper"]) if found["paper"] else usual_paper(found["country"])
    return cover_pdf(CoverTemplate(id="", name="", html=found["html"]), fields, paper)


if __name__ == "__main__":
    sys.exit(main())
