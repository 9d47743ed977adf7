# invalid: The half cycle takes three passes over the data, but only one step is made per pass.
# at: wave.step()
# says: step_size_up is 3 * len(fold) batches, but step() runs once per epoch: the LR hardly moves
from torch.optim import SGD
from torch.optim.lr_scheduler import CyclicLR

def fit(net, fold):
    sgd = SGD(net.parameters(), lr=0.2, momentum=0.9)
    wave = CyclicLR(sgd, 1e-3, 1e-2, step_size_up=3 * len(fold))
    for _ in range(24):
        for left, right in fold:
            net(left, right).backward()
            sgd.step()
        wave.step()
# fixed:
# +         wave.step()
# -     wave.step()
