# invalid: The warm-up counts the batches of one epoch, of which there are too few.
# at: group["lr"] = 0.3 * min(1.0, (index + 1) / 700)
# says: its counter starts over after 50: the LR rises to the end
from torch.optim import SGD

def train(model, batches):
    optimizer = SGD(model.parameters(), lr=0.3)
    for epoch in range(20):
        for index in range(50):
            for group in optimizer.param_groups:
                group["lr"] = 0.3 * min(1.0, (index + 1) / 700)
            model(batches[index]).backward()
            optimizer.step()
