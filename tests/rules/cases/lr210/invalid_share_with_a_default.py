# invalid: A share that the user may change.
# at: scheduler = get_linear_schedule_with_warmup(optimizer, total, share * total)
# says: 10%
# says: with the defaults
from torch.optim import AdamW
from transformers import get_linear_schedule_with_warmup

def train(model, loader, epochs, share=0.1):
    optimizer = AdamW(model.parameters(), lr=1e-4)
    total = epochs * len(loader)
    scheduler = get_linear_schedule_with_warmup(optimizer, total, share * total)
    for epoch in range(epochs):
        for batch in loader:
            model(**batch).loss.backward()
            optimizer.step()
            scheduler.step()
