# valid: A line with a floor, after a branch of its own, does not become negative.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def falling(step):
    if step < 10:
        return (step + 1) / 10
    return 1 - (step - 10) / 90

def train(model, batch):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, lambda step: max(0.05, falling(step)))
    for step in range(200):
        model(batch).backward()
        optimizer.step()
        scheduler.step()
