# valid: composer's own schedules end with the training, whatever unit says so
import torch
from composer import Trainer
from composer.callbacks import EarlyStopper, LRMonitor
from composer.core import Time
from composer.optim import (
    CosineAnnealingScheduler,
    LinearWithWarmupScheduler,
    PolynomialScheduler,
)
from torch.utils.data import DataLoader, TensorDataset

LOADER = DataLoader(TensorDataset(torch.randn(640, 3)), batch_size=8)


def fit(model, scheduler, duration, **more):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    Trainer(
        model=model,
        train_dataloader=LOADER,
        max_duration=duration,
        optimizers=optimizer,
        schedulers=scheduler,
        **more,
    ).fit()


def train(model):
    fit(model, CosineAnnealingScheduler("2400ba"), "30ep", callbacks=[LRMonitor()])
    fit(model, LinearWithWarmupScheduler(t_warmup="0.1dur"), Time(2400, "ba"))
    fit(model, PolynomialScheduler(power=2.0, t_max=Time.from_epoch(30)), 30)
    # Per epoch, or with a callback that stops: not followed.
    fit(model, CosineAnnealingScheduler("10ep"), "30ep", step_schedulers_every_batch=False)
    fit(model, CosineAnnealingScheduler("10ep"), "30ep", callbacks=[EarlyStopper("loss", "eval")])
