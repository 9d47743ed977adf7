# valid: The parts of a ChainedScheduler compose, too.
from torch.optim import SGD
from torch.optim.lr_scheduler import ChainedScheduler, ConstantLR, ExponentialLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    parts = [ConstantLR(optimizer, 0.1, total_iters=5), ExponentialLR(optimizer, 0.9)]
    scheduler = ChainedScheduler(parts)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
