# invalid: Steps instead of epochs, a scheduler chosen by name.
# at: torch.save({"step": step, "optimizer": optimizer.state_dict()}, "last.pt")
# says: that of the scheduler
# says: at step
import torch

def train(model, loader, config):
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    name = config["scheduler"]
    scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **config["args"])
    step = 0
    if config["resume"]:
        saved = torch.load("last.pt")
        optimizer.load_state_dict(saved["optimizer"])
        step = saved["step"]
    while step < 100_000:
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
            step += 1
        torch.save({"step": step, "optimizer": optimizer.state_dict()}, "last.pt")
