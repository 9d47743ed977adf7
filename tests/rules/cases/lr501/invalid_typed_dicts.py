# invalid: the typed dicts of Lightning are dicts
# at: config = LRSchedulerConfigType(scheduler=scheduler, interval="step")
# says: T_max
# says: counts epochs
import lightning as L
import torch
from lightning.pytorch.utilities.types import LRSchedulerConfigType, OptimizerLRSchedulerConfig


class Net(L.LightningModule):
    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
            optimizer, T_max=self.trainer.max_epochs, eta_min=1e-3
        )
        config = LRSchedulerConfigType(scheduler=scheduler, interval="step")
        return OptimizerLRSchedulerConfig(optimizer=optimizer, lr_scheduler=config)
# fixed:
# - config = LRSchedulerConfigType(scheduler=scheduler, interval="step")
# + config = LRSchedulerConfigType(scheduler=scheduler, interval="epoch")
