# invalid: the scheduler steps before the first validation
# at: return {"optimizer": optimizer, "lr_scheduler": plateau, "monitor": "val_loss"}
# says: every 3 epochs
# says: frequency=3
import lightning as L
import torch


class Net(L.LightningModule):
    def training_step(self, batch, batch_idx):
        return self(batch).mean()

    def validation_step(self, batch, batch_idx):
        self.log("val_loss", self(batch).mean())

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
        return {"optimizer": optimizer, "lr_scheduler": plateau, "monitor": "val_loss"}


def main(loader, validation):
    trainer = L.Trainer(max_epochs=12, check_val_every_n_epoch=3)
    trainer.fit(Net(), loader, validation)
