# invalid: composer steps a scheduler of torch per epoch
# row: 11
# says: T_max=2400 batches
import torch
from composer import Trainer
from torch.utils.data import DataLoader, TensorDataset


def fit(model):
    loader = DataLoader(TensorDataset(torch.randn(640, 3)), batch_size=8)
    adam = torch.optim.AdamW(model.parameters(), lr=3e-4)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(adam, T_max=2400, eta_min=1e-5)
    trainer = Trainer(
        model=model, train_dataloader=loader, max_duration="30ep", optimizers=adam, schedulers=[cosine]
    )
    trainer.fit()
