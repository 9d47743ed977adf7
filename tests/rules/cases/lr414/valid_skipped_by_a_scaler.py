# valid: An update that a GradScaler leaves out, not a setting.
from torch.optim import SGD
from torch.optim.lr_scheduler import LinearLR

def train(model, train_loader, epochs, scaler, use_amp=False):
    optimizer = SGD(model.parameters(), lr=0.1)
    skipped = False
    scheduler = LinearLR(optimizer, start_factor=0.01, total_iters=5)
    for epoch in range(epochs):
        for x, y in train_loader:
            before = scaler.get_scale()
            scaler.scale(model(x, y)).backward()
            scaler.step(optimizer)
            scaler.update()
            if use_amp:
                skipped = scaler.get_scale() != before
            if not skipped:
                scheduler.step()
