"""Which files of this folder take long for what they are: `packaging/check --fast` goes without them.

SLOW: many pictures, drawn and looked at, which every Python does alike. THOROUGH: many variants or processes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
SLOW = frozenset(
    FOLDER / name
    for name in (
        "documents/doctor/test_fixes.py",
        "documents/test_picture_kinds.py",
        "simulator/fax/test_render.py",
        "ui/kit/test_plain_text.py",
    )
)
THOROUGH = frozenset(
    FOLDER / name
    for name in (
        "bridge/fax/test_long_queue.py",
        "bridge/runtime/test_instance.py",
        "bridge/runtime/test_instance_fax.py",
        "bridge/runtime/test_instance_orders.py",
        "bridge/test_second_start.py",
        "cli/test_fax.py",
        "documents/office/test_conversion.py",
        "documents/test_exact_pages.py",
        "documents/test_html_pdf.py",
        "documents/test_odd_names.py",
        "documents/test_pages.py",
        "documents/worker/test_page_worker.py",
        "services/fax/test_lost_outcomes.py",
        "simulator/test_storm.py",
        "ui/preview/test_preview.py",
    )
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them; the hook is shown the items of all folders."""
    for item in items:
        if item.path in SLOW:
            item.add_marker(pytest.mark.slow)
        elif item.path in THOROUGH:
            item.add_marker(pytest.mark.thorough)
