# invalid: What a list collects tells what its last element is.
# at: plateau.step(history[-1])
# says: dice_score(told, mask) grows
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau

optimizer = SGD(model.parameters(), lr=0.1)
plateau = ReduceLROnPlateau(optimizer, factor=0.3)
history = []
for _ in range(40):
    for image, mask in train_loader:
        criterion(model(image), mask).backward()
        optimizer.step()
    with torch.no_grad():
        told = model(held_out)
        history.append(dice_score(told, mask))
    plateau.step(history[-1])
# fixed:
# - plateau = ReduceLROnPlateau(optimizer, factor=0.3)
# + plateau = ReduceLROnPlateau(optimizer, factor=0.3, mode="max")
