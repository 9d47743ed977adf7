# valid: The number of epochs is not known.
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR

def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = MultiStepLR(optimizer, [30, 60])
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
