# invalid: a schedule of composer's own ends in the middle of the training
# row: 11
# says: t_max is 20 * len(loader) = 1600
import torch
from composer import Trainer
from composer.algorithms import LabelSmoothing
from composer.optim import CosineAnnealingScheduler
from torch.utils.data import DataLoader, TensorDataset


def fit(model):
    loader = DataLoader(TensorDataset(torch.randn(640, 3)), batch_size=8)
    smoothing = [LabelSmoothing(smoothing=0.1)]
    cosine = CosineAnnealingScheduler(t_max="20ep")
    adam = torch.optim.AdamW(model.parameters(), lr=3e-4)
    trainer = Trainer(
        model=model,
        train_dataloader=loader,
        max_duration="30ep",
        optimizers=adam,
        schedulers=[cosine],
        algorithms=smoothing,
    )
    trainer.fit()
