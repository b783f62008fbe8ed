"""The one form in which sounds are played here: 16 bit, one channel, 16,000 samples a second.

What telephones carry fits into it, and whoever plays it needs to know nothing of files. Pure.
"""

from __future__ import annotations

RATE_HZ = 16_000
SAMPLE_BYTES = 2
LONGEST_S = 4 * 3600
PEAKS = 400
"""So many heights make the waveform of any sound."""


def length_s(size_bytes: int) -> float:
    """How long so many bytes play."""
    return size_bytes / (RATE_HZ * SAMPLE_BYTES)
