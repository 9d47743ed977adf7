# invalid: The optimizer is timm's, so that nothing else can step a scheduler for it.
# at: decay = CosineLRScheduler(adamw, t_initial=80, lr_min=1e-5)
# says: decay.step() is never called: the LR stays at 0.0005
from timm.optim import create_optimizer_v2
from timm.scheduler import CosineLRScheduler

def main(net, loader):
    adamw = create_optimizer_v2(net, opt="adamw", lr=5e-4, weight_decay=0.05)
    decay = CosineLRScheduler(adamw, t_initial=80, lr_min=1e-5)
    for epoch in range(80):
        for x, y in loader:
            adamw.zero_grad()
            net(x, y).backward()
            adamw.step()
