# invalid: The function of a LambdaLR warms up for longer than the training.
# at: scheduler = LambdaLR(optimizer, lambda epoch: min(1.0, (epoch + 1) / 60))
# says: the warm-up takes 59 epochs, but there are only 20: the LR rises to the end
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.3)
    scheduler = LambdaLR(optimizer, lambda epoch: min(1.0, (epoch + 1) / 60))
    for epoch in range(20):
        for x in loader:
            model(x).backward()
            optimizer.step()
        scheduler.step()
