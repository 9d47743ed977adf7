# valid: the setting decides both, the interval and the length
import lightning as L
import torch


class Net(L.LightningModule):
    def __init__(self, interval="step"):
        super().__init__()
        self.interval = interval

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        length = (
            self.trainer.estimated_stepping_batches
            if self.interval == "step"
            else self.trainer.max_epochs
        )
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, length, 1e-4)
        return [optimizer], [{"scheduler": scheduler, "interval": self.interval}]
