# valid: 500 steps may well be the epochs
import lightning as L
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR


class Student(L.LightningModule):
    def __init__(self, rate=1e-3, total_steps=500):
        super().__init__()
        self.rate, self.total_steps = rate, total_steps

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=self.rate)
        return [optimizer], [CosineAnnealingLR(optimizer, self.total_steps, eta_min=1e-5)]
