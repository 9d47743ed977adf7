# invalid: the lambda starts at 1, which no step uses
# at: decay.step()
# says: the first LR is skipped
import numpy as np
import torch


def cosine(done, total, high, low):
    return low + (high - low) * 0.5 * (1 + np.cos(done / total * np.pi))


def train(model, batches, epochs):
    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    decay = torch.optim.lr_scheduler.LambdaLR(
        sgd, lr_lambda=lambda done: cosine(done, epochs * len(batches), 1, 1e-5)
    )
    for _ in range(epochs):
        for batch in batches:
            decay.step()
            sgd.zero_grad()
            model(batch).sum().backward()
            sgd.step()
# fixed:
# -             decay.step()
#               sgd.zero_grad()
#               model(batch).sum().backward()
#               sgd.step()
# +             decay.step()
