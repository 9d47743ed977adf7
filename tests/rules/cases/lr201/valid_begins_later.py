# valid: The schedule goes on where it was, and the training is its rest.
from argparse import ArgumentParser

from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

parser = ArgumentParser()
parser.add_argument("--from-epoch", type=int, default=12)
options = parser.parse_args()
optimizer = SGD([{"params": model.parameters(), "initial_lr": 0.1}], lr=0.1)
scheduler = CosineAnnealingLR(optimizer, 80, eta_min=0.001, last_epoch=options.from_epoch - 1)
for epoch in range(options.from_epoch, 80):
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
    scheduler.step()
