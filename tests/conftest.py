"""How much the property tests explore, and what all tests and their processes have in common."""

from __future__ import annotations

import gc
import os

from hypothesis import settings

# A gate judges each change by the same examples: what turns it red is the change. Every other run
# explores. No deadline: a busy machine is not a failure.
settings.register_profile(
    "lrlint", max_examples=60, deadline=None, derandomize="CI" in os.environ, print_blob=True
)
settings.load_profile("lrlint")

# The tests of the command line put rules and an analyser of their own in place of the real ones,
# which no cache would notice. The tests of the cache turn it on.
os.environ["LRLINT_NO_CACHE"] = "1"

# The models of the tests are tiny: on a busy machine, threads of torch that wait for each other
# take four times as long as one. Set before torch is imported; the processes of tests inherit it.
os.environ["OMP_NUM_THREADS"] = "1"


def pytest_collection_finish() -> None:
    """Leave what all tests share, such as torch, to no search for garbage."""
    gc.collect()
    gc.freeze()
