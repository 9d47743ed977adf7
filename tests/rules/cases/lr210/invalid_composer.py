# invalid: the warm-up of composer's schedule takes more epochs than there are
# row: 9
# says: the warm-up takes 10 * len(loader) = 800 steps
import torch
from composer import Trainer
from composer.optim import ConstantWithWarmupScheduler
from torch.utils.data import DataLoader, TensorDataset


def fit(model):
    loader = DataLoader(TensorDataset(torch.randn(640, 3)), batch_size=8)
    ramp = ConstantWithWarmupScheduler(t_warmup="10ep", t_max="10ep")
    adam = torch.optim.AdamW(model.parameters(), lr=3e-4)
    trainer = Trainer(
        model=model, train_dataloader=loader, max_duration="6ep", optimizers=adam, schedulers=ramp
    )
    trainer.fit()
