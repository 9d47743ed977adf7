# valid: After a resume it has been stepped to where it was.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, epochs, start_epoch):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-3)
    for _ in range(start_epoch):
        scheduler.step()
    for epoch in range(start_epoch, epochs):
        train_epoch(model, optimizer)
        scheduler.step()
