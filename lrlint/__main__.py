"""``python -m lrlint``."""

import sys

from lrlint.cli import program

if __name__ == "__main__":
    sys.exit(program())
