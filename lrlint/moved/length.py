"""Lead to `lrlint.judgement.length`."""

import sys

from lrlint.judgement import length

sys.modules[__name__] = length
