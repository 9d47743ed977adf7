# invalid: A constant factor that is never taken back.
# at: scheduler = ConstantLR(optimizer, factor=0.1, total_iters=50)
# says: ends at 10% of the base LR
from torch.optim import SGD
from torch.optim.lr_scheduler import ConstantLR

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ConstantLR(optimizer, factor=0.1, total_iters=50)
    for epoch in range(10):
        train_epoch(model, optimizer)
        scheduler.step()
