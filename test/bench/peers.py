"""The other contenders of `npm run bench`: NumPy and PyTorch, run by Debian's /usr/bin/python3.

`peers.py numpy|torch` answers one JSON line for every JSON line on standard input, so that the driver can run all
contenders in turns within one session. The driver sets the environment (see contenders.ts).
"""

import json
import resource
import sys
import time

import numpy as np

N, D, K, H = 100, 2, 3, 100
STEP, REG = 1.0, 1e-3


def spiral_data():
    np.random.seed(0)
    X = np.zeros((N * K, D))
    y = np.zeros(N * K, dtype='uint8')
    for j in range(K):
        ix = range(N * j, N * (j + 1))
        r = np.linspace(0.0, 1, N)
        t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.2
        X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
        y[ix] = j
    np.random.randn(18 + D * K)
    W = 0.01 * np.random.randn(D, H)
    W2 = 0.01 * np.random.randn(H, K)
    return X, y, W, np.zeros((1, H)), W2, np.zeros((1, K))


def spiral_numpy(iterations):
    X, y, W, b, W2, b2 = spiral_data()
    n = X.shape[0]
    rows = np.arange(n)
    begun = time.perf_counter()
    for _ in range(iterations):
        hidden = np.maximum(0, np.dot(X, W) + b)
        scores = np.dot(hidden, W2) + b2
        exp_scores = np.exp(scores)
        probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
        loss = np.sum(-np.log(probs[rows, y])) / n + 0.5 * REG * np.sum(W * W) + 0.5 * REG * np.sum(W2 * W2)
        dscores = probs
        dscores[rows, y] -= 1
        dscores /= n
        dW2 = np.dot(hidden.T, dscores)
        db2 = np.sum(dscores, axis=0, keepdims=True)
        dhidden = np.dot(dscores, W2.T)
        dhidden[hidden <= 0] = 0
        dW = np.dot(X.T, dhidden)
        db = np.sum(dhidden, axis=0, keepdims=True)
        dW2 += REG * W2
        dW += REG * W
        W += -STEP * dW
        b += -STEP * db
        W2 += -STEP * dW2
        b2 += -STEP * db2
    return time.perf_counter() - begun, float(loss)


def spiral_torch(iterations):
    import torch

    X, y, W, b, W2, b2 = (torch.from_numpy(a) for a in spiral_data())
    y = y.long()
    n = X.shape[0]
    rows = torch.arange(n)
    begun = time.perf_counter()
    with torch.inference_mode():
        for _ in range(iterations):
            hidden = torch.relu(torch.addmm(b, X, W))
            scores = torch.addmm(b2, hidden, W2)
            probs = torch.softmax(scores, 1)
            loss = -torch.log(probs[rows, y]).sum() / n + 0.5 * REG * (W * W).sum() + 0.5 * REG * (W2 * W2).sum()
            dscores = probs
            dscores[rows, y] -= 1
            dscores /= n
            dW2 = hidden.T @ dscores
            db2 = dscores.sum(0, keepdim=True)
            dhidden = dscores @ W2.T
            dhidden[hidden <= 0] = 0
            dW = X.T @ dhidden
            db = dhidden.sum(0, keepdim=True)
            dW2.add_(W2, alpha=REG)
            dW.add_(W, alpha=REG)
            W.sub_(dW, alpha=STEP)
            b.sub_(db, alpha=STEP)
            W2.sub_(dW2, alpha=STEP)
            b2.sub_(db2, alpha=STEP)
    return time.perf_counter() - begun, float(loss)


def spiral_torch_autograd(iterations):
    import torch

    X, y, W, b, W2, b2 = (torch.from_numpy(a) for a in spiral_data())
    y = y.long()
    params = [W, b, W2, b2]
    for p in params:
        p.requires_grad_()
    begun = time.perf_counter()
    for _ in range(iterations):
        hidden = torch.relu(torch.addmm(b, X, W))
        scores = torch.addmm(b2, hidden, W2)
        data_loss = torch.nn.functional.cross_entropy(scores, y)
        loss = data_loss + 0.5 * REG * (W * W).sum() + 0.5 * REG * (W2 * W2).sum()
        loss.backward()
        with torch.no_grad():
            for p in params:
                p.sub_(p.grad, alpha=STEP)
                p.grad = None
    return time.perf_counter() - begun, float(loss)


def timed(call, seconds):
    """The mean time of a call over at least `seconds`, after one call that does not count."""
    call()
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds or count < 3:
        call()
        count += 1
    return (time.perf_counter() - begun) / count


def gemm(module, n, dtype):
    rng = np.random.default_rng(0)
    A, B = (rng.standard_normal((n, n)).astype(dtype) for _ in range(2))
    if module == 'numpy':
        return timed(lambda: np.dot(A, B), 0.3), float(np.dot(A, B)[1, 2])
    import torch

    A, B = torch.from_numpy(A), torch.from_numpy(B)
    with torch.inference_mode():
        return timed(lambda: torch.mm(A, B), 0.3), float(torch.mm(A, B)[1, 2])


def additions(module, count):
    if module == 'numpy':
        a = np.zeros(131072)
        one = np.ones(131072)
    else:
        import torch

        a, one = torch.zeros(131072, dtype=torch.float64), torch.ones(131072, dtype=torch.float64)
    begun = time.perf_counter()
    for _ in range(count):
        a = a + one
    return time.perf_counter() - begun, float(a[7])


INPUTS = {'key': None, 'arrays': {}}


def make(rng, kind, shape, dtype):
    if kind == 'normal':
        return rng.standard_normal(shape).astype(dtype)
    if kind == 'sorted':
        return np.sort(rng.standard_normal(shape)).astype(dtype)
    if kind == 'uniform':
        return (rng.random(shape) + 0.5).astype(dtype)
    if kind == 'mask':
        return rng.random(shape) < 0.3
    return np.floor(rng.random(shape) * {'integers': 100, 'positions': 1000, 'labels': 10}[kind]).astype(dtype)


def prepare(module, specs):
    key = json.dumps(specs)
    if INPUTS['key'] != key:
        rng = np.random.default_rng(0)
        arrays = {name: make(rng, *spec) for name, spec in specs.items()}
        if module == 'torch':
            import torch

            arrays = {name: torch.from_numpy(a) for name, a in arrays.items()}
        INPUTS.update(key=key, arrays=arrays)
    return INPUTS['arrays']


def row(module, request):
    """The mean time of a call, and the sum of the result's absolute values."""
    scope = {'np': np, **prepare(module, request['inputs'])}
    if module == 'torch':
        import torch

        scope['torch'] = torch
        with torch.inference_mode():
            return measure(eval('lambda: ' + request['code'], scope), request)
    return measure(eval('lambda: ' + request['code'], scope), request)


def measure(call, request):
    result = call()
    if result is None:
        result = next(iter(INPUTS['arrays'].values()))
    value = float(np.abs(np.asarray(result).astype(np.float64)).sum())

    def repeat(count):
        begun = time.perf_counter()
        for _ in range(count):
            call()
        return time.perf_counter() - begun

    # The warm-up of gradlab.ts.
    calls, spent = 1, repeat(1)
    while spent < request['budget'] and calls < 5000:
        spent += repeat(calls)
        calls *= 2
    count = max(1, min(10_000, round(request['budget'] * calls / spent)))
    return repeat(count) / count, value


NET = {'key': None, 'step': None}


def load(model, *weights):
    """Gives a model its weights, in the order of its parameters."""
    import torch

    with torch.no_grad():
        for p, w in zip(model.parameters(), weights, strict=True):
            p.copy_(w)


def net(module, request):
    """The mean time of a training step, and the loss after a few. The model stays for the next request."""
    key = json.dumps(request['inputs']) + request['code']
    scope = {'np': np, **prepare(module, request['inputs'])}
    if module == 'torch':
        import torch

        scope.update(torch=torch, F=torch.nn.functional, load=load)

    def fresh():
        own = dict(scope)
        exec(request['code'], own)
        return own['step']

    first = fresh()
    for _ in range(5):
        value = first()
    if NET['key'] != key:
        step = fresh()
        NET.update(key=key, step=step)
        begun = time.perf_counter()
        while time.perf_counter() - begun < 2 * request['budget']:
            step()
    step = NET['step']
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < request['budget'] or count < 3:
        step()
        count += 1
    return (time.perf_counter() - begun) / count, value


def main():
    module = sys.argv[1]
    if module == 'torch':
        import torch

        torch.set_num_interop_threads(1)
    for line in sys.stdin:
        request = json.loads(line)
        case = request['case']
        if case == 'hello':
            seconds, value = 0.0, 0.0
        elif case == 'spiral':
            seconds, value = (spiral_numpy if module == 'numpy' else spiral_torch)(request['iterations'])
        elif case == 'spiral-autograd':
            seconds, value = spiral_torch_autograd(request['iterations'])
        elif case == 'gemm':
            seconds, value = gemm(module, request['n'], request['dtype'])
        elif case == 'additions':
            seconds, value = additions(module, request['count'])
        elif case == 'row':
            seconds, value = row(module, request)
        elif case == 'net':
            seconds, value = net(module, request)
        else:
            raise ValueError(f'peers.py: unknown case {case!r}')
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({'seconds': seconds, 'value': value, 'rss': rss}), flush=True)


main()
