# invalid: The only milestone is the very last step.
# at: scheduler = MultiStepLR(optimizer, [100])
# says: milestone 100
# says: stays at 0.1
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = MultiStepLR(optimizer, [100])
    for epoch in range(100):
        train_epoch(model, optimizer)
        scheduler.step()
