# valid: every process sees the whole validation set
import torch
from torch.distributed import init_process_group
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler


def evaluate(network, batches):
    losses = []
    with torch.no_grad():
        for images, labels in batches:
            losses.append(torch.nn.functional.cross_entropy(network(images), labels).item())
    return sum(losses) / len(losses)


def work(network, train_set, val_set):
    init_process_group("nccl")
    replica = DistributedDataParallel(network)
    adam = torch.optim.AdamW(replica.parameters(), lr=2e-4)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(adam, factor=0.3)
    batches = DataLoader(train_set, batch_size=64, sampler=DistributedSampler(train_set))
    val_batches = DataLoader(val_set, batch_size=64)
    for epoch in range(90):
        for images, labels in batches:
            torch.nn.functional.cross_entropy(replica(images), labels).backward()
            adam.step()
        plateau.step(evaluate(replica, val_batches))
