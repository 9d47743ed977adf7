# valid: It steps with every micro-batch, as it counts.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, epochs, k):
    optimizer = SGD(model.parameters(), lr=0.1)
    total = epochs * len(train_loader)
    scheduler = CosineAnnealingLR(optimizer, T_max=total, eta_min=1e-3)
    for epoch in range(epochs):
        for i, (x, y) in enumerate(train_loader):
            model(x, y).backward()
            if (i + 1) % k == 0:
                optimizer.step()
            scheduler.step()
