# invalid: The optimizer steps in each batch, so that the batches between validations are no micro-batches.
# at: optimizer, T_max=rounds * len(train_loader), eta_min=1e-4
# says: counts batches
# says: every 12
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, rounds):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(
        optimizer, T_max=rounds * len(train_loader), eta_min=1e-4
    )
    for _ in range(rounds):
        for number, (x, y) in enumerate(train_loader, 1):
            model(x, y).backward()
            optimizer.step()
            optimizer.zero_grad()
            if number % 12 == 0:
                validate(model)
                scheduler.step()
# fixed:
# - optimizer, T_max=rounds * len(train_loader), eta_min=1e-4
# + optimizer, T_max=rounds * (len(train_loader) // 12), eta_min=1e-4
