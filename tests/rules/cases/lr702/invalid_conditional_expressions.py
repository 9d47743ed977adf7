# invalid: One conditional expression in the other asks for the wider range first.
# at: return 0.3 if epoch >= 15 else 0.05 if epoch >= 45 else 1.0
# says: epoch >= 45
# says: epoch >= 15
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def factor(epoch):
    return 0.3 if epoch >= 15 else 0.05 if epoch >= 45 else 1.0

def train(model):
    optimizer = SGD(model.parameters(), lr=0.2)
    scheduler = LambdaLR(optimizer, factor)
    for epoch in range(60):
        train_epoch(model, optimizer)
        scheduler.step()
