# valid: A tenth of the training.
from torch.optim import AdamW
from transformers import get_linear_schedule_with_warmup

def train(model, loader, epochs):
    optimizer = AdamW(model.parameters(), lr=1e-4)
    total = epochs * len(loader)
    scheduler = get_linear_schedule_with_warmup(optimizer, 0.1 * total, total)
    for epoch in range(epochs):
        for batch in loader:
            model(**batch).loss.backward()
            optimizer.step()
            scheduler.step()
