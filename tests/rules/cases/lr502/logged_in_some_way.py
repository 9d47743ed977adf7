# valid: suffixes, computed names, dicts, helpers and callbacks may log it
import lightning as L
import torch


class Base(L.LightningModule):
    def validation_step(self, batch, batch_idx):
        self.log("val_loss", self(batch).mean())

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
        return {"optimizer": optimizer, "lr_scheduler": plateau, "monitor": self.metric}


class OfBase(Base):
    metric = "val_loss"

    def training_step(self, batch, batch_idx):
        return self(batch).mean()


class Suffix(Base):
    metric = "loss_epoch"

    def training_step(self, batch, batch_idx):
        loss = self(batch).mean()
        self.log("loss", loss, on_step=True, on_epoch=True)
        return loss


class Computed(Base):
    metric = "train_loss"

    def training_step(self, batch, batch_idx):
        loss = self(batch).mean()
        self.log(f"{'train'}_loss", loss)
        return loss


class InDict(Base):
    metric = "f1"

    def training_step(self, batch, batch_idx):
        loss = self(batch).mean()
        self.log_dict({"acc": loss, "f1": loss})
        return loss


class OfFunction(Base):
    metric = "score"

    def training_step(self, batch, batch_idx):
        return compute(self, batch)
