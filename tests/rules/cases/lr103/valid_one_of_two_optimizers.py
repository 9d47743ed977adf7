# valid: Stepped for one of two optimizers, on purpose.
from torch.optim import AdamW, SGD
from torch.optim.lr_scheduler import StepLR

def train(model, train_loader, epochs, name):
    if name == "sgd":
        optimizer = SGD(model.parameters(), lr=0.1)
    else:
        optimizer = AdamW(model.parameters(), lr=0.001)
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        if name == "sgd":
            scheduler.step()
