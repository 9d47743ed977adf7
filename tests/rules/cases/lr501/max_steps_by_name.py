# invalid: a name that counts updates, though nothing else says so
# at: return [optimizer], [scheduler]
# says: T_max
# says: once per epoch
import pytorch_lightning as pl
import torch


class Encoder(pl.LightningModule):
    def __init__(self, max_steps=50000, lr=1e-3):
        super().__init__()
        self.save_hyperparameters()

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=self.hparams.lr)
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
            optimizer, T_max=self.hparams.max_steps, eta_min=1e-5
        )
        return [optimizer], [scheduler]


# fixed:
# - return [optimizer], [scheduler]
# + return [optimizer], [{"scheduler": scheduler, "interval": "step"}]
