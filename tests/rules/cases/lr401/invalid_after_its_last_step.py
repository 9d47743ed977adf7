# invalid: The optimizer is replaced after its last step.
# at: scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
# says: stepped no more
# says: stays at 0.01
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.head.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
        if epoch == 10:
            optimizer = SGD(model.parameters(), lr=0.01)
