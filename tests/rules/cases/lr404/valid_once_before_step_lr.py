# valid: StepLR goes on from there.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau, StepLR

def set_lr(optimizer, lr):
    for group in optimizer.param_groups:
        group["lr"] = lr

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    set_lr(optimizer, 0.05)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
