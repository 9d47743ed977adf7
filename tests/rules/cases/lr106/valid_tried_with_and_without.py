# valid: One way is tried, and the other where it fails.
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(epochs):
        for x, y in train_loader:
            loss = model(x, y)
            loss.backward()
            optimizer.step()
        try:
            scheduler.step(metrics=loss.item())
        except TypeError:
            scheduler.step()
