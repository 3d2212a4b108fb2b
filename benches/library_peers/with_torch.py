"""The workloads in PyTorch on the CPU, as its users would write them for speed: its own layers and losses, autograd.

Each function takes the inputs by name and returns what to time, which returns its results by name.
"""

import torch
import torch.nn.functional as F

REG = 1e-3
THREADS = 2

torch.set_num_threads(THREADS)


def softmax(w, x, y):
    return classifier(w, x, lambda scores: F.cross_entropy(scores, y))


def svm(w, x, y):
    # The mean over examples and classes; the lecture's is a sum over classes.
    return classifier(w, x, lambda scores: scores.shape[1] * F.multi_margin_loss(scores, y))


def classifier(w, x, loss_of):
    w.requires_grad_()

    def call():
        loss = loss_of(x @ w) + REG * torch.sum(w * w)
        (dw,) = torch.autograd.grad(loss, w)
        return {"loss": loss, "dw": dw}

    return call


def two_layer(x, y, w1, b1, w2, b2):
    parameters = needing_gradients(w1, b1, w2, b2)

    def call():
        scores = torch.addmm(b2, torch.relu(torch.addmm(b1, x, w1)), w2)
        loss = F.cross_entropy(scores, y) + 0.5 * REG * (torch.sum(w1 * w1) + torch.sum(w2 * w2))
        return {"loss": loss, **gradients(["dw1", "db1", "dw2", "db2"], loss, parameters)}

    return call


def conv_cs231n(x, w, b, dout):
    return conv(x, w, b, dout, stride=2)


def conv_64(x, w, b, dout):
    return conv(x, w, b, dout, stride=1)


def conv(x, w, b, dout, stride):
    inputs = needing_gradients(x, w, b)

    def call():
        y = F.conv2d(x, w, b, stride=stride, padding=1)
        return {"y": y, **gradients(["dx", "dw", "db"], y, inputs, dout)}

    return call


def max_pool(x, dout):
    inputs = needing_gradients(x)

    def call():
        y = F.max_pool2d(x, 2)
        return {"y": y, **gradients(["dx"], y, inputs, dout)}

    return call


def spatial_batchnorm(x, dout, gamma, beta):
    inputs = needing_gradients(x, gamma, beta)
    mean, variance = torch.zeros_like(gamma), torch.ones_like(gamma)

    def call():
        y = F.batch_norm(x, mean, variance, gamma, beta, training=True)
        return {"y": y, **gradients(["dx", "dgamma", "dbeta"], y, inputs, dout)}

    return call


def knn_distances(x, x_train):
    def call():
        return {"dists": torch.cdist(x, x_train, compute_mode="use_mm_for_euclid_dist")}

    return call


def rnn(x, h0, wx, wh, b, dout):
    return recurrent(torch.nn.RNN, x, h0, wx, wh, b, dout)


def lstm(x, h0, wx, wh, b, dout):
    return recurrent(torch.nn.LSTM, x, h0, wx, wh, b, dout)


def recurrent(kind, x, h0, wx, wh, b, dout):
    layer = kind(wx.shape[0], wh.shape[0], batch_first=True, dtype=x.dtype)
    with torch.no_grad():
        for parameter, value in zip(layer.parameters(), [wx.T, wh.T, b, torch.zeros_like(b)]):
            parameter.copy_(value)
    h0 = h0[None]
    inputs = needing_gradients(x, h0) + list(layer.parameters())
    state = (h0, torch.zeros_like(h0)) if kind is torch.nn.LSTM else h0
    names = ["dx", "dh0", "dwx", "dwh", "db", "db_again"]

    def call():
        h, _ = layer(x, state)
        results = gradients(names, h, inputs, dout)
        return {"h": h, **results, "dwx": results["dwx"].T, "dwh": results["dwh"].T}

    return call


def attention(x, dout, wq, wk, wv, wo, bq, bk, bv, bo, heads=8):
    batch, time, features = x.shape
    w, b = torch.cat([wq, wk, wv], dim=1).T.contiguous(), torch.cat([bq, bk, bv])
    w_out = wo.T.contiguous()
    inputs = needing_gradients(x, w, b, w_out, bo)

    def call():
        projected = F.linear(x, w, b).view(batch, time, 3, heads, features // heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(*projected)
        out = F.linear(mixed.transpose(1, 2).reshape(batch, time, features), w_out, bo)
        results = gradients(["dx", "dw", "db", "dwo", "dbo"], out, inputs, dout)
        return {"out": out, **results, "dw": results["dw"].T, "dwo": results["dwo"].T}

    return call


def convnet_step(x, y, w1, b1, w2, b2, w3, b3):
    parameters = needing_gradients(w1, b1, w2, b2, w3, b3)
    optimiser = torch.optim.Adam(parameters, lr=1e-3, fused=True)

    def call():
        pooled = F.max_pool2d(torch.relu(F.conv2d(x, w1, b1, padding=3)), 2)
        scores = torch.addmm(b3, torch.relu(torch.addmm(b2, pooled.flatten(1), w2)), w3)
        loss = F.cross_entropy(scores, y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return {"loss": loss}

    return call


def needing_gradients(*tensors):
    return [tensor.requires_grad_() for tensor in tensors]


def gradients(names, result, inputs, upstream=None):
    return dict(zip(names, torch.autograd.grad(result, inputs, upstream)))


def to_peer(array):
    return torch.from_numpy(array)


def to_numpy(result):
    return result.detach().numpy()
