# valid: The other ranks train nothing.
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, train_loader, epochs, rank):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    if rank == 0:
        for epoch in range(epochs):
            for x, y in train_loader:
                model(x, y).backward()
                optimizer.step()
            scheduler.step()
