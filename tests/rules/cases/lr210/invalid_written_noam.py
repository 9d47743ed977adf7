# invalid: An LR of the Noam kind rises through the whole training.
# at: group["lr"] = min((step + 1) ** -0.5, (step + 1) * 4000 ** -1.5)
# says: the warm-up takes 3999 steps, but there are only 300: the LR rises to the end
from torch.optim import Adam

def train(model, batches):
    optimizer = Adam(model.parameters(), lr=0)
    for step in range(300):
        for group in optimizer.param_groups:
            group["lr"] = min((step + 1) ** -0.5, (step + 1) * 4000 ** -1.5)
        model(batches[step]).backward()
        optimizer.step()
