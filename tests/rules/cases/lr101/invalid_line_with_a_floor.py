# invalid: A line that ends above 0.
# at: schedule.step()
# says: the decay of lr_lambda is 45 epochs long
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

rounds, settings = 45, {"lr": 0.02, "floor": 0.05}
optimizer = SGD(net.parameters(), lr=settings["lr"])
schedule = LambdaLR(optimizer, lambda n: (1 - n / rounds) * (1 - settings["floor"]) + settings["floor"])
for _ in range(rounds):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
        schedule.step()
# fixed:
# -         schedule.step()
# +     schedule.step()
