# valid: a `scheduler_step` may well count epochs
import lightning as L
import torch


class Upscaler(L.LightningModule):
    def __init__(self, scheduler_step=100):
        super().__init__()
        self.save_hyperparameters()

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=1e-4)
        scheduler = torch.optim.lr_scheduler.MultiStepLR(
            optimizer, milestones=[self.hparams.scheduler_step]
        )
        return [optimizer], [scheduler]
