# valid: The LR in use decides, which the schedule itself has set.
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

optimizer = SGD(net.parameters(), lr=0.1)
scheduler = StepLR(optimizer, step_size=20, gamma=0.5)
for epoch in range(350):
    for x in loader:
        net(x).backward()
        optimizer.step()
    if optimizer.param_groups[0]["lr"] > 1e-5:
        scheduler.step()
