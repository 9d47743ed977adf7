# valid: The whole data set is one batch.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, x, y, iterations):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=iterations, eta_min=1e-3)
    for iteration in range(iterations):
        model(x, y).backward()
        optimizer.step()
        scheduler.step()
