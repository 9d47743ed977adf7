# invalid: in a list of dicts not even a bare scheduler's monitor is read
# row: 9
# says: no monitor
# says: beside "lr_scheduler"
import lightning as L
import torch


class Net(L.LightningModule):
    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
        return [{"optimizer": optimizer, "lr_scheduler": plateau, "monitor": "val_loss"}]
