# valid: A constant factor for three of ten epochs.
from torch.optim import SGD
from torch.optim.lr_scheduler import ConstantLR

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ConstantLR(optimizer, factor=0.1, total_iters=3)
    for epoch in range(10):
        train_epoch(model, optimizer)
        scheduler.step()
