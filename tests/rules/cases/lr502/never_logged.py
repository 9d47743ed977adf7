# invalid: a misspelt name is found by nobody until the first epoch is over
# at: return {"optimizer": optimizer, "lr_scheduler": plateau, "monitor": "valid_loss"}
# says: never logged
# says: 'val_loss'
import lightning as L
import torch


class Net(L.LightningModule):
    def training_step(self, batch, batch_idx):
        loss = self(batch).mean()
        self.log("loss", loss, on_step=True, on_epoch=True)
        return loss

    def validation_step(self, batch, batch_idx):
        self.log("val_loss", self(batch).mean())

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
        return {"optimizer": optimizer, "lr_scheduler": plateau, "monitor": "valid_loss"}
