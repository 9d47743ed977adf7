# invalid: milestones from a comprehension over a number of drops that the script names
# at: drops = MultiStepLR(sgd, [ROUNDS * i / DROPS for i in range(1, DROPS)], gamma=0.2)
# says: milestones 12.5, 37.5
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR

ROUNDS, DROPS = 50, 4


def learn(network, batches):
    sgd = SGD(network.parameters(), lr=0.3)
    drops = MultiStepLR(sgd, [ROUNDS * i / DROPS for i in range(1, DROPS)], gamma=0.2)
    for _ in range(ROUNDS):
        for image, label in batches:
            network(image, label).backward()
            sgd.step()
        drops.step()
