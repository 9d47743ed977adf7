# invalid: One part of a ChainedScheduler erases what the other does.
# at: first = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
# says: LambdaLR
# says: erases what StepLR
from torch.optim import SGD
from torch.optim.lr_scheduler import ChainedScheduler, LambdaLR, StepLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    first = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    both = ChainedScheduler([StepLR(optimizer, step_size=30), first])
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        both.step()
