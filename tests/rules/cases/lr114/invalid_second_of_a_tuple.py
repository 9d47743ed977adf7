# invalid: Neither name tells; the second value that the function returns does.
# at: plateau.step(second)
# says: top1.avg grows
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau


def judge(net):
    top1, costs = answers(net)
    return costs.avg, top1.avg


optimizer = SGD(model.parameters(), lr=0.1)
plateau = ReduceLROnPlateau(optimizer, patience=3)
for _ in range(30):
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
    first, second = judge(model)
    plateau.step(second)
# fixed:
# - plateau = ReduceLROnPlateau(optimizer, patience=3)
# + plateau = ReduceLROnPlateau(optimizer, patience=3, mode="max")
