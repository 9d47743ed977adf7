# valid: The LR stays at its minimum after the end of the decay, as the script says.
import math
from torch.optim import AdamW

steps, decay_steps = 500, 400

def rate(step):
    if step > decay_steps:
        return 1e-4
    return 1e-4 + 0.5 * 9e-4 * (1 + math.cos(math.pi * step / decay_steps))

def train(model, batches):
    optimizer = AdamW(model.parameters(), lr=1e-3)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        model(batches).backward()
        optimizer.step()
