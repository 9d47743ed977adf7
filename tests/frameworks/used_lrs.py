"""The LRs that training scripts really use, against those that are predicted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

_CHILD = """
import json, runpy, sys
from torch.optim.optimizer import register_optimizer_step_pre_hook

used = []
register_optimizer_step_pre_hook(lambda o, *_: used.append([g["lr"] for g in o.param_groups]))
every = {{}}
for path in sys.argv[2:]:
    used.clear()
    {before}
    try:
        runpy.run_path(path, run_name="__main__")
    except {tolerated}:
        pass
    every[path] = [list(group) for group in zip(*used)]
json.dump(every, open(sys.argv[1], "w"))
"""


def check_predictions(
    paths: Sequence[Path],
    environment: Mapping[str, str],
    *,
    before: str = "pass",
    tolerated: str = "()",
) -> None:
    """Run scripts in one process, and compare the LRs of every step with the predicted ones.

    ``before`` is a statement that runs before each of them, ``tolerated`` the exceptions that may
    end one. All of them are in one folder.
    """
    folder = paths[0].parent
    child, out = folder / "child.py", folder / "used.json"
    child.write_text(_CHILD.format(before=before, tolerated=tolerated))
    subprocess.run(
        [sys.executable, str(child), str(out), *map(str, paths)],
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        cwd=folder,
        check=True,
        timeout=500,
        capture_output=True,
    )
    used: dict[str, list[list[float]]] = json.loads(out.read_text())
    for path in paths:
        (found,) = forecast(load(path)).schedules
        assert found.prediction.unresolved == [], path.read_text()
        assert found.prediction.lr is not None
        assert len(found.prediction.lr) == len(used[str(path)]), path.read_text()
        for predicted, real in zip(found.prediction.lr, used[str(path)], strict=True):
            assert predicted == pytest.approx(real, rel=1e-9, abs=1e-18), path.read_text()
