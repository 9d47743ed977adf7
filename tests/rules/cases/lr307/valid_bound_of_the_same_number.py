# valid: A bound that equals the LR by chance.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

LR = 0.01
LOWEST = LR / 100

def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=LR)
    scheduler = LambdaLR(optimizer, lambda epoch: max(0.01, 1 - epoch / 90))
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
