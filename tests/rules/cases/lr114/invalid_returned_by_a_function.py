# invalid: Neither name tells; what the function returns does.
# at: plateau.step(quality)
# says: matthews_mcc(seen, told) grows
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau


def judge(net):
    seen, told = answers(net)
    result = matthews_mcc(seen, told)
    return result


optimizer = SGD(model.parameters(), lr=0.1)
plateau = ReduceLROnPlateau(optimizer, patience=3)
for _ in range(30):
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
    quality = judge(model)
    plateau.step(quality)
# fixed:
# - plateau = ReduceLROnPlateau(optimizer, patience=3)
# + plateau = ReduceLROnPlateau(optimizer, patience=3, mode="max")
