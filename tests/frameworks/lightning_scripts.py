"""Small Lightning trainings, drawn at random, as scripts."""

from __future__ import annotations

import random
from textwrap import indent

_SCHEDULERS = (
    "ExponentialLR(optimizer, gamma=0.9)",
    "StepLR(optimizer, step_size=2, gamma=0.5)",
    "MultiStepLR(optimizer, milestones=[1, 3], gamma=0.3)",
    "CosineAnnealingLR(optimizer, T_max={horizon}, eta_min=1e-3)",
    "LinearLR(optimizer, start_factor=0.2, total_iters={horizon})",
    "PolynomialLR(optimizer, total_iters={horizon}, power=2.0)",
    "LambdaLR(optimizer, lambda t: 1 / (t + 1))",
    "CosineAnnealingWarmRestarts(optimizer, T_0=3, eta_min=1e-3)",
    "OneCycleLR(optimizer, max_lr=self.hparams.lr, total_steps=int({horizon}) + 60)",
)
_HORIZONS = (
    "self.trainer.estimated_stepping_batches",
    "self.trainer.max_epochs",
    "self.trainer.num_training_batches * 2",
    "len(self.trainer.train_dataloader) + 1",
    "7",
)
_SEQUENCE = """\
warmup = LinearLR(optimizer, start_factor=0.1, total_iters=2)
decay = ExponentialLR(optimizer, gamma=0.8)
scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[2])
"""
_HEAD = """\
import lightning as L
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import *
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
samples = {samples}


def make_loader():
    data = TensorDataset(torch.randn(samples, 2), torch.randn(samples, 1))
    return DataLoader(data, batch_size={size}, drop_last={drop_last})


class Net(L.LightningModule):
    def __init__(self, lr=0.1, decay=0.0):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(2, 1)
"""
_STEP = """
    def training_step(self, batch, batch_idx):
        x, y = batch
        return torch.nn.functional.mse_loss(self.layer(x), y)
"""
_MANUAL = """
    def training_step(self, batch, batch_idx):
        optimizer = self.optimizers()
        x, y = batch
        loss = torch.nn.functional.mse_loss(self.layer(x), y)
        optimizer.zero_grad()
        self.manual_backward(loss)
        optimizer.step()
{batch}
{epoch}"""
_OVERRIDES = (
    "",
    """
    def lr_scheduler_step(self, scheduler, metric):
        scheduler.step()
""",
    """
    def optimizer_step(self, epoch, batch_idx, optimizer, optimizer_closure):
        optimizer.step(closure=optimizer_closure)
""",
    """
    def optimizer_step(self, *args, **kwargs):
        super().optimizer_step(*args, **kwargs)
""",
    """
    def lr_scheduler_step(self, scheduler, metric):
        super().lr_scheduler_step(scheduler, metric)
""",
)


def lightning_script(seed: int) -> str:
    """Return a training of a module that Lightning optimizes."""
    draw = random.Random(seed)
    head = _HEAD.format(samples=draw.randint(1, 26), size=draw.randint(1, 4), drop_last=False)
    body = head + _STEP + draw.choice(_OVERRIDES) + _configure(draw)
    fit, extra = _data(draw)
    trainer = {
        "max_epochs": draw.choice([1, 2, 3, 4]),
        "max_steps": draw.choice([None, None, -1, draw.randint(1, 14)]),
        "accumulate_grad_batches": draw.choice([None, 1, 2, 3, 4]),
        "limit_train_batches": draw.choice([None, None, 1.0, 0.5, 3, 100]),
        "devices": draw.choice([None, 1]),
    }
    if trainer["max_steps"] not in (None, -1) and draw.random() < 0.4:
        trainer["max_epochs"] = None
    return body + extra + _main(draw, trainer, fit)


def manual_script(seed: int) -> str:
    """Return a training of a module that steps its own optimizer."""
    draw = random.Random(seed)
    head = _HEAD.format(samples=draw.randint(2, 20), size=2, drop_last=False)
    head += "        self.automatic_optimization = False\n"
    batch = draw.choice(
        [
            "",
            "        self.lr_schedulers().step()",
            "        if self.trainer.is_last_batch:\n            self.lr_schedulers().step()",
            "        if (batch_idx + 1) % 2 == 0:\n            self.lr_schedulers().step()",
        ]
    )
    epoch = draw.choice(
        ["", "    def on_train_epoch_end(self):\n        self.lr_schedulers().step()\n"]
    )
    body = head + _MANUAL.format(batch=batch, epoch=epoch) + _configure(draw)
    trainer = {"max_epochs": draw.choice([1, 2, 3, 4])}
    return body + _main(draw, trainer, "trainer.fit(net, make_loader())")


def _configure(draw: random.Random) -> str:
    """Return a ``configure_optimizers`` in one of its forms."""
    if draw.random() < 0.2:
        scheduler = _SEQUENCE
    else:
        call = draw.choice(_SCHEDULERS).format(horizon=draw.choice(_HORIZONS))
        scheduler = f"scheduler = {call}\n"
    settings = []
    interval, frequency = draw.choice([None, "step", "epoch"]), draw.choice([None, 1, 2, 3])
    if interval is not None:
        settings.append(f'"interval": "{interval}"')
    if frequency is not None:
        settings.append(f'"frequency": {frequency}')
    held = ", ".join(['"scheduler": scheduler', *settings])
    returned = draw.choice(
        [
            f"return [optimizer], [{{{held}}}]",
            f'return {{"optimizer": optimizer, "lr_scheduler": {{{held}}}}}',
            f'return [{{"optimizer": optimizer, "lr_scheduler": {{{held}}}}}]',
            f"config = dict({', '.join(_keyword(item) for item in ['scheduler', *settings])})\n"
            'return {"optimizer": optimizer, "lr_scheduler": config}',
            "return [optimizer], [scheduler]",
            'return {"optimizer": optimizer, "lr_scheduler": scheduler}',
            'out = {"optimizer": optimizer}\nout["lr_scheduler"] = scheduler\nreturn out',
            f"return ([optimizer], {{{held}}})",
        ]
    )
    rows = (
        "self.trainer.fit_loop.setup_data()  # else the Trainer does not know its batches yet\n"
        f"optimizer = SGD(self.parameters(), lr=self.hparams.lr)\n{scheduler}{returned}\n"
    )
    return "\n    def configure_optimizers(self):\n" + indent(rows, " " * 8)


def _keyword(item: str) -> str:
    name, _, value = item.partition(": ")
    return f"{name.strip(chr(34))}={value or 'scheduler'}"


def _data(draw: random.Random) -> tuple[str, str]:
    """Return the call of ``fit``, and the code that its loader needs."""
    match draw.randrange(4):
        case 0:
            method = "\n    def train_dataloader(self):\n        return make_loader()\n"
            return "trainer.fit(net)", method
        case 1:
            data = "\n\nclass Data(L.LightningDataModule):\n    def train_dataloader(self):\n"
            return "trainer.fit(net, datamodule=Data())", data + "        return make_loader()\n"
        case 2:
            return "trainer.fit(model=net, train_dataloaders=make_loader())", ""
    return "trainer.fit(net, make_loader())", ""


def _main(draw: random.Random, trainer: dict[str, object], fit: str) -> str:
    quiet = {
        "accelerator": "'cpu'",
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    given = {name: value for name, value in trainer.items() if value is not None}
    arguments = ", ".join(f"{name}={value}" for name, value in {**given, **quiet}.items())
    lr = draw.choice(["", "lr=0.05", "0.2"])
    return f"""

trainer = L.Trainer({arguments})
net = Net({lr})
{fit}
"""
