# invalid: What wandb.init() is given is what wandb.config says.
# at: plan = CosineAnnealingLR(optimizer, settings["half"], eta_min=0.001)
# says: (with the defaults)
import wandb
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

wandb.init(project="waves", config={"rounds": 64, "half": 32})
settings = wandb.config
optimizer = SGD(model.parameters(), lr=0.1)
plan = CosineAnnealingLR(optimizer, settings["half"], eta_min=0.001)
for _ in range(settings.rounds):
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
    plan.step()
# fixed:
# - plan = CosineAnnealingLR(optimizer, settings["half"], eta_min=0.001)
# + plan = CosineAnnealingLR(optimizer, settings.rounds, eta_min=0.001)
