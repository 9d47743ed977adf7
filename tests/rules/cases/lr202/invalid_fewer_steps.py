# invalid: Fewer steps: the last part of the cycle never runs.
# at: total_steps=2 * epochs * len(train_loader),
# says: 50% of the cycle
# says: ends at 0.00812 instead of 4e-08
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

def train(model, train_loader, epochs):
    optimizer = AdamW(model.parameters())
    scheduler = OneCycleLR(
        optimizer,
        max_lr=0.01,
        total_steps=2 * epochs * len(train_loader),
    )
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
# fixed:
# - total_steps=2 * epochs * len(train_loader),
# + total_steps=epochs * len(train_loader),
