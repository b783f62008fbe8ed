"""Python's cycle collector, kept on the GUI thread.

The collector runs on whichever thread happens to allocate. On a lane it would destroy widgets there, and Qt
then waits for the interpreter's lock while the GUI thread holds it and waits for Qt's: the program stands
still. So lanes switch the automatic collector off when the first of them starts, and the GUI thread collects
when answers arrive, at the interpreter's own thresholds. What the lanes imported at start-up stays for good,
and looking through it takes as long as a frame of the window: that is spared. Read next: lane.py.
"""

from __future__ import annotations

import gc

_has_settled = False


def keep_to_gui_thread() -> None:
    """Stop the collector from running by itself on any thread. May be called more than once."""
    gc.disable()


def collect_when_due() -> None:
    """Collect the youngest generations that are full, as the interpreter would have. GUI thread only.

    Once, when an older generation is full for the first time, its objects are what start-up left: they are
    taken out of all later collections.
    """
    global _has_settled
    counts, thresholds = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > thresholds[generation] > 0:
            if generation and not _has_settled:
                _has_settled = True
                gc.collect(0)
                gc.freeze()
            else:
                gc.collect(generation)
            return
