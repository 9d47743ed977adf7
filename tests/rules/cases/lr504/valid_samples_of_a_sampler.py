# valid: A sampler of unknown length draws from the data.
from mine import Texts, model
from torch.optim import AdamW
from torch.utils.data import DataLoader
from transformers import get_linear_schedule_with_warmup

rounds, size = 4, 32
texts = Texts("train.tsv")
batches = DataLoader(texts, batch_size=size, sampler=texts.sampler())
optimizer = AdamW(model.parameters(), lr=2e-5)
schedule = get_linear_schedule_with_warmup(optimizer, 0, len(texts) * rounds)
for _ in range(rounds):
    for batch in batches:
        optimizer.zero_grad()
        model(**batch).loss.backward()
        optimizer.step()
        schedule.step()
