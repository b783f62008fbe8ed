"""python -m rcdesk: the same as the installed command. See cli/main.py."""

import os
import sys

if not sys.flags.safe_path and sys.path[:1] == [os.getcwd()] != [os.path.dirname(os.path.dirname(__file__))]:
    # -m looks for modules in the current folder first, which may be full of downloads.
    del sys.path[0]

from rcdesk.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
