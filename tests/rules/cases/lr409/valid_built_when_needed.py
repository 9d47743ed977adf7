# valid: It is built when it is first needed.
from torch.optim.lr_scheduler import StepLR

def train(model, optimizer, train_loader, epochs):
    scheduler = None
    for epoch in range(epochs):
        if scheduler is None:
            scheduler = StepLR(optimizer, step_size=30)
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
