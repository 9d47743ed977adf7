# invalid: current_epoch is not yet the number of epochs that are done
# at: scheduler.step(epoch=self.current_epoch)
# says: lags one epoch behind
import lightning
import torch
from timm.scheduler import PolyLRScheduler


class Tagger(lightning.LightningModule):
    def training_step(self, batch, number):
        return self(batch).mean()

    def configure_optimizers(self):
        sgd = torch.optim.SGD(self.parameters(), lr=0.5)
        return [sgd], [PolyLRScheduler(sgd, t_initial=self.trainer.max_epochs, lr_min=1e-4)]

    def lr_scheduler_step(self, scheduler, metric):
        scheduler.step(epoch=self.current_epoch)


lightning.Trainer(max_epochs=25).fit(Tagger(), torch.utils.data.DataLoader(range(64)))
