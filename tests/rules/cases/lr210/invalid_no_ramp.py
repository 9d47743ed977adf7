# invalid: The start and end factor are the same.
# at: scheduler = LinearLR(optimizer, 1.0, 1.0, total_iters=5)
# says: no ramp
from torch.optim import SGD
from torch.optim.lr_scheduler import LinearLR

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LinearLR(optimizer, 1.0, 1.0, total_iters=5)
    for epoch in range(10):
        train_epoch(model, optimizer)
        scheduler.step()
