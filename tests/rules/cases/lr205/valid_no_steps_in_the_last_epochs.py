# valid: The last 50 epochs use the LR of its last step.
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

optimizer = SGD(net.parameters(), lr=0.02)
scheduler = StepLR(optimizer, step_size=20)
for epoch in range(70):
    for sample in batches:
        optimizer.zero_grad()
        net.loss(sample).backward()
        optimizer.step()
    if epoch < 20:
        scheduler.step()
