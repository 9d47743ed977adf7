# valid: Two trainings, one after the other.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR, StepLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    warmup = LambdaLR(optimizer, lambda epoch: (epoch + 1) / 5)
    for epoch in range(5):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        warmup.step()
    scheduler = StepLR(optimizer, 30)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
