# invalid: The method of an object that keeps the LR for half of the epochs and lowers it to 0 in the others.
# at: scheduler.step()
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR

class Fall:
    def __init__(self, last, begin):
        self.last, self.begin = last, begin

    def factor(self, epoch):
        return 1.0 - max(0, epoch - self.begin) / float(self.last - self.begin)

EPOCHS, BEGIN = 80, 40
optimizer = Adam(model.parameters(), lr=0.001)
scheduler = LambdaLR(optimizer, Fall(EPOCHS, BEGIN).factor)
for epoch in range(EPOCHS):
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        scheduler.step()
# fixed:
# -     scheduler.step()
# + scheduler.step()
