# invalid: the callback of skorch steps per epoch unless it is told otherwise
# row: 12
# says: total_steps=320 batches
# says: once per epoch
import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import EpochScoring, LRScheduler

features, labels = torch.randn(256, 5), torch.zeros(256)
net = NeuralNetClassifier(
    torch.nn.Linear(5, 2),
    train_split=None,
    max_epochs=20,
    batch_size=16,
    callbacks=[
        LRScheduler(torch.optim.lr_scheduler.OneCycleLR, max_lr=0.3, total_steps=320),
        ("auc", EpochScoring("roc_auc")),
    ],
)
net.fit(features, labels)
