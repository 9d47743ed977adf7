# invalid: after the loop of a method
# at: self.scheduler.step()
# says: after the training loop
import torch


class Learner:
    def __init__(self, model):
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, 7)

    def learn(self, model, batches):
        for _ in range(30):
            for x, y in batches:
                self.optimizer.zero_grad()
                (model(x) - y).square().mean().backward()
                self.optimizer.step()
        self.scheduler.step()


model = torch.nn.Linear(3, 1)
Learner(model).learn(model, [(torch.ones(2, 3), torch.ones(2, 1))])
