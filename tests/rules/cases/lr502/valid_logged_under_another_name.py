# valid: the parameter is renamed before it is part of the name
import lightning as L
import torch


class Net(L.LightningModule):
    def evaluate(self, batch, part):
        if part == "val":
            part = "valid"
        error = self(batch).mean()
        self.log(part + "/error", error)
        return error

    def training_step(self, batch, batch_idx):
        return self.evaluate(batch, "train")

    def validation_step(self, batch, batch_idx):
        self.evaluate(batch, "val")

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
        return {"optimizer": optimizer, "lr_scheduler": plateau, "monitor": "valid/error"}
