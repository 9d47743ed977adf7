# invalid: The loop over the first two groups names one of them.
# at: optimizer.param_groups[0]["lr"] = lr
# says: nothing writes it into param group 1
from torch.optim import SGD

def train(model, train_loader):
    groups = [{"params": part.parameters()} for part in (model.stem, model.body, model.head)]
    optimizer = SGD(groups, lr=0.1)
    for epoch in range(60):
        lr = 0.1 * (1 - epoch / 60)
        for i in range(2):
            optimizer.param_groups[0]["lr"] = lr
        for i in range(2, len(optimizer.param_groups)):
            optimizer.param_groups[i]["lr"] = 10 * lr
        for batch in train_loader:
            model(batch).backward()
            optimizer.step()
