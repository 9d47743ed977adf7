# valid: gamma is not known.
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, gamma, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30, gamma=gamma)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
