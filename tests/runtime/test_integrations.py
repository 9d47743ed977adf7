"""Lightning and transformers, each with its own way of stepping schedulers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset

from lrlint.integrations.verifying import Verifying


@pytest.mark.slow
def test_lightning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pl = pytest.importorskip("lightning.pytorch")
    from lrlint.integrations.lightning import LRVerifier

    class Module(pl.LightningModule):  # type: ignore[misc, name-defined]
        def __init__(self, interval: str) -> None:
            super().__init__()
            self.net = torch.nn.Linear(2, 1)
            self.interval = interval

        def training_step(self, batch: Any, index: int) -> torch.Tensor:
            x, y = batch
            return (self.net(x) - y).square().mean()

        def configure_optimizers(self) -> dict[str, Any]:
            optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=5, eta_min=1e-3)
            config = {"scheduler": scheduler, "interval": self.interval}
            return {"optimizer": optimizer, "lr_scheduler": config}

    def fit(interval: str) -> LRVerifier:
        data = TensorDataset(torch.randn(24, 2), torch.randn(24, 1))
        verifier = LRVerifier(mode="record")
        trainer = pl.Trainer(
            max_epochs=5,
            callbacks=[verifier],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            accelerator="cpu",
            default_root_dir=tmp_path,
        )
        trainer.fit(Module(interval), DataLoader(data, batch_size=4))
        return verifier

    right = fit("epoch").recording
    assert right is not None
    (track,) = right.schedules
    assert (track.optimizer_steps, track.scheduler_steps) == (30, 5)
    assert right.findings == ()
    wrong = fit("step").recording
    assert wrong is not None
    (found,) = wrong.findings
    assert found.code == "LR101"
    built = next(one for one in found.related if "T_max" in one.message or "built" in one.message)
    assert built.filename.endswith("test_integrations.py")


def test_a_failed_training_is_not_judged_by_its_length(
    capsys: pytest.CaptureFixture[str],
) -> None:
    verifier = Verifying(mode="raise")
    verifier._begin()
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=50, eta_min=1e-3)
    for _ in range(6):
        optimizer.step()
        scheduler.step()
    verifier._end_with(RuntimeError("out of data"))
    assert verifier.recording is not None
    assert verifier.recording.findings == ()
    assert capsys.readouterr().err == ""


def test_transformers(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("accelerate")
    from lrlint.integrations.transformers import LRVerifier

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = torch.nn.Linear(2, 1)

        def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"loss": (self.net(x) - labels).square().mean()}

    data = [{"x": torch.randn(2), "labels": torch.randn(1)} for _ in range(24)]
    verifier = LRVerifier(mode="record")
    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path),
        num_train_epochs=3,
        per_device_train_batch_size=4,
        gradient_accumulation_steps=2,
        learning_rate=0.1,
        lr_scheduler_type="linear",
        report_to=[],
        save_strategy="no",
        logging_strategy="no",
        use_cpu=True,
        disable_tqdm=True,
    )
    trainer = transformers.Trainer(
        model=Net(), args=arguments, train_dataset=data, callbacks=[verifier]
    )
    others = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    kept = CosineAnnealingLR(others, T_max=5)  # built meanwhile: none of the Trainer's
    trainer.train()
    recording = verifier.recording
    assert recording is not None
    (track,) = recording.schedules
    assert kept.optimizer is others
    assert track.scheduler == "get_linear_schedule_with_warmup"
    assert track.max_relative_error == 0.0
    assert track.filename.endswith("test_integrations.py")
    assert (track.optimizer_steps, track.scheduler_steps) == (9, 9)
    assert list(track.lr[0]) == pytest.approx([0.1 * (9 - step) / 9 for step in range(9)])
    assert recording.findings == ()
