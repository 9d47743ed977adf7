# invalid: The training ends at the first multiple of its length.
# at: schedule = LinearLR(optimizer, 0.01, total_iters=options.warm)
# says: options.warm=900
import argparse

from mine import batches, net
from torch.optim import Adam
from torch.optim.lr_scheduler import LinearLR

parser = argparse.ArgumentParser()
parser.add_argument("--updates", type=int, default=700)
parser.add_argument("--warm", type=int, default=900)
options = parser.parse_args()
optimizer = Adam(net.parameters(), lr=1e-3)
schedule = LinearLR(optimizer, 0.01, total_iters=options.warm)
done = 0
while True:
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
        schedule.step()
        done += 1
        if done % options.updates == 0:
            break
    if done % options.updates == 0:
        break
