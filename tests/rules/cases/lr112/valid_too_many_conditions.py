# valid: Too many conditions at once to say that a metric decides.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, epochs, a, scaler):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader), 1e-3)
    for epoch in range(epochs):
        for x, y in train_loader:
            scaler.scale(model(x, y)).backward()
            updated = True
            if a.b1 or a.b2 or a.b3 or a.b4:
                pass
            elif a.c1 or a.c2 or a.c3 or a.c4:
                if a.half:
                    before = scaler.get_scale()
                    scaler.step(optimizer)
                    after = scaler.get_scale()
                    updated = before <= after
                else:
                    optimizer.step()
            elif a.d1 or a.d2 or a.d3 or a.d4:
                before = scaler.get_scale()
                scaler.step(optimizer)
                after = scaler.get_scale()
                updated = before <= after
            else:
                optimizer.step()
            if updated and not (a.b1 or a.b2 or a.b3 or a.b4):
                scheduler.step()
