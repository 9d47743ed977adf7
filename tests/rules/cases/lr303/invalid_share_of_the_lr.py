# invalid: A fifth of an LR that is not known.
# at: scheduler = CosineAnnealingLR(optimizer, T_max=60, eta_min=lr / 5)
# says: 20 % of the base LR
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, lr):
    optimizer = SGD(model.parameters(), lr=lr)
    scheduler = CosineAnnealingLR(optimizer, T_max=60, eta_min=lr / 5)
    for epoch in range(60):
        train_epoch(model, optimizer)
        scheduler.step()
