# valid: Half a step more or less makes no difference to a cosine.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=400 * 391 / 32, eta_min=1e-3)
    for epoch in range(400):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
