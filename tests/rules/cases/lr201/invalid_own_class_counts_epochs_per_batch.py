# invalid: Its counter is at 1 in the first write, so that its end is one step early.
# says: after 19 steps
from torch.optim import SGD


class Fall:
    def __init__(self, optimizer, top, length):
        self.optimizer, self.top, self.length, self.done = optimizer, top, length, 0

    def step(self):
        self.done += 1
        for group in self.optimizer.param_groups:
            group["lr"] = self.top * (1 - self.done / self.length) ** 0.9


ROUNDS = 20
sgd = SGD(model.parameters(), lr=0.1)
fall = Fall(sgd, 0.1, ROUNDS)
for _ in range(ROUNDS):
    for x, y in train_loader:
        model(x, y).backward()
        sgd.step()
        fall.step()
