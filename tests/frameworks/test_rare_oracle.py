"""``predict`` gives the LRs of DeepSpeed, composer and diffusers, where those are installed.

None of them belongs to what the other tests need: install it to run its comparison.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

from .rare_scripts import composer_script, deepspeed_script, diffusers_script

pytestmark = pytest.mark.slow

COUNT = int(os.environ.get("LRLINT_RARE_SCRIPTS", "30"))
ALONE = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1"}
CHILD = """
import json, runpy, sys
from torch.optim.optimizer import register_optimizer_step_pre_hook

used = []
register_optimizer_step_pre_hook(lambda o, *_: used.append([g["lr"] for g in o.param_groups]))
every = {}
for path in sys.argv[2:]:
    used.clear()
    if "accelerate" in sys.modules:
        from accelerate.state import AcceleratorState, GradientState
        AcceleratorState._reset_state(True)
        GradientState._reset_state()
    try:
        runpy.run_path(path, run_name="__main__")
    except ZeroDivisionError:
        pass  # a polynomial decay that its warm-up leaves no step: after the last update
    every[path] = [list(group) for group in zip(*used)]
json.dump(every, open(sys.argv[1], "w"))
"""


@pytest.mark.parametrize(
    ("library", "write"),
    [
        ("deepspeed", deepspeed_script),
        ("composer", composer_script),
        ("diffusers", diffusers_script),
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
    child, out = tmp_path / "child.py", tmp_path / "used.json"
    child.write_text(CHILD)
    subprocess.run(
        [sys.executable, str(child), str(out), *map(str, paths)],
        env={**os.environ, **ALONE, "MASTER_PORT": "29741", "OMP_NUM_THREADS": "1"},
        check=True,
        timeout=500,
        capture_output=True,
    )
    used: dict[str, list[list[float]]] = json.loads(out.read_text())
    for path in paths:
        (found,) = forecast(load(path)).schedules
        assert found.prediction.unresolved == [], path.read_text()
        assert found.prediction.lr is not None
        for predicted, real in zip(found.prediction.lr, used[str(path)], strict=True):
            assert predicted == pytest.approx(real, rel=1e-9, abs=1e-18), path.read_text()
