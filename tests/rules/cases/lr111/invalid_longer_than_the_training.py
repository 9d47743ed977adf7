# invalid: Half a cycle is five times as long as the training.
# at: scheduler.step()
# says: step_size_up is 500
from torch.optim import SGD
from torch.optim.lr_scheduler import CyclicLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = CyclicLR(optimizer, base_lr=1e-4, max_lr=0.1, step_size_up=500)
    for epoch in range(100):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
# fixed:
# - scheduler.step()
# +     scheduler.step()
