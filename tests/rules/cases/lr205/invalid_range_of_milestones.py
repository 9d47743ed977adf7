# invalid: a range is the list of milestones
# at: drops = MultiStepLR(sgd, milestones=range(EVERY, 61, EVERY), gamma=0.5)
# says: 60
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR

EVERY = 12


def learn(network, batches):
    sgd = SGD(network.parameters(), lr=0.3)
    drops = MultiStepLR(sgd, milestones=range(EVERY, 61, EVERY), gamma=0.5)
    for _ in range(40):
        for image, label in batches:
            network(image, label).backward()
            sgd.step()
        drops.step()
