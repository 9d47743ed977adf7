"""``predict`` gives the LRs of DeepSpeed, composer, diffusers and pytorch_warmup.

None of them belongs to what the other tests need: install it to run its comparison.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from .rare_scripts import composer_script, deepspeed_script, diffusers_script, warmup_script
from .used_lrs import RESET_ACCELERATE, check_predictions

pytestmark = pytest.mark.slow

COUNT = int(os.environ.get("LRLINT_RARE_SCRIPTS", "30"))
ALONE = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1"}
ALONE["MASTER_PORT"] = "29741"


@pytest.mark.parametrize(
    ("library", "write"),
    [
        ("deepspeed", deepspeed_script),
        ("composer", composer_script),
        ("diffusers", diffusers_script),
        ("pytorch_warmup", warmup_script),
    ],
)
def test_predicted_lrs_are_those_in_use(
    library: str, write: Callable[[int], str], tmp_path: Path
) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    paths = [tmp_path / f"train_{seed}.py" for seed in range(COUNT)]
    for seed, path in enumerate(paths):
        path.write_text(write(seed))
    # A polynomial decay that its warm-up leaves no step divides by 0 after the last update.
    check_predictions(
        paths,
        before=RESET_ACCELERATE,
        tolerated="ZeroDivisionError",
        **ALONE,
    )
