# invalid: the hook that Lightning calls for each step makes none
# at: decay = ExponentialLR(sgd, gamma=0.95)
# says: the LR stays at 0.2
import lightning as L
from torch.optim import SGD
from torch.optim.lr_scheduler import ExponentialLR


class Net(L.LightningModule):
    def training_step(self, batch):
        return self(batch).mean()

    def lr_scheduler_step(self, schedule, metric):
        print("epoch", self.current_epoch)

    def configure_optimizers(self):
        sgd = SGD(self.parameters(), lr=0.2)
        decay = ExponentialLR(sgd, gamma=0.95)
        return [sgd], [decay]
