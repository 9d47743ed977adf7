# valid: The scheduler steps with the optimizer.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs * (len(train_loader) // 4), eta_min=1e-3)
    for epoch in range(epochs):
        for i, (x, y) in enumerate(train_loader):
            model(x, y).backward()
            if (i + 1) % 4 == 0:
                optimizer.step()
                scheduler.step()
                optimizer.zero_grad()
