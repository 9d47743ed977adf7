# invalid: A state dict holds copies of the param groups.
# at: group["lr"] = rate
# says: copies of the param groups
from torch.optim import SGD

def decay(optimizer, epoch):
    rate = 0.1 * 0.2 ** (epoch // 20)
    for group in optimizer.state_dict()["param_groups"]:
        group["lr"] = rate

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(60):
        decay(optimizer, epoch)
        for batch in train_loader:
            model(batch).backward()
            optimizer.step()
