"""How long a page takes on the line, from the length of its coded runs (MMR, ITU-T T.6).

Machines agree on a speed when they meet; 9600 bit/s is what an ordinary line holds. The service's guide says
about one minute for a page of text and five for pictures, which is what this gives. An estimate, and to be
called one. Pure; any thread. Read next: fax_file.py.
"""

from __future__ import annotations

LINE_BITS_PER_S = 9600.0
PAGE_OVERHEAD_S = 5.0
"""End of page, confirmation and turn-round between two pages."""


def page_seconds(coded_bytes: int) -> float:
    """Seconds on the line for a page whose group 4 coding has so many bytes."""
    return PAGE_OVERHEAD_S + max(0, coded_bytes) * 8 / LINE_BITS_PER_S
