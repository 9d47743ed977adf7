# invalid: A linear schedule of transformers ends at three quarters of its LR.
# at: optimizer, num_warmup_steps=0, num_training_steps=passes * len(corpus)
# says: every 4
# says: 1/4 of the schedule
from torch.optim import AdamW
from transformers import get_linear_schedule_with_warmup

def fine_tune(model, corpus, passes):
    optimizer = AdamW(model.parameters(), lr=3e-5)
    scheduler = get_linear_schedule_with_warmup(
        optimizer, num_warmup_steps=0, num_training_steps=passes * len(corpus)
    )
    for epoch in range(passes):
        for i, batch in enumerate(corpus):
            (model(batch) / 4).backward()
            if (i + 1) % 4 == 0:
                optimizer.step()
                scheduler.step()
                optimizer.zero_grad()
# fixed:
# - optimizer, num_warmup_steps=0, num_training_steps=passes * len(corpus)
# + optimizer, num_warmup_steps=0, num_training_steps=passes * (len(corpus) // 4)
