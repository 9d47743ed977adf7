"""Lead to `lrlint.judgement.wording`."""

import sys

from lrlint.judgement import wording

sys.modules[__name__] = wording
