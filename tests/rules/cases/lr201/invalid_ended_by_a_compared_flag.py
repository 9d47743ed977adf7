# invalid: an attribute that is set to a comparison in each update ends both loops
# at: cosine = CosineAnnealingLR(self.adam, T_max=2000, eta_min=1e-6)
# says: 5000
from torch.optim import Adam
from torch.optim.lr_scheduler import CosineAnnealingLR


class Learner:
    def __init__(self, network, batches, limit=5000):
        self.network, self.batches, self.limit = network, batches, limit
        self.adam = Adam(network.parameters(), lr=1e-3)
        cosine = CosineAnnealingLR(self.adam, T_max=2000, eta_min=1e-6)
        self.cosine, self.updates, self.over = cosine, 0, False

    def learn_from(self, image, label):
        self.adam.zero_grad()
        self.network(image, label).backward()
        self.adam.step()
        self.cosine.step()
        self.updates += 1
        self.over = self.updates >= self.limit

    def learn(self):
        while not self.over:
            for image, label in self.batches:
                self.learn_from(image, label)
                if self.over:
                    break


def main(network, batches):
    Learner(network, batches).learn()
# fixed:
# -         cosine = CosineAnnealingLR(self.adam, T_max=2000, eta_min=1e-6)
# +         cosine = CosineAnnealingLR(self.adam, T_max=limit, eta_min=1e-6)
