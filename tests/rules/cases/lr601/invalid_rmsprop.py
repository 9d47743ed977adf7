# invalid: RMSprop adapts its step size too.
# at: scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-5)
# says: RMSprop
from torch.optim import RMSprop
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, epochs):
    optimizer = RMSprop(model.parameters(), lr=1e-3)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-5)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
