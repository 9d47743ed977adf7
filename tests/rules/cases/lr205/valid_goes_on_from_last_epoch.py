# valid: The schedule goes on from its tenth step, so that it gets to 18 in the ninth epoch.
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR

FIRST = 10

def go_on(model, loader):
    optimizer = SGD([{"params": model.parameters(), "initial_lr": 0.2}], lr=0.2)
    scheduler = MultiStepLR(optimizer, milestones=[14, 18], last_epoch=FIRST - 1)
    for epoch in range(FIRST, 20):
        for x, y in loader:
            optimizer.zero_grad()
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
