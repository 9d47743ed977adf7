# invalid: Down to a hundredth.
# at: scheduler = StepLR(optimizer, step_size=30, gamma=0.01)
# says: gamma is 0.01
# says: 1/100
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, gamma, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30, gamma=0.01)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
