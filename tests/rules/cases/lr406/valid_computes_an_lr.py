# valid: The other optimizer gets the LR that it computes.
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import StepLR

def train(generator, critic, train_loader, epochs):
    optimizer_g = Adam(generator.parameters(), lr=0.1)
    optimizer_c = SGD(critic.parameters(), lr=0.2)
    scheduler = StepLR(optimizer_g, step_size=30)
    for epoch in range(epochs):
        for x, y in train_loader:
            critic(x, y).backward()
            optimizer_c.step()
        scheduler.step()
        optimizer_c.param_groups[0]["lr"] = scheduler.get_last_lr()[0]
