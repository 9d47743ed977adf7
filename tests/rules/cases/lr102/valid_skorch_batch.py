# valid: the callback of skorch is told to step in each batch
import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import LRScheduler

features, labels = torch.randn(256, 5), torch.zeros(256)
once = torch.optim.lr_scheduler.OneCycleLR
net = NeuralNetClassifier(
    torch.nn.Linear(5, 2),
    train_split=None,
    max_epochs=20,
    batch_size=16,
    callbacks=[LRScheduler(once, step_every="batch", max_lr=0.3, total_steps=320)],
)
net.fit(features, labels)
