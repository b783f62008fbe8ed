"""How long a test waits for what has to come: one length for all, far beyond what any machine needs.

A wait ends with its event, so patience costs nothing where all is well; only a test that fails takes that
long. A shorter length would measure the machine: three times slower, or beside a program that keeps every
processor busy, what takes five seconds here takes a minute. Read next: patient_bot.py.
"""

from __future__ import annotations

PATIENCE_S = 120.0
PATIENCE_MS = 120_000
