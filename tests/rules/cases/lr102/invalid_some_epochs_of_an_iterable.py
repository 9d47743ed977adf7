# invalid: Whatever `pairs` is, it is what an epoch goes through: four times its length is no epochs.
# at: warmth.step()
# says: counts batches, but step() runs once per epoch
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def fit(net, pairs):
    sgd = SGD(net.parameters(), lr=0.2)
    warmth = CosineAnnealingLR(sgd, T_max=4 * len(pairs), eta_min=2e-3)
    for _ in range(24):
        for left, right in pairs:
            net(left, right).backward()
            sgd.step()
        warmth.step()
# fixed:
# +         warmth.step()
# -     warmth.step()
