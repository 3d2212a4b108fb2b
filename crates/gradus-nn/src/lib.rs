//! The teaching library: layers, losses and training over ndarray, forward and backward written out.
