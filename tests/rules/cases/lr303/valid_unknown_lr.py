# valid: The base LR is not known.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, lr):
    optimizer = SGD(model.parameters(), lr=lr)
    scheduler = CosineAnnealingLR(optimizer, T_max=60, eta_min=0.01)
    for epoch in range(60):
        train_epoch(model, optimizer)
        scheduler.step()
