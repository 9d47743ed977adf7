# invalid: fit() raises
# at: config = {"scheduler": scheduler, "interval": "batches"}
# says: "batches"
# says: MisconfigurationException
import lightning as L
import torch


class Net(L.LightningModule):
    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 100, 1e-4)
        config = {"scheduler": scheduler, "interval": "batches"}
        return [optimizer], [config]
