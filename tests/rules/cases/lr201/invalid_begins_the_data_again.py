# invalid: where the batches are over, the loop gets new ones and begins again, uncounted
# at: cosine = CosineAnnealingLR(adam, T_max=2000, eta_min=1e-6)
# says: 5000
from torch.optim import Adam
from torch.optim.lr_scheduler import CosineAnnealingLR


def learn(network, batches, limit=5000):
    adam = Adam(network.parameters(), lr=1e-3)
    cosine = CosineAnnealingLR(adam, T_max=2000, eta_min=1e-6)
    source, done = iter(batches), 0
    while done < limit:
        try:
            image, label = next(source)
        except StopIteration:
            source = iter(batches)
            continue
        adam.zero_grad()
        network(image, label).backward()
        adam.step()
        cosine.step()
        done += 1
# fixed:
# -     cosine = CosineAnnealingLR(adam, T_max=2000, eta_min=1e-6)
# +     cosine = CosineAnnealingLR(adam, T_max=limit, eta_min=1e-6)
