# valid: All names of Keras' callbacks are imported, one of which has the name of a scheduler.
from keras.callbacks import *

def fit(model, x, y):
    calm = ReduceLROnPlateau(monitor="loss", factor=0.5, patience=4, verbose=1)
    model.fit(x, y, callbacks=[calm])
