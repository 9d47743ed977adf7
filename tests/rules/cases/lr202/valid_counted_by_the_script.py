# valid: The script does not step past the end.
from torch.optim import SGD
from torch.optim.lr_scheduler import OneCycleLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)
    step = 0
    for epoch in range(10):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            step += 1
            if step < 1000:
                scheduler.step()
