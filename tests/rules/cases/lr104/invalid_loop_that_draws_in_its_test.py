# invalid: The loop's test draws the batches; the scheduler steps before the optimizer.
# at: decay.step()
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

adam = SGD(model.parameters(), lr=0.1)
decay = StepLR(adam, 5)
feed = iter(loader)
while (pair := next(feed, None)) is not None:
    decay.step()
    adam.step()
# fixed:
# -     decay.step()
#       adam.step()
# +     decay.step()
