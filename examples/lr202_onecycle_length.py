"""OneCycleLR is planned for 10 epochs, the training has 12.

The cycle is over after 240 steps: step 240 uses its last LR, 4e-07. The training goes on, the next
batch runs at 9.14e-06, and then step() raises "ValueError: Tried to step 241 times. The specified
number of total steps is 240": the script crashes 10 epochs in, on the first batch of the next one.
"""

import torch
from sklearn.datasets import load_digits
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

batch_size = 64
num_epochs = 12


def main():
    torch.manual_seed(0)
    digits = load_digits()
    images = torch.from_numpy(digits.images).float().div(16).unsqueeze(1)
    labels = torch.from_numpy(digits.target)
    train_loader = DataLoader(
        TensorDataset(images[:1500], labels[:1500]), batch_size=batch_size, shuffle=True
    )

    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(256, 10),
    )
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    scheduler = optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.1, epochs=10, steps_per_epoch=len(train_loader)
    )

    for epoch in range(num_epochs):
        for inputs, targets in train_loader:
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(model(inputs), targets)
            loss.backward()
            optimizer.step()
            lr = optimizer.param_groups[0]["lr"]
            scheduler.step()
        print(f"epoch {epoch}: lr {lr:.3g}, loss {loss.item():.4f}")

    with torch.no_grad():
        accuracy = (model(images[1500:]).argmax(1) == labels[1500:]).float().mean().item()
    print(f"accuracy {accuracy:.3f}, final LR {lr:.3g}")


if __name__ == "__main__":
    main()
