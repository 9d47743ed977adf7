# invalid: the name is put together from what each step passes
# at: return {"optimizer": optimizer, "lr_scheduler": plateau, "monitor": "valid/error"}
# says: "valid/error" is never logged
# says: 'val/error'
import lightning as L
import torch


class Net(L.LightningModule):
    def evaluate(self, batch, part="train"):
        error = self(batch).mean()
        self.log(f"{part}/error", error)
        return error

    def training_step(self, batch, batch_idx):
        return self.evaluate(batch)

    def validation_step(self, batch, batch_idx):
        self.evaluate(batch, part="val")

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
        return {"optimizer": optimizer, "lr_scheduler": plateau, "monitor": "valid/error"}
