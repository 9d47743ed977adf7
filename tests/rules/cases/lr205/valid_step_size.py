# valid: The LR drops three times.
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(100):
        train_epoch(model, optimizer)
        scheduler.step()
