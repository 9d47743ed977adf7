# valid: A constant schedule has no first LR that could be skipped.
from torch.optim import AdamW
from transformers import get_scheduler

def train(model, loader, epochs):
    optimizer = AdamW(model.parameters(), lr=1e-4)
    scheduler = get_scheduler("constant", optimizer, num_warmup_steps=0)
    for epoch in range(epochs):
        for batch in loader:
            model(batch).backward()
            scheduler.step()
            optimizer.step()
            optimizer.zero_grad()
