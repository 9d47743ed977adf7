# valid: What the base class returns is never trained: its only heir returns something else.
import lightning as L
from torch.optim import SGD
from torch.optim.lr_scheduler import OneCycleLR


class Common(L.LightningModule):
    def configure_optimizers(self):
        optimizer = SGD(self.parameters(), lr=0.1)
        total = self.trainer.estimated_stepping_batches
        return [optimizer], [OneCycleLR(optimizer, 0.1, total_steps=total)]


class Plain(Common):
    def configure_optimizers(self):
        return SGD(self.parameters(), lr=0.1)


L.Trainer(max_epochs=3).fit(Plain(), loader)
