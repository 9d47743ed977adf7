# valid: Which share of the training 500 steps are is not known.
from torch.optim import AdamW
from transformers import get_linear_schedule_with_warmup

def train(model, loader, epochs):
    optimizer = AdamW(model.parameters(), lr=1e-4)
    total = epochs * len(loader)
    scheduler = get_linear_schedule_with_warmup(optimizer, 500, total)
    for epoch in range(epochs):
        for batch in loader:
            model(**batch).loss.backward()
            optimizer.step()
            scheduler.step()
