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


LIGHTNING = """
import lightning
import torch
from timm.scheduler import CosineLRScheduler
from torch.utils.data import DataLoader, TensorDataset

class Line(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.weights = torch.nn.Linear(3, 1)

    def training_step(self, batch, batch_idx):
        return self.weights(batch[0]).square().mean()

    def configure_optimizers(self):
        adam = torch.optim.Adam(self.parameters(), lr=0.1)
        schedule = CosineLRScheduler(adam, {arguments})
        return [adam], [{{"scheduler": schedule, "interval": "{interval}"}}]

    def lr_scheduler_step(self, scheduler, metric):
        scheduler.{call}

quiet = dict(logger=False, enable_checkpointing=False, enable_progress_bar=False)
trainer = lightning.Trainer(
    max_epochs=3, accelerator="cpu", enable_model_summary=False, {trainer} **quiet
)
trainer.fit(Line(), DataLoader(TensorDataset(torch.randn(64, 3)), batch_size=8))
"""
IN_UPDATES = "t_initial=self.trainer.estimated_stepping_batches, t_in_epochs=False"


@pytest.mark.usefixtures("schedulers")
@pytest.mark.parametrize(
    ("arguments", "interval", "call", "trainer"),
    [
        (IN_UPDATES, "step", "step_update(num_updates=self.global_step)", ""),
        (IN_UPDATES, "step", "step_update(self.global_step)", "accumulate_grad_batches=3,"),
        (IN_UPDATES, "epoch", "step_update(self.global_step)", ""),
        ("t_initial=3, warmup_t=1", "epoch", "step(epoch=self.current_epoch)", ""),
        ("t_initial=3, lr_min=1e-3", "epoch", "step(self.current_epoch + 1)", ""),
        ("t_initial=3", "epoch", "step_update(self.global_step)", ""),
    ],
)
def test_prediction_is_what_lightning_makes_of_it(
    arguments: str, interval: str, call: str, trainer: str, tmp_path: Path
) -> None:
    pytest.importorskip("lightning")
    text = LIGHTNING.format(arguments=arguments, interval=interval, call=call, trainer=trainer)
    path = tmp_path / "train.py"
    path.write_text(text, encoding="utf-8")
    (schedule,) = forecast(load(str(path))).schedules
    assert not schedule.prediction.unresolved
    assert schedule.prediction.lr is not None
    assert list(schedule.prediction.lr[0]) == pytest.approx(trained(text)[0], rel=1e-9)
