# invalid: numpy draws the LR itself through a few points, for a list of one position
# at: scheduler = LambdaLR(sgd, lambda step: np.interp([step / 50], [0, 4, 12], [0, TOP, 0])[0])
# says: TOP=0.3
import numpy as np
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

TOP = 0.3


def learn(network, batches):
    sgd = SGD(network.parameters(), lr=TOP)
    scheduler = LambdaLR(sgd, lambda step: np.interp([step / 50], [0, 4, 12], [0, TOP, 0])[0])
    for _ in range(12):
        for image, label in batches:
            network(image, label).backward()
            sgd.step()
            scheduler.step()
