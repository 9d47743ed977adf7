# invalid: a length in epochs, stepped in each batch by skorch
# row: 11
# says: T_max=20 epochs, but step() runs per batch
import torch
from skorch import NeuralNetRegressor
from skorch.callbacks import LRScheduler

EPOCHS = 20
features, labels = torch.randn(256, 5), torch.randn(256, 1)
anneal = torch.optim.lr_scheduler.CosineAnnealingLR
net = NeuralNetRegressor(
    torch.nn.Linear(5, 1),
    max_epochs=EPOCHS,
    callbacks=[("lr", LRScheduler(anneal, step_every="batch", T_max=EPOCHS, eta_min=1e-4))],
)
net.fit(features, labels)
