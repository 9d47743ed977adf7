# valid: The resume sets the last_epoch that the configuration hands to the scheduler.
import torch


class Fitter:
    def __init__(self, net, config):
        self.net, self.config, self.first = net, config, 0
        self.optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        if config["resume"]:
            self.restore(config["resume"])
        name, options = config["decay"]["name"], config["decay"]["options"]
        self.decay = getattr(torch.optim.lr_scheduler, name)(self.optimizer, **options)

    def restore(self, path):
        saved = torch.load(path)
        self.net.load_state_dict(saved["net"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.first = saved["epoch"]
        self.config["decay"]["options"]["last_epoch"] = self.first

    def save(self, epoch):
        torch.save(
            {
                "epoch": epoch,
                "net": self.net.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "decay": self.decay.state_dict(),
            },
            "last.pt",
        )

    def fit(self, loader):
        for epoch in range(self.first + 1, self.config["epochs"] + 1):
            for x in loader:
                self.net(x).backward()
                self.optimizer.step()
            self.decay.step()
            self.save(epoch)


Fitter(Net(), load("fit.yaml")).fit(load_data())
