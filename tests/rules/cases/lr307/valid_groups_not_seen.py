# valid: The param groups may have other LRs.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def train(model, lr, epochs):
    optimizer = SGD(model.get_parameter_groups(), lr=lr)
    scheduler = LambdaLR(optimizer, lambda x: lr * (1.0 + 0.001 * float(x)) ** (-0.75))
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
