# valid: the milestone is in updates, whatever the number of batches is called
import lightning as L
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.utils.data import DataLoader, TensorDataset


class Net(L.LightningModule):
    def __init__(self, **settings):
        super().__init__()
        self.save_hyperparameters()

    def train_dataloader(self):
        return DataLoader(TensorDataset(torch.zeros(96, 2)), batch_size=8)

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        each, rise = len(self.train_dataloader()), self.hparams.rise_epochs
        up = LinearLR(optimizer, 0.01, total_iters=rise * each)
        down = CosineAnnealingLR(optimizer, (self.hparams.epochs - rise) * each, eta_min=1e-3)
        schedule = SequentialLR(optimizer, [up, down], [rise * each])
        return [optimizer], [{"scheduler": schedule, "interval": "step"}]


settings = {"epochs": 30, "rise_epochs": 3}
L.Trainer(max_epochs=settings["epochs"]).fit(Net(**settings))
