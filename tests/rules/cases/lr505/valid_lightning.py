# valid: the count of updates has the one that was just made
import lightning
import torch
from timm.scheduler import PolyLRScheduler


class Tagger(lightning.LightningModule):
    def training_step(self, batch, number):
        return self(batch).mean()

    def configure_optimizers(self):
        sgd = torch.optim.SGD(self.parameters(), lr=0.5)
        updates = self.trainer.estimated_stepping_batches
        schedule = PolyLRScheduler(sgd, t_initial=updates, t_in_epochs=False)
        return [sgd], [{"scheduler": schedule, "interval": "step"}]

    def lr_scheduler_step(self, scheduler, metric):
        scheduler.step_update(num_updates=self.global_step)


loader = torch.utils.data.DataLoader(range(64))
lightning.Trainer(max_epochs=25).fit(Tagger(), loader)
