# invalid: How many micro-batches make an update is not known.
# at: scheduler.step()
# says: every accumulate micro-batches
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, epochs, accumulate):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs * len(train_loader) // accumulate, eta_min=1e-3)
    for epoch in range(epochs):
        for i, (x, y) in enumerate(train_loader):
            model(x, y).backward()
            if (i + 1) % accumulate == 0:
                optimizer.step()
                optimizer.zero_grad()
            scheduler.step()
# fixed:
# +     scheduler.step()
#       optimizer.zero_grad()
# - scheduler.step()
