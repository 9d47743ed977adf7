# invalid: after the first update there is no validation yet
# at: config = {"scheduler": plateau, "interval": "step", "monitor": "val_loss"}
# says: "val_loss"
# says: every update
import lightning as L
import torch


class Net(L.LightningModule):
    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
        config = {"scheduler": plateau, "interval": "step", "monitor": "val_loss"}
        return {"optimizer": optimizer, "lr_scheduler": config}
