# valid: Milestones of batches, and nothing says how many batches there are.
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = MultiStepLR(optimizer, milestones=[20000, 30000])
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
