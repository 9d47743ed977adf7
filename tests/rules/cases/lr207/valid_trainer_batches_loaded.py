# valid: asking for estimated_stepping_batches loads the data
import pytorch_lightning as pl
from torch.optim import RMSprop
from torch.optim.lr_scheduler import OneCycleLR


class Ranker(pl.LightningModule):
    def training_step(self, batch, batch_idx):
        return self.score(batch).mean()

    def configure_optimizers(self):
        print("updates:", self.trainer.estimated_stepping_batches)
        optimizer = RMSprop(self.parameters(), lr=0.3, momentum=0.9)
        steps = self.trainer.max_epochs * self.trainer.num_training_batches
        cycle = OneCycleLR(optimizer, max_lr=0.3, total_steps=steps)
        return [optimizer], [{"scheduler": cycle, "interval": "step"}]
