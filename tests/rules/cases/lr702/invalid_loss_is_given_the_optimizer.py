# invalid: A loss that is not seen gets the optimizer; the second drop is dead whatever it does.
# at: elif epoch >= 70:
# says: `epoch >= 70` holds
import torch

from robust import adversarial_loss

def set_rate(optimizer, epoch):
    rate = 0.2
    if epoch >= 50:
        rate = 0.02
    elif epoch >= 70:
        rate = 0.002
    for group in optimizer.param_groups:
        group["lr"] = rate

def main(net, loader):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
    for epoch in range(90):
        set_rate(optimizer, epoch)
        for x, y in loader:
            adversarial_loss(net, x, y, optimizer).backward()
            optimizer.step()
