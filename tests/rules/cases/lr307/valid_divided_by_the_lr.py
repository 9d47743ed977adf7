# valid: The LR is divided out.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

LR = 0.01
LOWEST = LR / 100

def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=LR)
    scheduler = LambdaLR(optimizer, lambda epoch: (LOWEST + (LR - LOWEST) * 0.95**epoch) / LR)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
