"""``python -m lrlint``."""

import sys

from lrlint.cli import main

if __name__ == "__main__":
    sys.exit(main())
