# valid: Each of the nested conditional expressions leaves something to the next.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def factor(epoch):
    return 0.05 if epoch >= 45 else 0.3 if epoch >= 15 else 1.0

def train(model):
    optimizer = SGD(model.parameters(), lr=0.2)
    scheduler = LambdaLR(optimizer, factor)
    for epoch in range(60):
        train_epoch(model, optimizer)
        scheduler.step()
