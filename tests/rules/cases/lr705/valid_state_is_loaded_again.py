# valid: The state is changed and loaded.
from torch.optim import SGD

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(60):
        state = optimizer.state_dict()
        state["param_groups"][0]["lr"] = 0.1 * 0.2 ** (epoch // 20)
        optimizer.load_state_dict(state)
        print(optimizer.state_dict()["param_groups"][0]["lr"])
        for batch in train_loader:
            model(batch).backward()
            optimizer.step()
