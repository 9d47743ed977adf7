# valid: A negated loss grows, and the mode is max.
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau

def train(model, train_loader, val_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer, mode="max")
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        val_loss = evaluate(model, val_loader)
        scheduler.step(-val_loss)
