# invalid: In the methods of a class.
# at: self.optimizer.load_state_dict(checkpoint["optimizer"])
# says: StepLR
import torch

class Trainer:
    def __init__(self, model, epochs, path):
        self.model, self.epochs, self.path = model, epochs, path
        self.start_epoch = 0
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, 30)

    def resume(self):
        checkpoint = torch.load(self.path)
        self.optimizer.load_state_dict(checkpoint["optimizer"])
        self.start_epoch = checkpoint["epoch"]

    def save(self, epoch):
        state = {"epoch": epoch}
        state["optimizer"] = self.optimizer.state_dict()
        state["scheduler"] = self.scheduler.state_dict()
        torch.save(state, self.path)

    def fit(self, train_loader):
        self.resume()
        for epoch in range(self.start_epoch, self.epochs):
            for x, y in train_loader:
                self.model(x, y).backward()
                self.optimizer.step()
            self.scheduler.step()
            self.save(epoch)

if __name__ == "__main__":
    Trainer(torch.nn.Linear(2, 1), 90, "last.pt").fit(load_data())
