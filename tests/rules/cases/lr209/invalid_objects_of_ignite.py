# invalid: The epoch is restored with the trainer.
# at: scheduler = StepLR(optimizer, step_size=15)
from ignite.engine import Events, create_supervised_trainer
from ignite.handlers import Checkpoint
from torch.nn.functional import mse_loss
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, train_loader, saved):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=15)
    trainer = create_supervised_trainer(model, optimizer, mse_loss)

    @trainer.on(Events.EPOCH_COMPLETED)
    def advance():
        scheduler.step()

    if saved:
        parts = {"trainer": trainer, "model": model, "optimizer": optimizer}
        Checkpoint.load_objects(parts, saved)
    trainer.run(train_loader, max_epochs=45)
