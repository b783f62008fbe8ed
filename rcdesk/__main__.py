"""python -m rcdesk: the same as the installed command. See cli.py."""

import sys

from rcdesk.cli import main

if __name__ == "__main__":
    sys.exit(main())
