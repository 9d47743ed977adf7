# valid: The later drop is asked for first.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def factor(epoch):
    if epoch > 90:
        return 0.01
    elif epoch > 60:
        return 0.1
    return 1.0

optimizer = SGD(model.parameters(), lr=0.1)
scheduler = LambdaLR(optimizer, factor)
for epoch in range(120):
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
    scheduler.step()
