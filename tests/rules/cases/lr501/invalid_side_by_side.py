# invalid: an optimizer and a scheduler side by side
# at: return sgd, decay
# says: fit() raises MisconfigurationException
import lightning as L
from torch.optim import SGD
from torch.optim.lr_scheduler import ExponentialLR


class Net(L.LightningModule):
    def training_step(self, batch):
        return self(batch).mean()

    def configure_optimizers(self):
        sgd = SGD(self.parameters(), lr=0.2)
        decay = ExponentialLR(sgd, gamma=0.95)
        return sgd, decay
