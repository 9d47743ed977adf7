# invalid: The function that trains an epoch also evaluates two data sets.
# at: scheduler.step()
# says: more than twice per epoch
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

optimizer = SGD(net.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, 100, eta_min=1e-3)


def one_pass(loader, learn):
    scheduler.step()
    for x in loader:
        loss = net(x)
        if learn:
            loss.backward()
            optimizer.step()


for epoch in range(100):
    one_pass(train_loader, True)
    one_pass(val_loader, False)
    one_pass(test_loader, False)
