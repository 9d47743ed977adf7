# invalid: The batches of all processes, times their number; how many batches make an update is open.
# at: num_training_steps=ceil(len(loader) / config.accumulate) * config.epochs * accelerator.num_processes,
# says: multiplied by the number of processes
from math import ceil

from accelerate import Accelerator
from torch.optim import AdamW
from transformers import get_cosine_schedule_with_warmup

def train(model, loader, config):
    accelerator = Accelerator(gradient_accumulation_steps=config.accumulate)
    optimizer = AdamW(model.parameters(), lr=1e-4)
    scheduler = get_cosine_schedule_with_warmup(
        optimizer,
        num_warmup_steps=0,
        num_training_steps=ceil(len(loader) / config.accumulate) * config.epochs * accelerator.num_processes,
    )
    model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)
    for epoch in range(config.epochs):
        for x in loader:
            with accelerator.accumulate(model):
                accelerator.backward(model(x))
                optimizer.step()
                scheduler.step()
                optimizer.zero_grad()
