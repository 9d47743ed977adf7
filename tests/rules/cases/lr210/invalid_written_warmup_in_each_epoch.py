# invalid: The warm-up counts the batches of one epoch, and is repeated in each.
# at: group["lr"] = 0.3 * min(1.0, (index + 1) / 10)
# says: the warm-up of 9 steps starts over after 50 steps
from torch.optim import SGD

def train(model, batches):
    optimizer = SGD(model.parameters(), lr=0.3)
    for epoch in range(20):
        for index in range(50):
            for group in optimizer.param_groups:
                group["lr"] = 0.3 * min(1.0, (index + 1) / 10)
            model(batches[index]).backward()
            optimizer.step()
