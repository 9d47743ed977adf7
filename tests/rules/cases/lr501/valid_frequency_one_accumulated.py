# valid: frequency=1 steps at each update, however many batches it takes
import lightning as L
import torch
from torch.utils.data import DataLoader, TensorDataset


class Net(L.LightningModule):
    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.97)
        config = {"scheduler": scheduler, "interval": "step", "frequency": 1}
        return [optimizer], [config]


loader = DataLoader(TensorDataset(torch.zeros(320, 3)), batch_size=8)
trainer = L.Trainer(max_epochs=20, accumulate_grad_batches=5)
trainer.fit(Net(), loader)
