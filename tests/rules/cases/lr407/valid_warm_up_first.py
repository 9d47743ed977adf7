# valid: The one steps in the first epochs, the other after them.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR, StepLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    warmup = LambdaLR(optimizer, lambda epoch: (epoch + 1) / 5)
    scheduler = StepLR(optimizer, 30)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        if epoch < 5:
            warmup.step()
        else:
            scheduler.step()
