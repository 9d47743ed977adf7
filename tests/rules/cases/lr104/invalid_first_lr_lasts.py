# invalid: the first LR lasts for 29 epochs and is not skipped
# at: plan.step()
# says: optimizer.step(): the schedule comes one epoch early
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR


def train(net, batches):
    descent = SGD(net.parameters(), lr=0.05)
    plan = MultiStepLR(descent, milestones=[30, 60])
    for epoch in range(90):
        plan.step()
        for x, y in batches:
            net(x, y).backward()
            descent.step()
# fixed:
# -         plan.step()
#           for x, y in batches:
#               net(x, y).backward()
#               descent.step()
# +         plan.step()
