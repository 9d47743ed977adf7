# valid: Each run begins with a warm-up that writes the LR.
import torch
from torch.optim.lr_scheduler import LambdaLR

def fit(net, batches, saved, epochs):
    sgd = torch.optim.SGD(net.parameters(), lr=0.1)
    begin, done = 0, 0
    if saved is not None:
        state = torch.load(saved)
        sgd.load_state_dict(state["sgd"])
        begin = state["epoch"] + 1
    plan = LambdaLR(sgd, lambda epoch: 0.9**epoch)
    plan.last_epoch = begin - 1
    for epoch in range(begin, epochs):
        for batch in batches:
            done += 1
            if done <= 500:
                for group in sgd.param_groups:
                    group["lr"] = group["initial_lr"] * done / 500
            net(batch).backward()
            sgd.step()
        plan.step()
