# valid: The LR is meant to rise to the end, in a range test; the other one has its peak within.
from torch.optim import Adam

def search(model, batches):
    optimizer = Adam(model.parameters(), lr=1e-6)
    for step in range(200):
        optimizer.param_groups[0]["lr"] = 1e-6 * 1.07 ** step
        model(batches[step]).backward()
        optimizer.step()

def train(model, batches):
    optimizer = Adam(model.parameters(), lr=0)
    for step in range(300):
        for group in optimizer.param_groups:
            group["lr"] = min((step + 1) ** -0.5, (step + 1) * 290 ** -1.5)
        model(batches[step]).backward()
        optimizer.step()
