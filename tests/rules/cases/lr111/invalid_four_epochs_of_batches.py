# invalid: The cycle is four epochs' batches long.
# at: scheduler.step()
# says: step_size_up is 4 * len(train_loader)
from torch.optim import SGD
from torch.optim.lr_scheduler import CyclicLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = CyclicLR(optimizer, base_lr=1e-4, max_lr=0.1, step_size_up=4 * len(train_loader))
    for epoch in range(100):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
# fixed:
# - scheduler.step()
# +     scheduler.step()
