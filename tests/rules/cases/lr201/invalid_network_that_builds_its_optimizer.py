# invalid: The network is moved to the device where it is made, and builds its optimizer later.
# at: group["lr"] = rate(n)
# says: planned=9000 steps long, but there are updates=3000
import torch
from torch import nn

peak, planned, updates, device = 3e-4, 9000, 3000, "cuda"

class Reader(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.words = nn.Embedding(300, width)

    def make_optimizer(self, lr):
        return torch.optim.AdamW(self.parameters(), lr=lr)

def rate(n):
    return peak * (1 - n / planned)

def train(batches):
    reader = Reader(64).to(device).train()
    optimizer = reader.make_optimizer(peak)
    for n in range(updates):
        for group in optimizer.param_groups:
            group["lr"] = rate(n)
        reader(next(batches)).mean().backward()
        optimizer.step()
