# invalid: the recipe of the time when max_steps was None
# at: scheduler = get_linear_schedule_with_warmup(optimizer, 10, self.total())
# says: trainer.max_steps, which is -1
import lightning as L
import torch
from torch.utils.data import DataLoader, TensorDataset
from transformers import get_linear_schedule_with_warmup


class Net(L.LightningModule):
    def total(self):
        if self.trainer.max_steps:
            return self.trainer.max_steps
        return self.trainer.num_training_batches * self.trainer.max_epochs

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=1e-4)
        scheduler = get_linear_schedule_with_warmup(optimizer, 10, self.total())
        return [optimizer], [{"scheduler": scheduler, "interval": "step"}]


loader = DataLoader(TensorDataset(torch.zeros(320, 3)), batch_size=8)
L.Trainer(max_epochs=4).fit(Net(), loader)
