"""Small trainings that a counter ends, in the shapes of the example scripts of public libraries."""

from __future__ import annotations

import random
from textwrap import dedent, indent

HEAD = """
import argparse
import itertools
import math
import torch
{imports}
from torch.utils.data import DataLoader, TensorDataset
from transformers import get_scheduler

def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--num_train_epochs", type=int, default={epochs})
    parser.add_argument("--max_train_steps", type=int, default={limit})
    parser.add_argument("--gradient_accumulation_steps", type=int, default={every})
    parser.add_argument("--learning_rate", type=float, default=0.01)
    parser.add_argument("--lr_scheduler", default="{kind}")
    parser.add_argument("--resume_from_checkpoint", default=None)
    parser.add_argument("--checkpointing_steps", default=None)
    return parser.parse_args([])

def main():
    args = parse_args()
{body}

if __name__ == "__main__":
    main()
"""
BUILT = """
{accelerator}
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=args.learning_rate)
train_dataloader = DataLoader(TensorDataset(torch.randn({rows}, 1)), batch_size={size})
"""
ACCELERATOR = """
accelerator = Accelerator(
    cpu=True, gradient_accumulation_steps=args.gradient_accumulation_steps
)
"""
PER_EPOCH = (
    "num_update_steps_per_epoch = math.ceil("
    "len(train_dataloader) / args.gradient_accumulation_steps)"
)
# How long the training is: as transformers' scripts have it, and as those of diffusers do.
LENGTHS = (
    f"""
    overrode_max_train_steps = False
    {PER_EPOCH}
    if args.max_train_steps is None:
        args.max_train_steps = args.num_train_epochs * num_update_steps_per_epoch
        overrode_max_train_steps = True
    {{law}}
    {{prepare}}
    {PER_EPOCH}
    if overrode_max_train_steps:
        args.max_train_steps = args.num_train_epochs * num_update_steps_per_epoch
    args.num_train_epochs = math.ceil(args.max_train_steps / num_update_steps_per_epoch)
    """,
    f"""
    if args.max_train_steps is None:
        {PER_EPOCH}
        planned = args.num_train_epochs * num_update_steps_per_epoch
    else:
        planned = args.max_train_steps
    {{law}}
    {{prepare}}
    {PER_EPOCH}
    if args.max_train_steps is None:
        args.max_train_steps = args.num_train_epochs * num_update_steps_per_epoch
    args.num_train_epochs = math.ceil(args.max_train_steps / num_update_steps_per_epoch)
    """,
    f"""
    {PER_EPOCH}
    if args.max_train_steps is None:
        args.max_train_steps = args.num_train_epochs * num_update_steps_per_epoch
    else:
        args.num_train_epochs = -(-args.max_train_steps // num_update_steps_per_epoch)
    {{law}}
    {{prepare}}
    """,
)
RESUMES = (
    "first_epoch = 0",
    """
    first_epoch = 0
    if args.resume_from_checkpoint:
        accelerator.load_state(args.resume_from_checkpoint)
        completed = int(args.resume_from_checkpoint.split("-")[1])
        first_epoch = completed // num_update_steps_per_epoch
    """,
    """
    first_epoch = 0
    resume_step = None
    if args.resume_from_checkpoint is not None:
        path = args.resume_from_checkpoint
        accelerator.load_state(path)
        if "epoch" in path:
            first_epoch = int(path.replace("epoch_", "")) + 1
            completed = first_epoch * num_update_steps_per_epoch
        else:
            resume_step = int(path.replace("step_", "")) * args.gradient_accumulation_steps
            first_epoch = resume_step // len(train_dataloader)
            completed = resume_step // args.gradient_accumulation_steps
            resume_step -= first_epoch * len(train_dataloader)
    """,
)
UPDATE = """
with accelerator.accumulate(model):
    accelerator.backward(model(batch[0]).mean())
    optimizer.step()
    lr_scheduler.step()
    optimizer.zero_grad()
"""
BY_HAND = """
(model(batch[0]).mean() / args.gradient_accumulation_steps).backward()
if (step + 1) % args.gradient_accumulation_steps == 0 or step == len(train_dataloader) - 1:
    optimizer.step()
    lr_scheduler.step()
    optimizer.zero_grad()
    completed += 1
"""
COUNTS = (
    """
    if accelerator.sync_gradients:
        completed += 1
    if completed >= args.max_train_steps:
        break
    """,
    """
    if accelerator.sync_gradients:
        completed += 1
        if args.checkpointing_steps is not None and completed % args.checkpointing_steps == 0:
            accelerator.save_state("saved")
        if completed >= args.max_train_steps:
            break
    """,
)
ENDS = ("", "if completed >= args.max_train_steps:\n    break")
LOOP = """
for epoch in range(first_epoch, args.num_train_epochs):
    for step, batch in enumerate(train_dataloader):
{inner}
{end}
"""
# Without accelerate and without accumulation: {limit} updates in all.
ENDLESS = (
    """
    done = False
    while not done:
        for batch in train_dataloader:
            {update}
            completed += 1
            if completed == {limit}:
                done = True
                break
    """,
    """
    batches = iter(train_dataloader)
    for step in range({limit}):
        try:
            batch = next(batches)
        except StopIteration:
            batches = iter(train_dataloader)
            batch = next(batches)
        {update}
    """,
    """
    batches = itertools.cycle(train_dataloader)
    for step in range({limit}):
        batch = next(batches)
        {update}
    """,
    """
    for step, batch in enumerate(itertools.cycle(train_dataloader)):
        if step >= {limit}:
            break
        {update}
    """,
    """
    for batch in itertools.islice(itertools.cycle(train_dataloader), {limit}):
        {update}
    """,
    """
    for epoch in itertools.count():
        for batch in train_dataloader:
            {update}
            completed += 1
            if completed >= {limit}:
                break
        if completed >= {limit}:
            break
    """,
    """
    while True:
        for batch in train_dataloader:
            {update}
            completed += 1
            if completed >= {limit}:
                return
    """,
    """
    for step, batch in zip(range({limit}), itertools.cycle(train_dataloader)):
        {update}
    """,
    """
    while completed < {limit}:
        for batch in train_dataloader:
            if completed >= {limit}:
                break
            {update}
            completed += 1
    """,
    """
    for epoch in range(args.num_train_epochs):
        for step, batch in enumerate(train_dataloader):
            if step == {short}:
                break
            {update}
            completed += 1
            if completed % 5 == 0:
                print(completed)
        if completed >= {limit}:
            break
    """,
)
STEP = (
    "model(batch[0]).mean().backward();"
    " optimizer.step(); lr_scheduler.step(); optimizer.zero_grad()"
)
KINDS = ("linear", "cosine", "polynomial", "constant_with_warmup")
LAWS = (
    "get_scheduler(name=args.lr_scheduler, optimizer=optimizer,"
    " num_warmup_steps={warmup}, num_training_steps={total})",
    "torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, {total}, eta_min=1e-4)",
)
RIGHT = ("{planned}", "{planned} * accelerator.num_processes")
WRONG = (
    "{planned} * args.gradient_accumulation_steps",
    "args.num_train_epochs * len(train_dataloader)",
    "{planned} // 2",
    "3 * {planned}",
)


def _block(text: str, depth: int = 0) -> str:
    return indent(dedent(text).strip("\n"), "    " * depth)


def script(seed: int, *, accelerated: bool | None = None) -> str:
    """Return a training that a counter ends."""
    draw = random.Random(seed)
    every = draw.choice([1, 1, 2, 3])
    limit = draw.choice([None, None, 5, 11, 17])
    fields = {
        "epochs": draw.randint(2, 4),
        "limit": limit,
        "every": every,
        "kind": draw.choice(KINDS),
        "imports": "",
    }
    data = {"rows": draw.randint(18, 40), "size": draw.choice([2, 3, 4])}
    endless = draw.random() < 0.4 if accelerated is None else not accelerated
    prepared = not endless and (accelerated or draw.random() < 0.7)
    total = draw.choice(RIGHT if draw.random() < 0.6 else WRONG)
    law = "lr_scheduler = " + draw.choice(LAWS).format(warmup=draw.choice([0, 2]), total=total)
    if not prepared:
        law = law.replace(" * accelerator.num_processes", "")
    accelerator, prepare = "", ""
    if prepared:
        fields["imports"] = "from accelerate import Accelerator"
        accelerator = _block(ACCELERATOR)
        prepare = (
            "model, optimizer, train_dataloader, lr_scheduler = accelerator.prepare("
            "model, optimizer, train_dataloader, lr_scheduler)"
        )
    parts = [BUILT.format(accelerator=accelerator, **data)]
    if endless:
        count = str(draw.choice([7, 13, 21]))
        bound = draw.choice([count, "total"])
        parts += [f"total = {count}", law.format(planned=bound), "completed = 0"]
        shape = draw.choice(ENDLESS)
        parts.append(dedent(shape).format(update=STEP, limit=bound, short=draw.randint(2, 6)))
    else:
        shape = draw.choice(LENGTHS)
        planned = "planned" if "planned" in shape else "args.max_train_steps"
        body = dedent(shape).format(law=law.format(planned=planned), prepare=prepare)
        resume = draw.choice(RESUMES) if prepared else RESUMES[0]
        inner = UPDATE + dedent(draw.choice(COUNTS))
        if not prepared:
            inner = BY_HAND + "if completed >= args.max_train_steps:\n    break"
        loop = LOOP.format(inner=indent(inner, " " * 8), end=indent(draw.choice(ENDS), "    "))
        parts += [body, "completed = 0", resume, loop]
    body = "\n".join(_block(part, 1) for part in parts)
    return HEAD.format(body=body, **fields)
