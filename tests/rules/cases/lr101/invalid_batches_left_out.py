# invalid: A batch in which nothing is labelled is left out, which leaves the number of steps in sight.
# at: scheduler.step()
# says: total_iters
from torch.optim import SGD
from torch.optim.lr_scheduler import PolynomialLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = PolynomialLR(optimizer, total_iters=epochs, power=0.9)
    for epoch in range(epochs):
        for points, labels in train_loader:
            loss = model(points, labels)
            if (labels >= 0).sum() == 0 or loss.item() > 1e3:
                print("left out")
                continue
            loss.backward()
            optimizer.step()
            scheduler.step()
