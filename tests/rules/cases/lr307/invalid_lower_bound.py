# invalid: A lower bound on the LR.
# at: scheduler = LambdaLR(optimizer, lambda epoch: max(LOWEST, LR * 0.95**epoch))
# says: 0.0001
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

LR = 0.01
LOWEST = LR / 100

def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=LR)
    scheduler = LambdaLR(optimizer, lambda epoch: max(LOWEST, LR * 0.95**epoch))
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
