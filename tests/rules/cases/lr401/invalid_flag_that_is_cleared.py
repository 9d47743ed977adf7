# invalid: A flag says that the new optimizer has not come yet.
# at: scheduler = StepLR(optimizer, step_size=10)
# says: stays at 0.002
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.head.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=10)
    head_only = True
    for epoch in range(epochs):
        if head_only and epoch > 7:
            head_only = False
            optimizer = SGD(model.parameters(), lr=0.002)
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
