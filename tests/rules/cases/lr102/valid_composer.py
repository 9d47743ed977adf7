# valid: composer is told to step it in each batch; another duration; loosely given arguments
import torch
from composer import Trainer
from torch.utils.data import DataLoader, TensorDataset


def fit(model, **more):
    loader = DataLoader(TensorDataset(torch.randn(640, 3)), batch_size=8)
    adam = torch.optim.AdamW(model.parameters(), lr=3e-4)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(adam, T_max=2400, eta_min=1e-5)
    Trainer(
        model=model,
        train_dataloader=loader,
        max_duration="30ep",
        optimizers=adam,
        schedulers=cosine,
        step_schedulers_every_batch=True,
    ).fit()
    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    other = torch.optim.lr_scheduler.CosineAnnealingLR(sgd, T_max=2400, eta_min=1e-5)
    Trainer(model=model, train_dataloader=loader, optimizers=sgd, schedulers=other, **more).fit()
