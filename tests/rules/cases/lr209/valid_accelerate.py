# valid: accelerate loads the state of all that it has prepared.
from accelerate import Accelerator
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(args, model, train_loader, start_epoch=0):
    accelerator = Accelerator()
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    model, optimizer, train_loader, scheduler = accelerator.prepare(
        model, optimizer, train_loader, scheduler
    )
    if args.resume_from_checkpoint:
        accelerator.load_state(args.resume_from_checkpoint)
        start_epoch = int(args.resume_from_checkpoint.split("_")[-1]) + 1
    for epoch in range(start_epoch, args.epochs):
        for inputs, targets in train_loader:
            accelerator.backward(model(inputs, targets))
            optimizer.step()
        scheduler.step()
