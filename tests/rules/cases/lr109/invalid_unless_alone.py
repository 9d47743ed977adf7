# invalid: a function of the script says which process is the first, and that a single one is
# at: decay.step()
import torch.distributed as dist
from torch.optim import SGD
from torch.optim.lr_scheduler import ExponentialLR


def is_first():
    if not dist.is_available() or not dist.is_initialized():
        return True
    return dist.get_rank() == 0


def learn(network, batches, rounds):
    sgd = SGD(network.parameters(), lr=0.2)
    decay = ExponentialLR(sgd, gamma=0.97)
    for number in range(rounds):
        for image, label in batches:
            network(image, label).backward()
            sgd.step()
        if is_first():
            print(number, decay.get_last_lr())
            decay.step()
