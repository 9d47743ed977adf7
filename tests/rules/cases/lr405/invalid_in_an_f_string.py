# invalid: The call is in an f-string.
# at: print(f"lr {scheduler.get_lr()[0]}")
# says: the next value
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
        print(f"lr {scheduler.get_lr()[0]}")
# fixed:
# - print(f"lr {scheduler.get_lr()[0]}")
# + print(f"lr {scheduler.get_last_lr()[0]}")
