"""``lrlint predict`` gives the LR of every update of a training with the real timm."""

from __future__ import annotations

import importlib.util
import os
import sys
import types
import warnings
from pathlib import Path

import pytest

from lrlint.formulas import LAWS
from lrlint.formulas.arguments import parameters_of
from lrlint.predict.forecast import forecast
from lrlint.source import load

from .timm_scripts import timm_script

pytestmark = pytest.mark.slow  # it trains

COUNT = int(os.environ.get("LRLINT_TIMM_SCRIPTS", "120"))


def trained(text: str) -> list[list[float]]:
    """Return the LRs of each update, one list per param group; those before an exception."""
    optimizers = pytest.importorskip("torch.optim.optimizer")
    used: list[list[float]] = []
    hook = optimizers.register_optimizer_step_pre_hook(
        lambda optimizer, args, kwargs: used.append([g["lr"] for g in optimizer.param_groups])
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(text, "script", "exec"), {"__name__": "__main__"})
    finally:
        hook.remove()
    return [list(group) for group in zip(*used, strict=True)]


@pytest.fixture
def schedulers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make ``timm.scheduler`` importable without the models of timm, which need torchvision."""
    found = importlib.util.find_spec("timm")
    if found is None or found.submodule_search_locations is None:
        pytest.skip("timm is not installed")
    package = types.ModuleType("timm")
    package.__path__ = list(found.submodule_search_locations)
    monkeypatch.setitem(sys.modules, "timm", package)
    for name in [name for name in sys.modules if name.startswith("timm.")]:
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.usefixtures("schedulers")
def test_prediction_is_what_timm_does(tmp_path: Path) -> None:
    for seed in range(COUNT):
        text = timm_script(seed)
        path = tmp_path / f"train{seed}.py"
        path.write_text(text, encoding="utf-8")
        (schedule,) = forecast(load(str(path))).schedules
        prediction = schedule.prediction
        assert not prediction.unresolved, f"{prediction.unresolved} in\n{text}"
        assert prediction.lr is not None
        for predicted, real in zip(prediction.lr, trained(text), strict=True):
            assert predicted == pytest.approx(real, rel=1e-9, abs=1e-15), text


@pytest.mark.usefixtures("schedulers")
def test_signatures_are_those_of_timm() -> None:
    module = importlib.import_module("timm.scheduler")
    laws = [law for law in LAWS.values() if law.positioned]
    assert len(laws) == 6
    for law in laws:
        assert law.parameters == parameters_of(getattr(module, law.name)), law.name
