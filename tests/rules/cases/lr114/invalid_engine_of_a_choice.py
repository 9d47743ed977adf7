# invalid: One of two engines of ignite evaluates every few epochs, and tells the loss.
# at: plateau.step(loss)
from ignite.engine import Engine, Events
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau

def fit(model, optimizer, batches, checker, both):
    def update(engine, batch):
        model(batch).sum().backward()
        optimizer.step()

    def update_both(engine, batch):
        sum(model(batch)).backward()
        optimizer.step()

    engine = Engine(update_both) if both else Engine(update)
    plateau = ReduceLROnPlateau(optimizer, "max")

    @engine.on(Events.EPOCH_COMPLETED(every=3))
    def check(engine):
        checker.run(batches)
        loss = checker.state.metrics["loss"]
        plateau.step(loss)

    engine.run(batches, max_epochs=30)
# fixed:
# - plateau = ReduceLROnPlateau(optimizer, "max")
# + plateau = ReduceLROnPlateau(optimizer, "min")
