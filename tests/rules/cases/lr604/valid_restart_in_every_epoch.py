# valid: step(epoch + i / n): a restart in every epoch.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=1, eta_min=1e-4)
    for epoch in range(epochs):
        for i, (x, y) in enumerate(train_loader):
            model(x, y).backward()
            optimizer.step()
            scheduler.step(epoch + i / len(train_loader))
