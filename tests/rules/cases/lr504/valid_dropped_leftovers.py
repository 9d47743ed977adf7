# valid: Whether the last incomplete update counts is a matter of one step per epoch.
from torch.optim import AdamW
from transformers import get_linear_schedule_with_warmup

def fine_tune(model, train_loader, epochs, k):
    optimizer = AdamW(model.parameters(), lr=3e-5)
    total = epochs * (len(train_loader) // k)
    scheduler = get_linear_schedule_with_warmup(optimizer, 0, total)
    for epoch in range(epochs):
        for i, x in enumerate(train_loader):
            model(x).backward()
            if i % k == 0:
                optimizer.step()
                scheduler.step()
                optimizer.zero_grad()
