"""How to talk to RingCentral: typed, synchronous, no Qt and no database.

Everything here may be called from any thread but the GUI thread: it blocks, it takes a CancelToken, and it
fails only with the errors of core/errors.py. Read next: session.py (the signed-in conversation), transport.py
(one request and what became of it), rest/ (one module per resource).
"""

import sys
import warnings

_GUESSER = "charset_normalizer"

if _GUESSER not in sys.modules:
    # requests brings what guesses how a text is encoded, 3 MB, and does without where there is none. Every
    # answer here says how it is encoded, or is JSON.
    sys.modules[_GUESSER] = None  # type: ignore[assignment]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import requests  # noqa: F401
    del sys.modules[_GUESSER]
