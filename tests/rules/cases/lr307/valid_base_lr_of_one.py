# valid: The base LR is 1.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

LR = 1.0
LOWEST = LR / 100

def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=LR)
    scheduler = LambdaLR(optimizer, lambda epoch: LR * 0.95**epoch)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
