# valid: stepped per update, as many as the batches of an imported loader
import lightning as L
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from my_data import pictures


class Net(L.LightningModule):
    def __init__(self, length):
        super().__init__()
        self.length = length

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        decay = CosineAnnealingLR(optimizer, T_max=self.length, eta_min=1e-3)
        return [optimizer], [{"scheduler": decay, "interval": "step"}]


epochs = 40
L.Trainer(max_epochs=epochs).fit(Net(epochs * len(pictures)), pictures)
