# invalid: A polynomial that is twice as long as the training.
# at: scheduler = PolynomialLR(optimizer, total_iters=200)
# says: total_iters 200
from torch.optim import SGD
from torch.optim.lr_scheduler import PolynomialLR

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = PolynomialLR(optimizer, total_iters=200)
    for epoch in range(100):
        train_epoch(model, optimizer)
        scheduler.step()
