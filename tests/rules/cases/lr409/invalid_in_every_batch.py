# invalid: In every batch.
# at: scheduler = OneCycleLR(optimizer, 0.1, total_steps=1000)
# says: in every batch
# says: first 1 of 1000 steps
from torch.optim import SGD
from torch.optim.lr_scheduler import OneCycleLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(epochs):
        for x, y in train_loader:
            scheduler = OneCycleLR(optimizer, 0.1, total_steps=1000)
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
