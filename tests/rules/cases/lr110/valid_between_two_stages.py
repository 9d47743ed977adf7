# valid: Stepped once between two trainings.
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=1)
    for stage in range(2):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
