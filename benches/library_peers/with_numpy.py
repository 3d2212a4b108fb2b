"""The workloads in NumPy: whole-array operations, matrix products, results written in place where that is faster.

Each function takes the inputs by name and returns what to time, which returns its results by name. There is no LSTM and no
training step, because nobody would use NumPy for them.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

REG = 1e-3
EPS = 1e-5


def softmax(w, x, y):
    rows = np.arange(len(y))

    def call():
        p = x @ w
        p -= p.max(axis=1, keepdims=True)
        correct = p[rows, y]
        np.exp(p, out=p)
        sums = p.sum(axis=1, keepdims=True)
        loss = (np.log(sums[:, 0]) - correct).mean() + REG * np.vdot(w, w)
        p /= sums
        p[rows, y] -= 1
        p /= len(y)
        dw = x.T @ p
        dw += 2 * REG * w
        return {"loss": loss, "dw": dw}

    return call


def svm(w, x, y):
    rows = np.arange(len(y))

    def call():
        margins = x @ w
        margins -= margins[rows, y][:, None] - 1
        margins[rows, y] = 0
        np.maximum(margins, 0, out=margins)
        loss = margins.sum() / len(y) + REG * np.vdot(w, w)
        dscores = (margins > 0).astype(x.dtype)
        dscores[rows, y] = -dscores.sum(axis=1)
        dscores /= len(y)
        dw = x.T @ dscores
        dw += 2 * REG * w
        return {"loss": loss, "dw": dw}

    return call


def two_layer(x, y, w1, b1, w2, b2):
    rows = np.arange(len(y))

    def call():
        hidden = x @ w1
        hidden += b1
        np.maximum(hidden, 0, out=hidden)
        p = hidden @ w2
        p += b2
        p -= p.max(axis=1, keepdims=True)
        correct = p[rows, y]
        np.exp(p, out=p)
        sums = p.sum(axis=1, keepdims=True)
        loss = (np.log(sums[:, 0]) - correct).mean() + 0.5 * REG * (np.vdot(w1, w1) + np.vdot(w2, w2))
        p /= sums
        p[rows, y] -= 1
        p /= len(y)
        dw2 = hidden.T @ p
        dw2 += REG * w2
        dhidden = p @ w2.T
        dhidden *= hidden > 0
        dw1 = x.T @ dhidden
        dw1 += REG * w1
        return {"loss": loss, "dw1": dw1, "db1": dhidden.sum(axis=0), "dw2": dw2, "db2": p.sum(axis=0)}

    return call


def conv_cs231n(x, w, b, dout):
    return conv(x, w, b, dout, stride=2)


def conv_64(x, w, b, dout):
    return conv(x, w, b, dout, stride=1)


def conv(x, w, b, dout, stride):
    """By columns of windows and one matrix product for each pass, with padding 1 and kernels of 3 x 3."""
    batch, channels, height, width = x.shape
    filters, _, out_height, out_width = dout.shape[1], *dout.shape[1:]

    def call():
        padded = np.zeros((batch, channels, height + 2, width + 2), x.dtype)
        padded[:, :, 1:-1, 1:-1] = x
        windows = sliding_window_view(padded, (3, 3), axis=(2, 3))[:, :, ::stride, ::stride]
        columns = windows.transpose(0, 1, 4, 5, 2, 3).reshape(batch, channels * 9, out_height * out_width)
        rows = w.reshape(filters, -1)
        y = rows @ columns
        y += b[:, None]

        upstream = dout.reshape(batch, filters, -1)
        dw = (upstream @ columns.transpose(0, 2, 1)).sum(axis=0).reshape(w.shape)
        dcolumns = (rows.T @ upstream).reshape(batch, channels, 3, 3, out_height, out_width)
        dpadded = np.zeros_like(padded)
        for i in range(3):
            for j in range(3):
                stop = [i + stride * (out_height - 1) + 1, j + stride * (out_width - 1) + 1]
                dpadded[:, :, i : stop[0] : stride, j : stop[1] : stride] += dcolumns[:, :, i, j]
        return {"y": y.reshape(dout.shape), "dx": dpadded[:, :, 1:-1, 1:-1], "dw": dw, "db": dout.sum(axis=(0, 2, 3))}

    return call


def max_pool(x, dout):
    corners = [(0, 0), (0, 1), (1, 0), (1, 1)]

    def call():
        parts = [x[:, :, i::2, j::2] for i, j in corners]
        y = np.maximum(np.maximum(parts[0], parts[1]), np.maximum(parts[2], parts[3]))
        dx = np.empty_like(x)
        free = np.ones(y.shape, bool)  # the first of equal maxima gets the gradient
        for (i, j), part in zip(corners, parts):
            hit = part == y
            hit &= free
            free &= ~hit
            np.multiply(dout, hit, out=dx[:, :, i::2, j::2])
        return {"y": y, "dx": dx}

    return call


def spatial_batchnorm(x, dout, gamma, beta):
    batch, channels, height, width = x.shape
    count = batch * height * width
    x, dout = x.reshape(batch, channels, -1), dout.reshape(batch, channels, -1)

    def call():
        mean = x.mean(axis=(0, 2))[:, None]
        x_hat = x - mean
        variance = np.einsum("ncs,ncs->c", x_hat, x_hat)[:, None] / count
        inverse = 1 / np.sqrt(variance + EPS)
        x_hat *= inverse
        y = x_hat * gamma[:, None]
        y += beta[:, None]

        dbeta = dout.sum(axis=(0, 2))
        dgamma = np.einsum("ncs,ncs->c", dout, x_hat)
        dx = x_hat * (-dgamma / count)[:, None]
        dx += dout
        dx -= (dbeta / count)[:, None]
        dx *= gamma[:, None] * inverse
        shape = (batch, channels, height, width)
        return {"y": y.reshape(shape), "dx": dx.reshape(shape), "dgamma": dgamma, "dbeta": dbeta}

    return call


def knn_distances(x, x_train):
    def call():
        dists = x @ x_train.T
        dists *= -2
        dists += np.einsum("ij,ij->i", x, x)[:, None]
        dists += np.einsum("ij,ij->i", x_train, x_train)
        np.maximum(dists, 0, out=dists)
        return {"dists": np.sqrt(dists, out=dists)}

    return call


def rnn(x, h0, wx, wh, b, dout):
    batch, time, features = x.shape
    units = h0.shape[1]
    # Time first, so that a step is one block of memory.
    x_steps, dout_steps = x.transpose(1, 0, 2), dout.transpose(1, 0, 2)

    def call():
        rows = np.ascontiguousarray(x_steps).reshape(-1, features)
        h = (rows @ wx).reshape(time, batch, units)
        h += b
        previous = h0
        for t in range(time):
            h[t] += previous @ wh
            np.tanh(h[t], out=h[t])
            previous = h[t]

        da = 1 - h * h
        dh = np.zeros_like(h0)
        for t in reversed(range(time)):
            dh += dout_steps[t]
            da[t] *= dh
            np.matmul(da[t], wh.T, out=dh)
        da_rows = da.reshape(-1, units)
        before = np.concatenate([h0, h[:-1].reshape(-1, units)])
        dx = (da_rows @ wx.T).reshape(time, batch, features)
        return {
            "h": h.transpose(1, 0, 2), "dx": dx.transpose(1, 0, 2), "dh0": dh, "dwx": rows.T @ da_rows,
            "dwh": before.T @ da_rows, "db": da_rows.sum(axis=0),
        }

    return call


def attention(x, dout, wq, wk, wv, wo, bq, bk, bv, bo, heads=8):
    batch, time, features = x.shape
    width = features // heads
    scale = x.dtype.type(width**-0.5)
    w, b = np.concatenate([wq, wk, wv], axis=1), np.concatenate([bq, bk, bv])
    rows, dout_rows = x.reshape(-1, features), dout.reshape(-1, features)

    def call():
        projected = rows @ w
        projected += b
        query, key, value = np.ascontiguousarray(projected.reshape(batch, time, 3, heads, width).transpose(2, 0, 3, 1, 4))
        weights = query @ key.swapaxes(2, 3)
        weights *= scale
        weights -= weights.max(axis=3, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=3, keepdims=True)
        mixed = (weights @ value).transpose(0, 2, 1, 3).reshape(-1, features)
        out = mixed @ wo
        out += bo

        dmixed = (dout_rows @ wo.T).reshape(batch, time, heads, width).transpose(0, 2, 1, 3)
        dprojected = np.empty((batch, time, 3, heads, width), x.dtype)
        dquery, dkey, dvalue = dprojected.transpose(2, 0, 3, 1, 4)
        dvalue[...] = weights.swapaxes(2, 3) @ dmixed
        dscores = dmixed @ value.swapaxes(2, 3)
        dscores -= np.einsum("nhij,nhij->nhi", dscores, weights)[..., None]
        dscores *= weights
        dscores *= scale
        dquery[...] = dscores @ key
        dkey[...] = dscores.swapaxes(2, 3) @ query
        drows = dprojected.reshape(-1, 3 * features)
        dw, db = rows.T @ drows, drows.sum(axis=0)
        return {
            "out": out.reshape(x.shape), "dx": (drows @ w.T).reshape(x.shape), "dw": dw, "db": db,
            "dwo": mixed.T @ dout_rows, "dbo": dout_rows.sum(axis=0),
        }

    return call
