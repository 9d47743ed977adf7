"""Misuses as real scripts have them, each with the edit that corrects it."""

from __future__ import annotations

from .script import Script

PER_BATCH = ("TRAIN_PER_BATCH", "TRAIN")

UNDERSTOOD = (
    Script(
        "a factory in another module, which returns a tuple",
        """
        # file: train.py
        from utils.optim import build

        def main(args, model, loader):
            optimizer, scheduler = build(args, model)
            TRAIN_PER_BATCH(range(args.epochs))
        # file: utils/__init__.py
        # file: utils/optim.py
        import torch

        def build(args, model):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
                optimizer, T_max=args.epochs, eta_min=1e-3
            )
            return optimizer, scheduler
        """,
        PER_BATCH,
        ("LR101",),
    ),
    Script(
        "one of two kinds of schedulers, stepped unless it is None",
        """
        import torch
        from torch.optim.lr_scheduler import ExponentialLR, StepLR

        class Trainer:
            def __init__(self, model, kind):
                self.model = model
                self.scheduler = None
                if kind == "step":
                    self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                    self.scheduler = StepLR(self.optimizer, 30)
                elif kind == "exponential":
                    self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                    self.scheduler = ExponentialLR(self.optimizer, 0.98)
                else:
                    self.optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

            def train_epoch(self, loader):
                if self.scheduler is not None:
                    self.scheduler.step()  # moves
                for x, y in loader:
                    self.model(x, y).backward()
                    self.optimizer.step()

        def main(args, model, loader):
            trainer = Trainer(model, args.kind)
            if not args.test_only:
                for epoch in range(args.epochs):
                    trainer.train_epoch(loader)
        """,
        (
            "        if self.scheduler is not None:\n"
            "                    self.scheduler.step()  # moves\n",
            "        pass\n",
            "            self.optimizer.step()\n",
            "            self.optimizer.step()\n"
            "                if self.scheduler is not None:\n"
            "                    self.scheduler.step()\n",
        ),
        ("LR104",),
    ),
    Script(
        "an if-chain by name, with the script's default",
        """
        import argparse
        import torch

        def main(model, loader):
            parser = argparse.ArgumentParser()
            parser.add_argument("--sched", default="cosine", choices=["cosine", "step"])
            parser.add_argument("--epochs", type=int, default=90)
            args = parser.parse_args()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            if args.sched == "cosine":
                scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
                    optimizer, args.epochs, eta_min=1e-3
                )
            elif args.sched == "step":
                scheduler = torch.optim.lr_scheduler.StepLR(optimizer, args.epochs // 3)
            else:
                raise ValueError(args.sched)
            TRAIN_PER_BATCH(range(args.epochs))
        """,
        PER_BATCH,
        ("LR101",),
    ),
    Script(
        "schedulers in a list",
        """
        import torch

        def main(nets, loader, epochs):
            optimizers = [torch.optim.Adam(net.parameters(), lr=1e-3) for net in nets]
            schedulers = [
                torch.optim.lr_scheduler.CosineAnnealingLR(one, epochs, eta_min=1e-6)
                for one in optimizers
            ]
            for epoch in range(epochs):
                for x, y in loader:
                    for net in nets:
                        net(x, y).backward()
                    for optimizer in optimizers:
                        optimizer.step()
                    for scheduler in schedulers:
                        scheduler.step()
        """,
        (
            "            for scheduler in schedulers:\n                        scheduler.step()",
            "        for scheduler in schedulers:\n                    scheduler.step()",
        ),
        ("LR101",),
    ),
    Script(
        "schedulers in a dict, of which one is forgotten",
        """
        import torch

        def main(g, d, loader, epochs):
            opt = {
                "g": torch.optim.Adam(g.parameters(), lr=2e-4),
                "d": torch.optim.Adam(d.parameters(), lr=2e-4),
            }
            sched = {
                "g": torch.optim.lr_scheduler.ExponentialLR(opt["g"], 0.99),
                "d": torch.optim.lr_scheduler.ExponentialLR(opt["d"], 0.99),
            }
            for epoch in range(epochs):
                for x in loader:
                    d(x).backward()
                    opt["d"].step()
                    g(x).backward()
                    opt["g"].step()
                sched["g"].step()
                sched["g"].step()
        """,
        (
            'sched["g"].step()\n                sched["g"].step()',
            'sched["g"].step()\n                sched["d"].step()',
        ),
        ("LR103", "LR105"),
    ),
    Script(
        "a helper that takes the scheduler",
        """
        import torch

        def train_one_epoch(model, loader, optimizer, scheduler):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                model(x, y).backward()
                optimizer.step()
                scheduler.step()

        def main(model, loader, epochs):
            optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs, eta_min=1e-6)
            for epoch in range(epochs):
                train_one_epoch(model, loader, optimizer, scheduler)
        """,
        ("optimizer, epochs, eta_min", "optimizer, epochs * len(loader), eta_min"),
        ("LR101",),
    ),
    Script(
        "a trainer class",
        """
        import torch
        from tqdm import tqdm

        class Trainer:
            def __init__(self, model, loader, config):
                self.model, self.loader = model, loader
                self.epochs = config["trainer"]["epochs"]
                self.optimizer = torch.optim.SGD(model.parameters(), lr=config["lr"])
                self.lr_scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
                    self.optimizer, T_max=self.epochs, eta_min=1e-6
                )

            def _train_epoch(self, epoch):
                for batch in tqdm(self.loader, desc=f"epoch {epoch}"):
                    self.model(batch).backward()
                    self.optimizer.step()
                    self.lr_scheduler.step()  # moves

            def train(self):
                for epoch in range(1, self.epochs + 1):
                    self._train_epoch(epoch)
        """,
        ("        self.lr_scheduler.step()  # moves", "    self.lr_scheduler.step()  # moves"),
        ("LR101",),
    ),
    Script(
        "a GradScaler steps the optimizer",
        """
        import torch

        def main(model, loader, epochs):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
            scaler = torch.amp.GradScaler()
            for epoch in range(epochs):
                scheduler.step()  # first
                for x, y in loader:
                    with torch.autocast("cuda"):
                        loss = model(x, y)
                    scaler.scale(loss).backward()
                    scaler.step(optimizer)
                    scaler.update()
                print(epoch)
        """,
        ("scheduler.step()  # first", "model.train()", "print(epoch)", "scheduler.step()"),
        ("LR104",),
    ),
    Script(
        "a training counted in steps",
        """
        import itertools
        import torch

        def main(model, loader):
            max_steps = 100_000
            optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 50_000, eta_min=3e-5)
            batches = iter(loader)
            for step in range(max_steps):
                try:
                    batch = next(batches)
                except StopIteration:
                    batches = iter(loader)
                    batch = next(batches)
                model(batch).backward()
                optimizer.step()
                scheduler.step()
        """,
        ("50_000", "max_steps"),
        ("LR201",),
    ),
    Script(
        "accumulated gradients",
        """
        import torch

        def main(args, model, loader):
            optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
                optimizer, args.epochs * len(loader), eta_min=3e-5
            )
            for epoch in range(args.epochs):
                for i, batch in enumerate(loader):
                    (model(batch) / args.accumulate).backward()
                    if (i + 1) % args.accumulate == 0:
                        optimizer.step()
                        optimizer.zero_grad()
                        scheduler.step()
        """,
        ("args.epochs * len(loader)", "args.epochs * len(loader) // args.accumulate"),
        ("LR206",),
    ),
    Script(
        "a dataclass of settings",
        """
        from dataclasses import dataclass
        import torch

        @dataclass
        class Config:
            epochs: int = 90
            lr: float = 0.1

        def main(model, loader, cfg: Config = Config()):
            optimizer = torch.optim.SGD(model.parameters(), lr=cfg.lr)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 30, eta_min=1e-3)
            TRAIN(range(cfg.epochs))
        """,
        ("30", "cfg.epochs"),
        ("LR201",),
    ),
    Script(
        "metric_logger.log_every and other wrappers",
        """
        import torch

        def train_one_epoch(model, optimizer, lr_scheduler, data_loader, metric_logger):
            for x, y in metric_logger.log_every(data_loader, 10, "header"):
                model(x, y).backward()
                optimizer.step()
                lr_scheduler.step()  # moves

        def main(args, model, data_loader, metric_logger):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            lr_scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
                optimizer, T_max=args.epochs, eta_min=1e-4
            )
            if args.resume:
                checkpoint = torch.load(args.resume)
                optimizer.load_state_dict(checkpoint["optimizer"])
                lr_scheduler.load_state_dict(checkpoint["lr_scheduler"])
                args.start_epoch = checkpoint["epoch"] + 1
            for epoch in range(args.start_epoch, args.epochs):
                train_one_epoch(model, optimizer, lr_scheduler, data_loader, metric_logger)
        """,
        ("        lr_scheduler.step()  # moves", "    lr_scheduler.step()  # moves"),
        ("LR101",),
    ),
    Script(
        "two optimizers, the scheduler of one is never stepped",
        """
        import torch

        def main(g, d, loader, epochs):
            optimizer_g = torch.optim.Adam(g.parameters(), lr=2e-4)
            optimizer_d = torch.optim.Adam(d.parameters(), lr=2e-4)
            scheduler_g = torch.optim.lr_scheduler.StepLR(optimizer_g, 30)
            scheduler_d = torch.optim.lr_scheduler.StepLR(optimizer_d, 30)
            for epoch in range(epochs):
                for x in loader:
                    d(x).backward()
                    optimizer_d.step()
                    g(x).backward()
                    optimizer_g.step()
                scheduler_g.step()
                scheduler_g.step()
        """,
        (
            "scheduler_g.step()\n                scheduler_g",
            "scheduler_g.step()\n                scheduler_d",
        ),
        ("LR103", "LR105"),
    ),
    Script(
        "a loop over the data until a number of steps is made",
        """
        import torch

        def main(model, loader, args):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.max_steps, 1e-5)
            step = 0
            while step < args.max_steps:
                for x in loader:
                    model(x).backward()
                    optimizer.step()
                    step += 1
                    if step >= args.max_steps:
                        break
                scheduler.step()  # moves
        """,
        (
            "        scheduler.step()  # moves",
            "        pass",
            "            step += 1",
            "            scheduler.step()\n                    step += 1",
        ),
        ("LR102",),
    ),
    Script(
        "batches counted from attributes of the loader",
        """
        import math
        import torch
        from torch.utils.data import DataLoader

        def main(model, dataset, args):
            loader = DataLoader(dataset, batch_size=args.batch_size, shuffle=True)
            per_epoch = math.ceil(len(loader.dataset) / loader.batch_size)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
                optimizer, args.epochs * per_epoch, 1e-5
            )
            for epoch in range(args.epochs):
                for x in loader:
                    model(x).backward()
                    optimizer.step()
                scheduler.step()  # moves
        """,
        ("        scheduler.step()  # moves", "            scheduler.step()  # moves"),
        ("LR102",),
    ),
    Script(
        "clients that train in turn, with settings from elsewhere",
        """
        import torch
        from settings import load

        def local(model, loader, lr, epochs):
            optimizer = torch.optim.SGD(model.parameters(), lr=lr)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs, 1e-5)
            TRAIN_PER_BATCH(range(epochs))

        def main(model, clients, args):
            for turn in range(args.rounds):
                for loader in clients:
                    local(model, loader, 0.1, args.local_epochs)

        main(load("model"), load("clients"), load("settings"))
        """,
        PER_BATCH,
        ("LR101",),
    ),
    Script(
        "optimizers and schedulers of many models, by name, in one object",
        """
        import torch

        class Many:
            def __init__(self, optimizers, schedulers):
                self.optimizers = optimizers
                self.schedulers = schedulers
                self.names = list(optimizers.keys())

            def step(self, name=None):
                for one in self.names if name is None else [name]:
                    self.optimizers[one].step()

            def schedule(self):
                _ = [self.schedulers[name].step() for name in self.names]

        def build(models, settings):
            optimizers = dict(
                [(name, torch.optim.AdamW(models[name].parameters(), lr=1e-3)) for name in models]
            )
            schedulers = dict(
                [
                    (name, torch.optim.lr_scheduler.OneCycleLR(one, 1e-3, settings[name]["steps"]))
                    for name, one in optimizers.items()
                ]
            )
            return Many(optimizers, schedulers)

        def main(models, loader, settings, epochs):
            many = build(models, settings)
            for epoch in range(epochs):
                for x in loader:
                    models(x).backward()
                    many.step("encoder")
                    many.step("decoder")  # and then
        """,
        ("# and then", "\n                    many.schedule()"),
        ("LR103",),
    ),
    Script(
        "phases that another module trains, called in branches",
        """
        # file: main.py
        import torch
        import train_and_test as tnt

        def main(model, loader, args):
            warm = torch.optim.Adam(model.head.parameters(), lr=1e-3)
            joint = torch.optim.Adam(model.parameters(), lr=1e-4)
            scheduler = torch.optim.lr_scheduler.StepLR(joint, step_size=5, gamma=0.2)
            for epoch in range(args.epochs):
                if epoch < args.warm_epochs:
                    tnt.train(model, loader, warm)
                elif epoch < args.frozen_epochs:
                    tnt.test(model, loader)
                else:
                    scheduler.step()
                    tnt.train(model, loader, joint)
        # file: train_and_test.py
        import torch

        def _run(model, loader, optimizer=None):
            is_train = optimizer is not None
            with torch.enable_grad() if is_train else torch.no_grad():
                for x, y in loader:
                    loss = model(x, y)
                    if is_train:
                        loss.backward()
                        optimizer.step()

        def train(model, loader, optimizer):
            model.train()
            return _run(model, loader, optimizer=optimizer)

        def test(model, loader):
            model.eval()
            return _run(model, loader)
        """,
        (
            "            scheduler.step()\n                    tnt.train(model, loader, joint)",
            "            tnt.train(model, loader, joint)\n                    scheduler.step()",
        ),
        ("LR104",),
    ),
    Script(
        "another scheduler's state is loaded",
        """
        import torch

        def main(args, model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            start = 0
            if args.resume:
                saved = torch.load("last.pt")
                start = saved["epoch"]
                optimizer.load_state_dict(saved["optimizer"])
            if args.kind == "step":
                scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
            else:
                scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 90, 1e-4)
                scheduler.load_state_dict(saved["scheduler"])
            TRAIN(range(start, 90))
        """,
        ("StepLR(optimizer, 30)\n", "StepLR(optimizer, 30, last_epoch=start - 1)\n"),
        ("LR209",),
    ),
)
