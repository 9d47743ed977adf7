# invalid: a milestone of composer's in epochs that the training does not have
# row: 9
# says: milestone 50 * len(loader) = 4000 is never reached
import torch
from composer import Trainer
from composer.optim import MultiStepScheduler
from torch.utils.data import DataLoader, TensorDataset


def fit(model):
    loader = DataLoader(TensorDataset(torch.randn(640, 3)), batch_size=8)
    drops = MultiStepScheduler(milestones=["1600ba", "50ep"])
    adam = torch.optim.AdamW(model.parameters(), lr=3e-4)
    trainer = Trainer(
        model=model, train_dataloader=loader, max_duration="40ep", optimizers=adam, schedulers=drops
    )
    trainer.fit()
