# invalid: A cosine that is written by hand is planned for ten times as many steps.
# at: return 1e-4 + 0.5 * 9e-4 * (1 + math.cos(math.pi * progress))
# says: the decay is decay_steps=5000 steps long, but there are steps=500
import math
from torch.optim import AdamW

steps, decay_steps = 500, 5000

def rate(step):
    if step < 50:
        return 1e-3 * (step + 1) / 50
    progress = (step - 50) / (decay_steps - 50)
    return 1e-4 + 0.5 * 9e-4 * (1 + math.cos(math.pi * progress))

def train(model, batches):
    optimizer = AdamW(model.parameters(), lr=1e-3)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        model(batches).backward()
        optimizer.step()
