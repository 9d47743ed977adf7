# invalid: The batches of an epoch are trained on where their losses are added up.
# at: self.decay.step()
# says: the last milestone 70 suits 90 epochs
# says: per batch
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR
from torch.utils.data import DataLoader

from mine import data, net


class Training:
    def __init__(self):
        self.loader = DataLoader(data, batch_size=16, shuffle=True)
        self.optimizer = SGD(net.parameters(), lr=0.02)
        self.decay = MultiStepLR(self.optimizer, milestones=[40, 70])

    def batch(self, sample):
        self.optimizer.zero_grad()
        loss = net.loss(sample)
        loss.backward()
        self.optimizer.step()
        self.decay.step()
        return loss.item()

    def run(self):
        for epoch in range(90):
            print(epoch, sum(self.batch(sample) for sample in self.loader))


Training().run()
