# valid: The warm-up of an inverse square root is over long before the training.
from torch.optim import Adam
from transformers import get_inverse_sqrt_schedule

def train(model, loader):
    optimizer = Adam(model.parameters(), lr=1e-3)
    scheduler = get_inverse_sqrt_schedule(optimizer, num_warmup_steps=400)
    for batch in range(10_000):
        model(batch).backward()
        optimizer.step()
        scheduler.step()
