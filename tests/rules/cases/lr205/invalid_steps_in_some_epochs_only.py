# invalid: The decay counts epochs, but only every fifth epoch steps it.
# at: scheduler = StepLR(optimizer, step_size=15)
# says: step_size 15 is never reached: the scheduler makes only 12 steps
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

optimizer = SGD(net.parameters(), lr=0.02)
scheduler = StepLR(optimizer, step_size=15)
for epoch in range(60):
    for sample in batches:
        optimizer.zero_grad()
        net.loss(sample).backward()
        optimizer.step()
    if (epoch + 1) % 5 == 0:
        scheduler.step()
