"""rcdesk: a desktop phone and fax console for RingCentral accounts.

The package is laid out as packages with doors between them; the README's architecture section draws
them and tests/test_architecture.py keeps them. Start reading at app.py (how everything is built and
connected) or at core/ (what a call and a fax are).
"""

__version__ = "0.1.0"
