# invalid: A warm-up times a line that stays at 0.
# at: schedule.step()
# says: the decay of lr_lambda is 45 epochs long
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

rounds = 45
optimizer = SGD(net.parameters(), lr=0.02)
schedule = LambdaLR(optimizer, lambda t: min(1.0, (t + 1) / 3) * max(0.0, 1 - t / rounds))
for _ in range(rounds):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
        schedule.step()
# fixed:
# -         schedule.step()
# +     schedule.step()
