# invalid: The cosine of a LambdaLR.
# at: scheduler = LambdaLR(optimizer, lambda t: 0.5 * (1 + math.cos(math.pi * t / 50)))
# says: the cosine of lr_lambda is 50 steps long
# says: 100 times
# says: climbs back
import math
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, lambda t: 0.5 * (1 + math.cos(math.pi * t / 50)))
    for epoch in range(100):
        train_epoch(model, optimizer)
        scheduler.step()
