# invalid: The mean of accuracies.
# at: scheduler.step(np.mean(accs))
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau

def train(model, train_loader, val_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        accs = evaluate(model, val_loader)
        scheduler.step(np.mean(accs))
# fixed:
# - scheduler = ReduceLROnPlateau(optimizer)
# + scheduler = ReduceLROnPlateau(optimizer, mode="max")
