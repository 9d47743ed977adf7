"""Lead to `lrlint.linter.engine`."""

import sys

from lrlint.linter import engine

sys.modules[__name__] = engine
