# invalid: The warm-up writes the LR up to some batch of the whole training, not of each run.
# at: plan = LambdaLR(sgd, lambda epoch: 0.9**epoch)
# says: setting last_epoch does not bring it back
import torch
from torch.optim.lr_scheduler import LambdaLR

def fit(net, batches, saved, epochs):
    sgd = torch.optim.SGD(net.parameters(), lr=0.1)
    begin = 0
    if saved is not None:
        state = torch.load(saved)
        sgd.load_state_dict(state["sgd"])
        begin = state["epoch"] + 1
    plan = LambdaLR(sgd, lambda epoch: 0.9**epoch)
    plan.last_epoch = begin - 1
    for epoch in range(begin, epochs):
        for index, batch in enumerate(batches):
            done = index + len(batches) * epoch
            if done <= 3 * len(batches):
                for group in sgd.param_groups:
                    group["lr"] = group["initial_lr"] * done / (3 * len(batches))
            net(batch).backward()
            sgd.step()
        plan.step()
