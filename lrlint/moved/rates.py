"""Lead to `lrlint.judgement.rates`."""

import sys

from lrlint.judgement import rates

sys.modules[__name__] = rates
