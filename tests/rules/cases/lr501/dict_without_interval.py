# invalid: the dict in rows of its own gets the interval
# row: 13
# says: num_training_steps
# says: interval left at "epoch"
import lightning as L
import torch
from transformers import get_linear_schedule_with_warmup


class Tagger(L.LightningModule):
    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=5e-5)
        total = self.trainer.estimated_stepping_batches
        scheduler = get_linear_schedule_with_warmup(optimizer, 100, total)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {
                "scheduler": scheduler,
                "name": "linear",  # for the monitor
            },
        }


# fixed:
#   "scheduler": scheduler,
#   "name": "linear",  # for the monitor
# + "interval": "step",
