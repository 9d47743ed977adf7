# invalid: interval is beside lr_scheduler, where nothing reads it
# at: return {"optimizer": optimizer, "lr_scheduler": scheduler, "interval": "step"}
# says: total_steps
# says: once per epoch
# says: not read
import pytorch_lightning as pl
import torch
from torch.optim.lr_scheduler import OneCycleLR


class Classifier(pl.LightningModule):
    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=1e-3)
        steps = self.trainer.estimated_stepping_batches
        scheduler = OneCycleLR(optimizer, max_lr=1e-3, total_steps=steps)
        return {"optimizer": optimizer, "lr_scheduler": scheduler, "interval": "step"}


# fixed:
# - return {"optimizer": optimizer, "lr_scheduler": scheduler, "interval": "step"}
# + return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}, "interval": "step"}
