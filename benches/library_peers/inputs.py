"""The arrays that each workload starts from, alike for NumPy and PyTorch."""

import numpy as np

RECURRENT = {"batch": 128, "time": 17, "features": 256, "units": 512}
CLASSES = 10


def inputs(workload, dtype):
    """Arrays by name. `dtype` is "f32" or "f64"."""
    draws = np.random.default_rng(231)

    def normal(*shape, scale=1.0):
        return (scale * draws.standard_normal(shape)).astype({"f32": np.float32, "f64": np.float64}[dtype])

    def labels(count):
        return draws.integers(CLASSES, size=count)

    def conv(batch, channels, size, filters, output):
        return {
            "x": normal(batch, channels, size, size),
            "w": normal(filters, channels, 3, 3, scale=0.1),
            "b": normal(filters),
            "dout": normal(batch, filters, output, output),
        }

    def recurrent(gates):
        n, t, d, h = RECURRENT.values()
        return {
            "x": normal(n, t, d),
            "h0": normal(n, h),
            "wx": normal(d, gates * h, scale=0.04),
            "wh": normal(h, gates * h, scale=0.04),
            "b": normal(gates * h, scale=0.04),
            "dout": normal(n, t, h),
        }

    def classifier():
        return {"w": normal(3073, CLASSES, scale=0.01), "x": normal(500, 3073), "y": labels(500)}

    def two_layer():
        layers = {"w1": normal(3072, 100, scale=0.01), "b1": normal(100), "w2": normal(100, CLASSES), "b2": normal(CLASSES)}
        return {"x": normal(200, 3072), "y": labels(200), **layers}

    def attention():
        weights = {f"w{name}": normal(256, 256, scale=0.06) for name in "qkvo"}
        biases = {f"b{name}": normal(256, scale=0.06) for name in "qkvo"}
        return {"x": normal(32, 64, 256), "dout": normal(32, 64, 256), **weights, **biases}

    def convnet():
        layers = {
            "w1": normal(32, 3, 7, 7, scale=1e-3),
            "b1": normal(32, scale=1e-3),
            "w2": normal(32 * 16 * 16, 100, scale=1e-3),
            "b2": normal(100, scale=1e-3),
            "w3": normal(100, CLASSES, scale=1e-3),
            "b3": normal(CLASSES, scale=1e-3),
        }
        return {"x": normal(50, 3, 32, 32), "y": labels(50), **layers}

    makers = {
        "softmax": classifier,
        "svm": classifier,
        "two_layer": two_layer,
        "conv_cs231n": lambda: conv(100, 3, 31, 25, 16),
        "conv_64": lambda: conv(32, 64, 32, 64, 32),
        "max_pool": lambda: {"x": normal(100, 32, 32, 32), "dout": normal(100, 32, 16, 16)},
        "spatial_batchnorm": lambda: {
            "x": normal(64, 64, 32, 32), "dout": normal(64, 64, 32, 32), "gamma": normal(64), "beta": normal(64),
        },
        "knn_distances": lambda: {"x": normal(500, 3072), "x_train": normal(5000, 3072)},
        "rnn": lambda: recurrent(1),
        "lstm": lambda: recurrent(4),
        "attention": attention,
        "convnet_step": convnet,
    }
    return makers[workload]()
