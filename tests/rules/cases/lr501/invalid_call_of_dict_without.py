# invalid: a call of dict() without an interval
# at: return [adam], [dict(scheduler=line)]
# says: once per epoch
import lightning as L
from torch.optim import Adam
from transformers import get_linear_schedule_with_warmup


class Net(L.LightningModule):
    def training_step(self, batch):
        return self(batch).mean()

    def configure_optimizers(self):
        adam = Adam(self.parameters(), lr=1e-4)
        line = get_linear_schedule_with_warmup(adam, 0, self.trainer.estimated_stepping_batches)
        return [adam], [dict(scheduler=line)]


# fixed:
# - return [adam], [dict(scheduler=line)]
# + return [adam], [dict(scheduler=line, interval="step")]
