# valid: A batch is left out altogether.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader), 1e-3)
    for epoch in range(epochs):
        for x, y in train_loader:
            loss = model(x, y)
            if loss.item() < 100:
                loss.backward()
                optimizer.step()
                scheduler.step()
