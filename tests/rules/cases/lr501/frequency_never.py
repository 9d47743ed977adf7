# invalid: no epoch has a hundredth batch
# at: config = {"scheduler": scheduler, "interval": "step", "frequency": 100}
# says: frequency=100
# says: never steps
import lightning as L
import torch
from torch.utils.data import DataLoader, TensorDataset


class Net(L.LightningModule):
    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.97)
        config = {"scheduler": scheduler, "interval": "step", "frequency": 100}
        return [optimizer], [config]


loader = DataLoader(TensorDataset(torch.zeros(320, 3)), batch_size=8)
trainer = L.Trainer(max_epochs=20)
trainer.fit(Net(), loader)
