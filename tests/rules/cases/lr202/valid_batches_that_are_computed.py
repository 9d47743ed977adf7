# valid: The number of batches is that of the samples and the batch size.
import math

from mine import net, samples
from torch.optim import SGD
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader

taken, size = 12800, 32
batches = DataLoader(samples[:taken], batch_size=size)
optimizer = SGD(net.parameters(), lr=0.02, momentum=0.9)
schedule = OneCycleLR(optimizer, 0.02, total_steps=9 * math.ceil(taken / size))
for _ in range(9):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
        schedule.step()
