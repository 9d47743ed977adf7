# invalid: The scheduler that accelerate restores is replaced where a setting asks for it.
# at: return CosineAnnealingLR(optimizer, args.steps, 1e-5)
# says: starts from step 0 where args.shards > 1: its state
from accelerate import Accelerator
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR

def schedule(optimizer, args):
    return CosineAnnealingLR(optimizer, args.steps, 1e-5)

def train(model, loader, args):
    accelerator = Accelerator()
    optimizer = AdamW(model.parameters(), lr=1e-3)
    scheduler = schedule(optimizer, args)
    model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)
    if args.shards > 1:
        scheduler = schedule(optimizer, args)
    start_epoch = 0
    if args.resume:
        accelerator.load_state(args.resume)
        start_epoch = int(args.resume.split("_")[-1]) + 1
    for epoch in range(start_epoch, args.epochs):
        for x, y in loader:
            accelerator.backward(model(x, y))
            optimizer.step()
            scheduler.step()
