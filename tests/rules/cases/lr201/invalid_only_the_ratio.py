# invalid: Fewer steps, and nothing is known but the ratio.
# at: scheduler = CosineAnnealingLR(optimizer, total_steps, eta_min=0.02)
# says: 50% of T_max
# says: ends at 0.06
# says: never reaches eta_min
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    total_steps = 2 * epochs * len(train_loader)
    scheduler = CosineAnnealingLR(optimizer, total_steps, eta_min=0.02)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
# fixed:
# - scheduler = CosineAnnealingLR(optimizer, total_steps, eta_min=0.02)
# + scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader), eta_min=0.02)
