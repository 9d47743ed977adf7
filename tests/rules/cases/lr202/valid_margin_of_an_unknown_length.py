# valid: A hundred steps to spare, in a training whose length is not known.
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

def train(model, loader, updates):
    optimizer = AdamW(model.parameters(), lr=1e-3)
    scheduler = OneCycleLR(optimizer, 1e-3, updates + 100)
    for update in range(updates):
        model(next(loader)).backward()
        optimizer.step()
        scheduler.step()
