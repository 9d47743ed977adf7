# invalid: the Trainer has not loaded its data when it calls configure_optimizers
# at: optimizer, max_lr=0.3, total_steps=self.trainer.max_epochs * self.trainer.num_training_batches
# says: inf until fit() has loaded the data
import pytorch_lightning as pl
from torch.optim import RMSprop
from torch.optim.lr_scheduler import OneCycleLR


class Ranker(pl.LightningModule):
    def training_step(self, batch, batch_idx):
        return self.score(batch).mean()

    def configure_optimizers(self):
        optimizer = RMSprop(self.parameters(), lr=0.3, momentum=0.9)
        cycle = OneCycleLR(
            optimizer, max_lr=0.3, total_steps=self.trainer.max_epochs * self.trainer.num_training_batches
        )
        return [optimizer], [{"scheduler": cycle, "interval": "step"}]
