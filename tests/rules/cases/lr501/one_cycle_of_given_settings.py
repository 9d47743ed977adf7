# invalid: A cycle over settings that the module is given, whose numbers are not known.
# at: return [optimizer], [{"scheduler": cycle, "name": "lr"}]
# says: counts updates, but Lightning steps once per epoch
import lightning as L
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader


class Tagger(L.LightningModule):
    def __init__(self, settings, words):
        super().__init__()
        self.settings = settings
        self.words = words

    def training_step(self, batch, index):
        return self.loss(batch)

    def train_dataloader(self):
        return DataLoader(self.words, batch_size=16)

    def configure_optimizers(self):
        optimizer = AdamW(self.parameters(), lr=self.settings.lr)
        cycle = OneCycleLR(
            optimizer,
            self.settings.lr,
            steps_per_epoch=len(self.train_dataloader()),
            epochs=self.settings.epochs,
        )
        return [optimizer], [{"scheduler": cycle, "name": "lr"}]


# fixed:
# - return [optimizer], [{"scheduler": cycle, "name": "lr"}]
# + return [optimizer], [{"scheduler": cycle, "name": "lr", "interval": "step"}]
