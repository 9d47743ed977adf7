"""The recorder is tested on the optimizers and schedulers of torch."""

import pytest

pytest.importorskip("torch")
