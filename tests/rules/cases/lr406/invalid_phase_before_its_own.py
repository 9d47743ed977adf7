# invalid: It is stepped in the loop of another optimizer, before that of its own.
# at: decay = ExponentialLR(joint, gamma=0.8)
# says: head trains instead
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import ExponentialLR

def epoch(optimizer):
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()

joint = Adam(model.parameters(), lr=0.001)
head = SGD(model.head.parameters(), lr=0.1)
decay = ExponentialLR(joint, gamma=0.8)
for _ in range(8):
    epoch(head)
    decay.step()
for _ in range(40):
    epoch(joint)
