"""The LRs that training scripts really use, against those that are predicted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import torch_process

from lrlint.predict.forecast import forecast
from lrlint.source import load

_CHILD = """
import json, os, runpy, sys
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
if os.environ.get("RANK", "0") == "0":
    json.dump(every, open(sys.argv[1], "w"))
"""
RESET_ACCELERATE = (
    "if 'accelerate' in sys.modules: from accelerate.state import AcceleratorState as A,"
    " GradientState as G; A._reset_state(True); G._reset_state()"
)
"""What lets the scripts of one process build one ``Accelerator`` each."""


def check_predictions(
    paths: Sequence[Path],
    *,
    ranks: int = 1,
    before: str = "pass",
    tolerated: str = "()",
    overrides: Mapping[str, object] | None = None,
    **environment: str,
) -> None:
    """Run scripts in one process per rank, and compare the LRs of every step with the predicted.

    ``before`` is a statement that runs before each of them, ``tolerated`` the exceptions that may
    end one, ``overrides`` the values that are predicted with. All scripts are in one folder.
    """
    folder = paths[0].parent
    child, out = folder / "child.py", folder / "used.json"
    child.write_text(_CHILD.format(before=before, tolerated=tolerated))
    result = torch_process.python(child, out, *paths, cwd=folder, ranks=ranks, **environment)
    assert result.returncode == 0, result.stderr
    used: dict[str, list[list[float]]] = json.loads(out.read_text())
    for path in paths:
        schedules = forecast(load(path), overrides=overrides or {}).schedules
        assert schedules, path.read_text()
        for found in schedules:
            assert found.prediction.unresolved == [], path.read_text()
            assert found.prediction.lr is not None
            assert len(found.prediction.lr) == len(used[str(path)]), path.read_text()
            for predicted, real in zip(found.prediction.lr, used[str(path)], strict=True):
                assert predicted == pytest.approx(real, rel=1e-9, abs=1e-18), path.read_text()


def check_with_accelerate(paths: Sequence[Path], processes: int) -> None:
    """Do the same for scripts that build an ``Accelerator`` each."""
    check_predictions(
        paths,
        ranks=processes,
        before=RESET_ACCELERATE,
        overrides={"accelerator.num_processes": processes} if processes > 1 else {},
        CUDA_VISIBLE_DEVICES="",
        ACCELERATE_USE_CPU="true",
    )
