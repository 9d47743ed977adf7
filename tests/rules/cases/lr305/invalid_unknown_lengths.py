# invalid: Only their ratio is known.
# at: scheduler = PolynomialLR(optimizer, total_iters=epochs * len(train_loader))
# says: the last 50% of the steps run
from torch.optim import SGD
from torch.optim.lr_scheduler import PolynomialLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = PolynomialLR(optimizer, total_iters=epochs * len(train_loader))
    for epoch in range(2 * epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
