# invalid: An integer is required, and `/` never gives one.
# at: scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=total)
# says: is a float
# says: ValueError
from torch.optim import SGD
from torch.optim.lr_scheduler import OneCycleLR

def train(model, dataset, train_loader, epochs, batch_size):
    optimizer = SGD(model.parameters(), lr=0.1)
    total = epochs * len(dataset) / batch_size
    scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=total)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
