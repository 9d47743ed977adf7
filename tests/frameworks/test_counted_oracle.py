"""Trainings that a counter ends: ``predict`` gives the LRs in use, the rules name what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint import lint
from lrlint.diagnostics import Severity
from lrlint.predict.forecast import forecast
from lrlint.source import load

from .counted_scripts import script
from .used_lrs import check_with_accelerate

pytest.importorskip("accelerate")
pytest.importorskip("transformers")
pytestmark = pytest.mark.slow

LENGTH = {"LR101", "LR102", "LR108", "LR201", "LR202", "LR206", "LR210", "LR503", "LR504"}
OF_SETTINGS = ("process", "accumul", "micro-batches")
"""What is wrong only where the user launches several processes, or accumulates."""


def written(folder: Path, seeds: range, *, accelerated: bool | None = None) -> list[Path]:
    paths = []
    for seed in seeds:
        paths.append(folder / f"train_{seed}.py")
        paths[-1].write_text(script(seed, accelerated=accelerated))
    return paths


@pytest.mark.parametrize("processes", [1, 2])
def test_predicted_lrs_are_those_in_use(processes: int, tmp_path: Path) -> None:
    seeds = range(80) if processes == 1 else range(500, 530)
    paths = written(tmp_path, seeds, accelerated=None if processes == 1 else True)
    check_with_accelerate(paths, processes)


def test_what_is_too_long_or_too_short_is_named(tmp_path: Path) -> None:
    for path in written(tmp_path, range(80)):
        (found,) = forecast(load(path)).schedules
        horizon, steps = found.schedule.horizon, found.prediction.steps
        if horizon is None or horizon.parameter == "num_warmup_steps":
            continue  # it has no end
        length = None if horizon.length is None else horizon.length.value
        assert length is not None
        assert steps is not None
        fits = abs(steps - length) <= 1
        named = [
            finding
            for finding in lint([path])
            if finding.code in LENGTH and finding.severity is not Severity.ADVICE
        ]
        if fits:
            assert all(any(word in finding.message for word in OF_SETTINGS) for finding in named), (
                path.read_text()
            )
        else:
            assert named, path.read_text()
