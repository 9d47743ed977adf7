# valid: It is not stepped in the same training.
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def plot(steps):
    optimizer = SGD([parameter], lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    for _ in range(steps):
        scheduler.step()

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    plot(epochs)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
