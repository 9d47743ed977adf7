# valid: the frequency fits the validations
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
        config = {"scheduler": plateau, "monitor": "val_loss", "frequency": 3}
        return {"optimizer": optimizer, "lr_scheduler": config}


def main(loader, validation):
    trainer = L.Trainer(max_epochs=12, check_val_every_n_epoch=3)
    trainer.fit(Net(), loader, validation)
