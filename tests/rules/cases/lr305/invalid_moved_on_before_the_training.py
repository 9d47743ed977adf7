# invalid: A step before the loop moves the curve: one epoch fewer is counted, and the last is at 0.
# at: schedule = PolynomialLR(optimizer, total_iters=12)
# says: the last epoch runs with an LR of exactly 0
from torch.optim import SGD
from torch.optim.lr_scheduler import PolynomialLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.2)
    schedule = PolynomialLR(optimizer, total_iters=12)
    schedule.step()
    for lap in range(12):
        for batch in train_loader:
            model(batch).backward()
            optimizer.step()
        schedule.step()
