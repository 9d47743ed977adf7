# invalid: The counter is set by hand; the LR of the checkpoint is gone until the first step.
# at: scheduler = LambdaLR(optimizer, lambda epoch: 0.9**epoch)
# says: setting last_epoch does not bring it back
import torch
from torch.optim.lr_scheduler import LambdaLR

def train(model, train_loader, weights, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    first = 0
    if weights is not None:
        saved = torch.load(weights)
        optimizer.load_state_dict(saved["optimizer"])
        first = saved["epoch"] + 1
    scheduler = LambdaLR(optimizer, lambda epoch: 0.9**epoch)
    scheduler.last_epoch = first - 1
    for epoch in range(first, epochs):
        for batch in train_loader:
            model(batch).backward()
            optimizer.step()
        scheduler.step()
