# valid: The warm-up of the first epoch.
from torch.optim.lr_scheduler import LinearLR

def train_one_epoch(model, optimizer, train_loader, epoch):
    scheduler = None
    if epoch == 0:
        scheduler = LinearLR(optimizer, 0.001, total_iters=len(train_loader) - 1)
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()

def train(model, optimizer, train_loader, epochs):
    for epoch in range(epochs):
        train_one_epoch(model, optimizer, train_loader, epoch)
