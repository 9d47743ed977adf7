# invalid: settings in a call of dict(), of a schedule of transformers: one finding, and its fix
# at: return [adam], [dict(scheduler=line, interval="step")]
# says: counts epochs
import lightning as L
from torch.optim import Adam
from transformers import get_linear_schedule_with_warmup


class Net(L.LightningModule):
    def training_step(self, batch):
        return self(batch).mean()

    def configure_optimizers(self):
        adam = Adam(self.parameters(), lr=1e-4)
        line = get_linear_schedule_with_warmup(adam, 0, self.trainer.max_epochs)
        return [adam], [dict(scheduler=line, interval="step")]


# fixed:
# - return [adam], [dict(scheduler=line, interval="step")]
# + return [adam], [dict(scheduler=line, interval="epoch")]
