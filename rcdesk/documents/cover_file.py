"""A cover page of one's own as a PDF, drawn in a child process: for a program that has no window.

The child (rcdesk.render.cover, or the packaged program with --cover-process) draws it as the composer would.
Blocking; any thread. Read next: core/fax/cover.py, render/cover.py, html_pdf.py.
"""

from __future__ import annotations

import json
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import StoreUnavailable, UserError
from rcdesk.core.fax.cover import CoverFields, CoverTemplate
from rcdesk.core.fax.paper import PaperSize
from rcdesk.documents.child_process import python_command, run

TIMEOUT_S = 20.0
_FIELDS = ("to", "sender", "company", "pages", "subject", "note")
_FAILED = "The cover page {0} cannot be drawn. Choose another one with --cover, or none with --cover 0."


def write_cover_file(
    template: CoverTemplate,
    fields: CoverFields,
    target: Path,
    *,
    paper: PaperSize | None = None,
    country: str = "US",
    token: CancelToken | None = None,
) -> None:
    """Draw the template with these fields as the PDF target; date and confidentiality are filled in there.

    paper None: the usual one of the country. Raises UserError when it cannot be drawn, StoreUnavailable when
    it cannot be written, Cancelled.
    """
    source = target.with_suffix(".json")
    asked = {
        "html": template.html,
        "fields": {name: getattr(fields, name) for name in _FIELDS},
        "paper": paper.value if paper is not None else "",
        "country": country,
    }
    command = [
        *python_command("rcdesk.render.cover", "--cover-process"),
        str(source.absolute()),
        str(target.absolute()),
    ]
    try:
        source.write_text(json.dumps(asked), encoding="utf-8")
        environment = {"QT_QPA_PLATFORM": "offscreen"}
        status = run(command, target.parent, environment, TIMEOUT_S, token or CancelToken())
    except OSError as exc:
        raise StoreUnavailable(
            f"The cover page could not be written ({exc.strerror}). Nothing is queued: make room, then ask "
            "again."
        ) from exc
    if status != 0 or not target.is_file():
        raise UserError(_FAILED.format(template.name))
