# invalid: A polynomial as many epochs long as there are batches.
# at: rate = 0.02 * (1 - past / whole) ** 0.9
# says: the decay is len(batches) * rounds epochs long
# says: there are rounds=45
# says: never reaches its end
from mine import batches, net
from torch.optim import SGD

rounds = 45
optimizer = SGD(net.parameters(), lr=0.02)


def set_rate(past, whole):
    rate = 0.02 * (1 - past / whole) ** 0.9
    for group in optimizer.param_groups:
        group["lr"] = rate


for done in range(rounds):
    set_rate(done, rounds * len(batches))
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
