# valid: A curve that is plotted, not a training.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def plot(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=20, eta_min=1e-3)
    lrs = []
    for epoch in range(100):
        optimizer.step()
        lrs.append(scheduler.get_last_lr()[0])
        scheduler.step()
    return lrs
