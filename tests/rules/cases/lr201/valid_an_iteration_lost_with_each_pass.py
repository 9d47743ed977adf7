# valid: a `for` loop that begins again where the batches are over has fewer updates than passes
from torch.optim import Adam
from torch.optim.lr_scheduler import CosineAnnealingLR


def learn(network, batches):
    adam = Adam(network.parameters(), lr=1e-3)
    cosine = CosineAnnealingLR(adam, T_max=4000, eta_min=1e-6)
    source = iter(batches)
    for _ in range(5000):
        try:
            image, label = next(source)
        except StopIteration:
            source = iter(batches)
            continue
        adam.zero_grad()
        network(image, label).backward()
        adam.step()
        cosine.step()
