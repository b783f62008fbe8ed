"""Where things lie: said once, since a test that counts the folders above itself breaks when it moves."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_CONTRACT = REPOSITORY.parent / "shared" / "contract"
"""Beside the checkout, where it is at hand: the vendor's OpenAPI document and notes on it."""
