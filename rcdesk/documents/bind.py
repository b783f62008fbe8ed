"""The proof pack's PDF: the report page first, then the pages as the service rendered them.

Pages are added one at a time and keep their pixels; the file appears whole or not at all. Disk lane. Read
next: convert.py, services/fax/proof.py.
"""

from __future__ import annotations

from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.documents.convert import append_pages, save_pdf
from rcdesk.documents.fresh_file import fresh_file
from rcdesk.documents.inspect import pdfium_lock
from rcdesk.documents.page_image import open_pdf


def bind(
    report_pdf: bytes, pages: Path | None, media_type: str, target: Path, token: CancelToken | None = None
) -> None:
    """Write report_pdf followed by pages (a PDF or a picture of media_type) to target; pages may be None.

    Raises UserError when one of them cannot be read, StoreUnavailable when target cannot be written,
    Cancelled between pages; target is then untouched.
    """
    import pypdfium2

    token = token or CancelToken()
    with fresh_file(target) as unfinished:
        with pdfium_lock:
            document = pypdfium2.PdfDocument.new()
        try:
            with open_pdf(report_pdf) as report:
                document.import_pages(report)
            if pages is not None:
                append_pages(document, pages, media_type, token)
            save_pdf(document, unfinished)
        finally:
            with pdfium_lock:
                document.close()
