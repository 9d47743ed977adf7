# valid: 120 steps may well be the epochs, of which nothing else is known
import lightning as L
import torch
from transformers import get_linear_schedule_with_warmup


class Student(L.LightningModule):
    def __init__(self, rate=1e-3, ramp_steps=6, decay_steps=120):
        super().__init__()
        self.save_hyperparameters()

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=self.hparams.rate)
        schedule = get_linear_schedule_with_warmup(
            optimizer, self.hparams.ramp_steps, self.hparams.decay_steps
        )
        return [optimizer], [schedule]
