"""Lead to `lrlint.judgement.wiring`."""

import sys

from lrlint.judgement import wiring

sys.modules[__name__] = wiring
