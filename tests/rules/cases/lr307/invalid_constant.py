# invalid: A constant of the script is both.
# at: scheduler = LambdaLR(optimizer, lambda epoch: LR * 0.95**epoch)
# says: LR=0.01
# says: 0.0001
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

LR = 0.01
LOWEST = LR / 100

def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=LR)
    scheduler = LambdaLR(optimizer, lambda epoch: LR * 0.95**epoch)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
