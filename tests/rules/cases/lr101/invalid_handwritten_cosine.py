# invalid: The cosine of a LambdaLR is as long as the training has epochs.
# at: scheduler.step()
# says: the cosine of lr_lambda is 90 epochs long, but step() runs per batch
import math
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, lambda e: 0.5 * (1 + math.cos(math.pi * e / 90)))
    for epoch in range(90):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
# fixed:
# -     scheduler.step()
# + scheduler.step()
