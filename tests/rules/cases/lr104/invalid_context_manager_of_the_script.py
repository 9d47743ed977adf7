# invalid: The script's own context manager steps both after the body of `with`.
# at: plan.step()
# says: one batch early
import contextlib

from torch.optim import SGD
from torch.optim.lr_scheduler import PolynomialLR


@contextlib.contextmanager
def one_update(descent, plan):
    descent.zero_grad()
    try:
        yield descent
    finally:
        plan.step()
        descent.step()


def train(net, batches):
    descent = SGD(net.parameters(), lr=0.2)
    plan = PolynomialLR(descent, total_iters=8 * len(batches))
    for _ in range(8):
        for image, label in batches:
            with one_update(descent, plan):
                net(image, label).backward()
# fixed:
# - plan.step()
#   descent.step()
# + plan.step()
