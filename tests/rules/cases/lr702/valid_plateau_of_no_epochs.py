# valid: The plateau after the warm-up has a length, which is 0 here.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def factor(epoch, ramp=3, stay=0):
    if epoch < ramp:
        return (epoch + 1) / (ramp + 1)
    elif epoch < ramp + stay:
        return 1.0
    return 0.9 ** (epoch - ramp - stay)

optimizer = SGD(model.parameters(), lr=0.1)
scheduler = LambdaLR(optimizer, lambda epoch: factor(epoch))
for epoch in range(120):
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
    scheduler.step()
