# valid: The LR is set before the scheduler is built.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, epochs, lr):
    optimizer = SGD(model.parameters(), lr=1e-6)
    for group in optimizer.param_groups:
        group["lr"] = lr
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
