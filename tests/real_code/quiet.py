"""Correct scripts that look like a misuse, each with the edit that makes it one."""

from __future__ import annotations

from .script import Script

QUIET = (
    Script(
        "replay after a resume",
        """
        import torch

        def main(args, model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)
            model.load_state_dict(torch.load(args.weights))
            for _ in range(args.start_epoch):
                scheduler.step()
            TRAIN(range(args.start_epoch, args.epochs))
        """,
        (
            "    for _ in range(args.start_epoch):\n                scheduler.step()\n",
            "    print(args)\n",
        ),
        ("LR209",),
    ),
    Script(
        "0 epochs by default, and a phase that is then left out",
        """
        import argparse
        import torch

        def main(model, loader):
            parser = argparse.ArgumentParser()
            parser.add_argument("--finetune", type=int, default=0)
            parser.add_argument("--epochs", type=int, default=90)
            args = parser.parse_args()
            if args.finetune:
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
                    optimizer, args.finetune, eta_min=1e-3
                )
                TRAIN(range(args.finetune))
        """,
        ("if args.finetune:", "if args.epochs:"),
        ("LR207",),
    ),
    Script(
        "another schedule for a short training",
        """
        import argparse
        import torch

        def main(model, loader):
            parser = argparse.ArgumentParser()
            parser.add_argument("--epochs", type=int, default=90)
            args = parser.parse_args()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            if args.epochs >= 200:
                scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 200, 1e-3)
            else:
                scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
            TRAIN(range(args.epochs))
        """,
        ("if args.epochs >= 200:\n", "if args.epochs >= 20:\n"),
        ("LR201",),
    ),
    Script(
        "one of many optimizers, with one of many schedules",
        """
        import torch
        from torch import optim
        from torch.optim import lr_scheduler

        def optimizer_of(model, name):
            if name == "sgd":
                return optim.SGD(model.parameters(), lr=0.1)
            elif name == "adam":
                return optim.Adam(model.parameters(), lr=0.1)
            elif name == "adamw":
                return optim.AdamW(model.parameters(), lr=0.1)
            elif name == "nadam":
                return optim.NAdam(model.parameters(), lr=0.1)
            elif name == "radam":
                return optim.RAdam(model.parameters(), lr=0.1)
            elif name == "rmsprop":
                return optim.RMSprop(model.parameters(), lr=0.1)
            raise ValueError(name)

        def schedule_of(optimizer, name):
            if name == "step":
                scheduler = lr_scheduler.StepLR(optimizer, 30)
            elif name == "multistep":
                scheduler = lr_scheduler.MultiStepLR(optimizer, [30, 60])
            elif name == "exponential":
                scheduler = lr_scheduler.ExponentialLR(optimizer, 0.98)
            elif name == "cosine":
                scheduler = lr_scheduler.CosineAnnealingLR(optimizer, 90, eta_min=1e-3)
            elif name == "linear":
                scheduler = lr_scheduler.LinearLR(optimizer, 1, 0.1, 90)
            elif name == "polynomial":
                scheduler = lr_scheduler.PolynomialLR(optimizer, 90)
            else:
                raise ValueError(name)
            return scheduler

        def main(args, model, loader):
            optimizer = optimizer_of(model, args.optimizer)
            scheduler = schedule_of(optimizer, args.scheduler)
            TRAIN(range(90))
        """,
        (
            "raise ValueError(name)\n            return scheduler",
            "scheduler = lr_scheduler.StepLR(optimizer, 0)\n            return scheduler",
        ),
        ("LR207",),
    ),
    Script(
        "a scheduler that another one replaces once an LR is found",
        """
        import argparse
        import torch
        from torch.optim.lr_scheduler import OneCycleLR, StepLR

        def schedule(kind, optimizer, loader, epochs, max_lr=0.1):
            if kind == "onecycle":
                return OneCycleLR(optimizer, max_lr, total_steps=epochs * len(loader))
            return StepLR(optimizer, 10 * len(loader))

        class Trainer:
            def __init__(self, model, optimizer, scheduler):
                self.model, self.optimizer, self.scheduler = model, optimizer, scheduler

            def fit(self, loader, epochs):
                for epoch in range(epochs):
                    for x, y in loader:
                        self.model(x, y).backward()
                        self.optimizer.step()
                        self.scheduler.step()

        def main(model, loader):
            parser = argparse.ArgumentParser()
            parser.add_argument("--kind", default="step", choices=["onecycle", "step"])
            parser.add_argument("--epochs", type=int, default=30)
            parser.add_argument("--find-lr", action="store_true")
            args = parser.parse_args()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
            planned = schedule(args.kind, optimizer, loader, args.epochs)
            trainer = Trainer(model, optimizer, planned)
            if args.find_lr:
                found = find_lr(model)
                if found and args.kind == "onecycle":
                    trainer.scheduler = schedule(
                        args.kind, optimizer, loader, args.epochs, found["max_lr"]
                    )
            trainer.fit(loader, args.epochs)
        """,
        ("                    self.scheduler.step()\n", ""),
        ("LR103", "LR103"),
    ),
    Script(
        "accelerate holds back the steps of a scheduler that it has prepared",
        """
        import torch
        from accelerate import Accelerator
        from transformers import get_linear_schedule_with_warmup

        def main(model, loader):
            accelerator = Accelerator(gradient_accumulation_steps=4)
            optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
            updates = 10 * accelerator.num_processes
            scheduler = get_linear_schedule_with_warmup(optimizer, 0, updates)
            model, optimizer, scheduler = accelerator.prepare(model, optimizer, scheduler)
            for i in range(40):
                with accelerator.accumulate(model):
                    optimizer.step()
                    scheduler.step()
        """,
        ("Accelerator(gradient_accumulation_steps=4)", "Accelerator()"),
        ("LR504",),
    ),
    Script(
        "accelerate does not step a OneCycleLR beyond its end",
        """
        import torch
        from accelerate import Accelerator

        def main(model, loader):
            accelerator = Accelerator()
            optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
            scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=20)
            model, optimizer, scheduler = accelerator.prepare(model, optimizer, scheduler)
            for epoch in range(21):
                for x, y in loader:
                    model(x, y).backward()
                optimizer.step()
                scheduler.step()
        """,
        ("accelerator.prepare(model, optimizer, scheduler)", "model, optimizer, scheduler"),
        ("LR202",),
    ),
    Script(
        "a lambda whose `epoch` counts batches",
        """
        import math
        import torch

        def main(model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            law = lambda epoch: 0.5 * (1 + math.cos(math.pi * epoch / (90 * len(loader))))
            scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, law)
            TRAIN_PER_BATCH(range(90))
        """,
        ("(90 * len(loader))", "90"),
        ("LR101",),
    ),
    Script(
        "milestones in the tens of thousands, stepped per batch",
        """
        import torch

        def main(model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [20000, 40000])
            TRAIN_PER_BATCH(range(90))
        """,
        ("[20000, 40000]", "[30, 60, 80]"),
        ("LR101",),
    ),
    Script(
        "a warm-up of the first epoch under the name of the schedule",
        """
        import torch

        def train_one_epoch(model, optimizer, data_loader, epoch):
            lr_scheduler = None
            if epoch == 0:
                warmup_iters = min(1000, len(data_loader) - 1)
                lr_scheduler = torch.optim.lr_scheduler.LinearLR(
                    optimizer, start_factor=1.0 / 1000, total_iters=warmup_iters
                )
            for x, y in data_loader:
                optimizer.zero_grad()
                model(x, y).backward()
                optimizer.step()
                if lr_scheduler is not None:
                    lr_scheduler.step()

        def main(args, model, data_loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
            lr_scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [16, 22], gamma=0.1)
            for epoch in range(26):
                train_one_epoch(model, optimizer, data_loader, epoch)
                lr_scheduler.step()
        """,
        ("range(26)", "range(12)"),
        ("LR205",),
    ),
    Script(
        "flags that exclude each other in the two loops",
        """
        import torch

        def main(args, model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            if args.per_batch:
                length = args.epochs * len(loader)
            else:
                length = args.epochs
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, length, eta_min=1e-3)
            for epoch in range(args.epochs):
                for x, y in loader:
                    model(x, y).backward()
                    optimizer.step()
                    if args.per_batch:
                        scheduler.step()
                if not args.per_batch:
                    scheduler.step()
        """,
        ("if not args.per_batch:\n", "if True:\n"),
        (),
    ),
    Script(
        "a plateau on the negative of an accuracy",
        """
        import torch

        def main(model, loader, evaluate):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min")
            for epoch in range(90):
                for x, y in loader:
                    model(x, y).backward()
                    optimizer.step()
                val_accuracy = evaluate(model)
                scheduler.step(-val_accuracy)
        """,
        ("step(-val_accuracy)", "step(val_accuracy)"),
        ("LR114",),
    ),
    Script(
        "an absolute LR where the base LR is 1",
        """
        import torch

        def main(model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
            scheduler = torch.optim.lr_scheduler.LambdaLR(
                optimizer, lambda step: 0.003 * (1.0 + 0.001 * step) ** -0.75
            )
            TRAIN_PER_BATCH(range(20))
        """,
        ("lr=1.0", "lr=0.003"),
        ("LR307",),
    ),
    Script(
        "last_epoch set before the loop",
        """
        import torch

        def main(args, model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda e: 1 - e / args.epochs)
            optimizer.load_state_dict(torch.load(args.weights)["optimizer"])
            scheduler.last_epoch = args.start_epoch - 1
            TRAIN(range(args.start_epoch, args.epochs))
        """,
        ("    scheduler.last_epoch = args.start_epoch - 1\n", "    print(args)\n"),
        ("LR209",),
    ),
    Script(
        "stepped by a helper of another class",
        """
        # file: train.py
        from models import Model

        def main(args, loader):
            model = Model(args)
            for epoch in range(args.epochs):
                for batch in loader:
                    model.optimize_parameters(batch)
                model.update_learning_rate()  # once per epoch
        # file: models.py
        import torch

        class Model:
            def __init__(self, args):
                self.net = torch.nn.Linear(3, 1)
                self.optimizer = torch.optim.Adam(self.net.parameters(), lr=2e-4)
                self.schedulers = [
                    torch.optim.lr_scheduler.CosineAnnealingLR(
                        self.optimizer, args.epochs, eta_min=1e-6
                    )
                ]

            def optimize_parameters(self, batch):
                self.optimizer.zero_grad()
                self.net(batch).sum().backward()
                self.optimizer.step()

            def update_learning_rate(self):
                for scheduler in self.schedulers:
                    scheduler.step()
        """,
        ("        model.update_learning_rate()  #", "            model.update_learning_rate()  #"),
        ("LR101",),
    ),
    Script(
        "noise schedulers of diffusion models",
        """
        import torch
        from diffusers import DDPMScheduler

        def sample(unet, optimizer, loader, epochs):
            noise_scheduler = DDPMScheduler(num_train_timesteps=1000)
            noise_scheduler.set_timesteps(50)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs, eta_min=1e-6)
            for epoch in range(epochs):
                for x, y in loader:
                    unet(x, y).backward()
                    optimizer.step()
                for t in noise_scheduler.timesteps:
                    noise_pred = unet(x, t)
                    x = noise_scheduler.step(noise_pred, t, x).prev_sample
                scheduler.step()
        """,
        ("x = noise_scheduler.step(noise_pred, t, x).prev_sample", "scheduler.step()"),
        ("LR105",),
    ),
    Script(
        "schedules of other things",
        """
        import sched
        import time
        import torch
        from torch.profiler import profile, schedule

        class BetaScheduler:
            def step(self):
                self.beta = 0.1

        def main(model, loader, epochs):
            jobs = sched.scheduler(time.time, time.sleep)
            kl_scheduler = BetaScheduler()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs, eta_min=1e-3)
            with profile(schedule=schedule(wait=1, warmup=1, active=3)) as prof:
                for epoch in range(epochs):
                    for x, y in loader:
                        kl_scheduler.step()
                        model(x, y).backward()
                        optimizer.step()
                        prof.step()
                    scheduler.step()
                    jobs.run()
        """,
        ("prof.step()\n", "scheduler.step()\n"),
        ("LR105",),
    ),
    Script(
        "timm's scheduler, which takes the epoch",
        """
        from timm.scheduler import CosineLRScheduler
        import torch

        def main(model, loader, epochs):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = CosineLRScheduler(optimizer, t_initial=epochs, warmup_t=5)
            num_updates = 0
            for epoch in range(epochs):
                for x, y in loader:
                    model(x, y).backward()
                    optimizer.step()
                    num_updates += 1
                    scheduler.step_update(num_updates)
                scheduler.step(epoch + 1)
        """,
        (
            "CosineLRScheduler(optimizer, t_initial=epochs, warmup_t=5)",
            "torch.optim.lr_scheduler.StepLR(optimizer, 30)",
        ),
        ("LR107",),
    ),
    Script(
        "a scheduler class of the script, whose formula is unknown",
        """
        import torch

        class Warmup(torch.optim.lr_scheduler.LRScheduler):
            def __init__(self, optimizer, total_epoch):
                self.total_epoch = total_epoch
                super().__init__(optimizer)

            def get_lr(self):
                return [base * self.factor() for base in self.base_lrs]

        def main(model, loader, epochs):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = Warmup(optimizer, total_epoch=epochs)
            TRAIN_PER_BATCH(range(epochs))
        """,
        ("TRAIN_PER_BATCH(range(epochs))", "TRAIN(range(epochs), optimizer.step(), save(model))"),
        ("LR103",),
    ),
    Script(
        "a scheduler that a trainer steps",
        """
        import lightning
        import torch

        class Model(lightning.LightningModule):
            def training_step(self, batch, index):
                return self.net(batch).sum()

            def configure_optimizers(self):
                optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
                scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
                    optimizer, T_max=90, eta_min=1e-3
                )
                return [optimizer], [scheduler]
        """,
        (", eta_min=1e-3", ""),
        ("LR301",),
    ),
    Script(
        "a scheduler that is returned beside its optimizer",
        """
        import torch

        def warm_up(model, loader, epochs):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs, eta_min=1e-3)
            for x, y in loader:
                model(x, y).backward()
                optimizer.step()
            return {"scheduler": scheduler, "epochs": epochs}
        """,
        ('"scheduler": scheduler, ', ""),
        ("LR103",),
    ),
    Script(
        "a horizon that is off by one",
        """
        import torch

        def main(model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 89, eta_min=1e-3)
            TRAIN(range(90))
        """,
        ("89", "60"),
        ("LR201",),
    ),
    Script(
        "a cosine over one epoch that is rebuilt for each",
        """
        import torch

        def main(model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for epoch in range(90):
                optimizer.param_groups[0]["lr"] = 0.1
                scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
                    optimizer, T_max=len(loader), eta_min=1e-3
                )
                for x, y in loader:
                    model(x, y).backward()
                    optimizer.step()
                    scheduler.step()
        """,
        ('optimizer.param_groups[0]["lr"] = 0.1\n', "print(epoch)\n"),
        ("LR409",),
    ),
    Script(
        "code that exercises schedulers on purpose",
        """
        import torch

        def test_curve():
            weight = torch.nn.Parameter(torch.zeros(1))
            optimizer = torch.optim.SGD([weight], lr=0.1)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=5)
            rates = []
            for _ in range(10):
                optimizer.step()
                scheduler.step()
                rates.append(scheduler.get_last_lr()[0])
            assert min(rates) < 1e-6
        """,
        ("get_last_lr", "get_lr"),
        ("LR405",),
    ),
    Script(
        "an eta_min that is zero on purpose",
        """
        import torch

        def main(model, loader, epochs):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs, eta_min=0)
            TRAIN(range(epochs))
        """,
        (", eta_min=0", ""),
        ("LR301",),
    ),
    Script(
        "a chain of returns by name, and None at its end",
        """
        import torch

        def build(args, optimizer):
            if args.schedule == "step":
                return torch.optim.lr_scheduler.StepLR(optimizer, 30)
            elif args.schedule == "exponential":
                return torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
            elif args.schedule == "plateau":
                return torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
            return None

        def main(args, model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = build(args, optimizer)
            for epoch in range(90):
                for x, y in loader:
                    model(x, y).backward()
                    optimizer.step()
                if scheduler is not None:
                    if args.schedule == "plateau":
                        scheduler.step(evaluate(model))
                    else:
                        scheduler.step()
        """,
        ("scheduler.step(evaluate(model))", "scheduler.step()"),
        ("LR106",),
    ),
    Script(
        "built with last_epoch where the training resumes, from the start elsewhere",
        """
        import torch

        def main(args, model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            begin = 1
            if args.path != "":
                saved = torch.load(args.path)
                model.load_state_dict(saved["model"])
                optimizer.load_state_dict(saved["optimizer"])
                begin = saved["epoch"] + 1
            if args.path != "":
                scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30, last_epoch=begin)
            else:
                scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
            TRAIN(range(begin, 90))
        """,
        ("last_epoch=begin", "gamma=0.2"),
        ("LR209", "LR209"),
    ),
    Script(
        "passed to a function that takes fewer arguments",
        """
        import torch

        def fit(model, optimizer, loader):
            for epoch in range(90):
                for x, y in loader:
                    model(x, y).backward()
                    optimizer.step()

        def main(model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
            fit(model, optimizer, loader, scheduler)
        """,
        ("loader, scheduler)", "loader)"),
        ("LR103",),
    ),
    Script(
        "groups that are chosen by name, one of them written by hand",
        """
        import torch

        def main(args, model, loader):
            if args.model == "small":
                params = [{"params": one.parameters()} for one in (model.encoder, model.decoder)]
            else:
                params = [{"params": one.parameters()} for one in (model.a, model.b, model.c)]
            optimizer = torch.optim.SGD(params, lr=0.1)
            scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
            for epoch in range(90):
                for x, y in loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step(evaluate(model))
                optimizer.param_groups[0]["lr"] = 0.01
        """,
        ("SGD(params,", "SGD(model.parameters(),"),
        ("LR404",),
    ),
    Script(
        "a class whose callers are not seen",
        """
        import torch

        class Optimizer:
            def __init__(self, model):
                self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, step_size=30)

            def step(self):
                self.optimizer.step()

            def end_epoch(self, kind):
                if kind == "epoch":
                    self.scheduler.step()
        """,
        (
            '                if kind == "epoch":\n                    self.scheduler.step()',
            "                for epoch in range(20):\n                    train(kind)\n"
            "                    self.scheduler.step()",
        ),
        ("LR205",),
    ),
    Script(
        "a part of a schedule that is chosen by name",
        """
        import torch

        def build(args, optimizer):
            if args.schedule == "cosine":
                after = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 85, eta_min=1e-4)
            else:
                after = torch.optim.lr_scheduler.StepLR(optimizer, 30)
            first = torch.optim.lr_scheduler.LinearLR(optimizer, total_iters=5)
            return torch.optim.lr_scheduler.SequentialLR(optimizer, [first, after], milestones=[5])

        def main(args, model, loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = build(args, optimizer)
            TRAIN(range(90))
        """,
        ("[first, after]", "[first]"),
        ("LR103", "LR103", "LR207"),
    ),
    Script(
        "groups whose LR depends",
        """
        import torch

        def main(small, model, loader):
            if small:
                params = [{"params": model.parameters(), "lr": 1e-5}]
            else:
                params = [{"params": model.parameters(), "lr": 0.1}]
            optimizer = torch.optim.SGD(params, lr=0.1)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 90, eta_min=1e-4)
            TRAIN(range(90))
        """,
        ('"lr": 0.1}]', '"lr": 1e-5}]'),
        ("LR302",),
    ),
)
