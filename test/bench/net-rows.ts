// The rows of `npm run bench nn`: training steps of whole networks, written as each contender's users write them. Data
// and first weights are made in every process from the same PCG64 stream, so losses can be compared. No timing here.
import type { Input } from './rows.js';

export interface NetRow {
  name: string;
  /** Data and first weights, by the names that the code uses. */
  inputs: Record<string, Input>;
  /** JavaScript with np, nn, optim and the inputs in scope; defines `step`, which trains once and returns the loss. */
  gradlab: string;
  /** Python with np and the inputs in scope; defines step(), which returns the loss as a number. */
  numpy?: string;
  /** Python with torch, F and the inputs as tensors in scope. Several ways to write it: the fastest one counts. */
  torch: Record<string, string>;
  /** Agreement of the losses after a few steps, relative. */
  tolerance?: number;
  /** Shortest time that each contender is measured for in a round, in ms. */
  budget?: number;
}

export const netRows: NetRow[] = [];
const f32 = 'float32';

const gradlabStep = `
function step() {
  opt.zeroGrad();
  const loss = nn.crossEntropy(model(x), y);
  loss.backward();
  opt.step();
  return loss.item();
}`;

const torchStep = (images: string): string => `
def step():
    opt.zero_grad(set_to_none=True)
    loss = F.cross_entropy(model(${images}), y)
    loss.backward()
    opt.step()
    return loss.item()
`;

// ---- fully connected ------------------------------------------------------------------------------------------------

const mlpTorch = (options: string): string => `
model = torch.nn.Sequential(
    torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
load(model, w1 * 0.05, b1 * 0, w2 * 0.1, b2 * 0, w3 * 0.1, b3 * 0)
opt = torch.optim.SGD(model.parameters(), lr=0.01${options})
${torchStep('x')}`;

netRows.push({
  name: 'MLP 784-256-128-10, batch 128',
  inputs: {
    x: ['normal', [128, 784], f32],
    y: ['labels', [128], 'int64'],
    w1: ['normal', [256, 784], f32],
    b1: ['normal', [256], f32],
    w2: ['normal', [128, 256], f32],
    b2: ['normal', [128], f32],
    w3: ['normal', [10, 128], f32],
    b3: ['normal', [10], f32],
  },
  gradlab: `
const model = new nn.Sequential(
  new nn.Linear(784, 256), new nn.ReLU(), new nn.Linear(256, 128), new nn.ReLU(), new nn.Linear(128, 10));
load(model, w1.mul(0.05), b1.mul(0), w2.mul(0.1), b2.mul(0), w3.mul(0.1), b3.mul(0));
const opt = new optim.SGD(model.parameters(), { lr: 0.01 });
${gradlabStep}`,
  torch: { plain: mlpTorch(''), foreach: mlpTorch(', foreach=True') },
  numpy: `
params = W1, c1, W2, c2, W3, c3 = [w1.T * np.float32(0.05), b1 * 0, w2.T * np.float32(0.1), b2 * 0, w3.T * np.float32(0.1), b3 * 0]
rows = np.arange(len(y))

def step():
    h1 = np.maximum(x @ W1 + c1, 0)
    h2 = np.maximum(h1 @ W2 + c2, 0)
    scores = h2 @ W3 + c3
    scores -= scores.max(axis=1, keepdims=True)
    probs = np.exp(scores)
    probs /= probs.sum(axis=1, keepdims=True)
    loss = -np.log(probs[rows, y]).mean()
    probs[rows, y] -= 1
    probs /= np.float32(len(y))
    d2 = probs @ W3.T
    d2[h2 <= 0] = 0
    d1 = d2 @ W2.T
    d1[h1 <= 0] = 0
    grads = [x.T @ d1, d1.sum(axis=0), h1.T @ d2, d2.sum(axis=0), h2.T @ probs, probs.sum(axis=0)]
    for p, g in zip(params, grads):
        p -= np.float32(0.01) * g
    return float(loss)
`,
});

// ---- convolutional --------------------------------------------------------------------------------------------------

/** First weights of the ConvNet, in the order of its parameters. */
const convWeights = (scaled: (name: string, factor: number) => string, normalized = false): string =>
  [
    [scaled('w1', 0.3), scaled('b1', 0), ...(normalized ? [scaled('s1', 1), scaled('b1', 0)] : [])],
    [scaled('w2', 0.08), scaled('b2', 0), ...(normalized ? [scaled('s2', 1), scaled('b2', 0)] : [])],
    [scaled('w3', 0.02), scaled('b3', 0)],
  ]
    .flat()
    .join(', ');

const convGradlab = (normalized = false): string => `
const model = new nn.Sequential(
  new nn.Conv2d(1, 32, 3, { padding: 1 }), ${normalized ? 'new nn.BatchNorm2d(32), ' : ''}new nn.ReLU(), new nn.MaxPool2d(2),
  new nn.Conv2d(32, 64, 3, { padding: 1 }), ${normalized ? 'new nn.BatchNorm2d(64), ' : ''}new nn.ReLU(), new nn.MaxPool2d(2),
  new nn.Flatten(), new nn.Linear(64 * 7 * 7, 10));
load(model, ${convWeights((name, factor) => `${name}.mul(${factor})`, normalized)});
const opt = new optim.SGD(model.parameters(), { lr: 0.01 });
${gradlabStep}`;

const convTorch = (layout: string, normalized = false): string => `
model = torch.nn.Sequential(
    torch.nn.Conv2d(1, 32, 3, padding=1), ${normalized ? 'torch.nn.BatchNorm2d(32), ' : ''}torch.nn.ReLU(), torch.nn.MaxPool2d(2),
    torch.nn.Conv2d(32, 64, 3, padding=1), ${normalized ? 'torch.nn.BatchNorm2d(64), ' : ''}torch.nn.ReLU(), torch.nn.MaxPool2d(2),
    torch.nn.Flatten(), torch.nn.Linear(64 * 7 * 7, 10))
load(model, ${convWeights((name, factor) => `${name} * ${factor}`, normalized)})
model = model.to(memory_format=torch.${layout})
images = x.to(memory_format=torch.${layout})
opt = torch.optim.SGD(model.parameters(), lr=0.01)
${torchStep('images')}`;

netRows.push({
  name: 'ConvNet conv32-pool-conv64-pool-fc10, 28x28, batch 64',
  inputs: {
    x: ['normal', [64, 1, 28, 28], f32],
    y: ['labels', [64], 'int64'],
    w1: ['normal', [32, 1, 3, 3], f32],
    b1: ['normal', [32], f32],
    w2: ['normal', [64, 32, 3, 3], f32],
    b2: ['normal', [64], f32],
    w3: ['normal', [10, 64 * 7 * 7], f32],
    b3: ['normal', [10], f32],
  },
  gradlab: convGradlab(),
  torch: { 'channels first': convTorch('contiguous_format'), 'channels last': convTorch('channels_last') },
  numpy: `
from numpy.lib.stride_tricks import sliding_window_view

def windows(a):
    """Windows of 3 x 3 with a border of zeros: (N H W, C 9)."""
    n, c, h, w = a.shape
    padded = np.zeros((n, c, h + 2, w + 2), a.dtype)
    padded[:, :, 1:-1, 1:-1] = a
    return sliding_window_view(padded, (3, 3), (2, 3)).transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, c * 9)

def conv(a, W, b):
    n, c, h, w = a.shape
    cols = windows(a)
    out = cols @ W.reshape(len(W), -1).T + b
    return out.reshape(n, h, w, len(W)).transpose(0, 3, 1, 2), cols

def pool(a):
    n, c, h, w = a.shape
    blocks = a.reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, h // 2, w // 2, 4)
    winners = blocks.argmax(axis=-1)[..., None]
    return np.take_along_axis(blocks, winners, -1)[..., 0], winners

def unpool(g, winners):
    n, c, h, w = g.shape
    blocks = np.zeros((n, c, h, w, 4), g.dtype)
    np.put_along_axis(blocks, winners, g[..., None], -1)
    return blocks.reshape(n, c, h, w, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, 2 * h, 2 * w)

W1, c1 = w1 * np.float32(0.3), b1 * 0
W2, c2 = w2 * np.float32(0.08), b2 * 0
W3, c3 = w3 * np.float32(0.02), b3 * 0
rows = np.arange(len(y))

def step():
    z1, cols1 = conv(x, W1, c1)
    h1 = np.maximum(z1, 0)
    p1, k1 = pool(h1)
    z2, cols2 = conv(p1, W2, c2)
    h2 = np.maximum(z2, 0)
    p2, k2 = pool(h2)
    flat = p2.reshape(len(p2), -1)
    scores = flat @ W3.T + c3
    scores -= scores.max(axis=1, keepdims=True)
    probs = np.exp(scores)
    probs /= probs.sum(axis=1, keepdims=True)
    loss = -np.log(probs[rows, y]).mean()
    probs[rows, y] -= 1
    probs /= np.float32(len(y))
    d2 = unpool((probs @ W3).reshape(p2.shape), k2)
    d2[h2 <= 0] = 0
    g2 = d2.transpose(0, 2, 3, 1).reshape(-1, 64)
    turned = W2[:, :, ::-1, ::-1].transpose(0, 2, 3, 1).reshape(-1, 32)
    d1 = unpool((windows(d2) @ turned).reshape(64, 14, 14, 32).transpose(0, 3, 1, 2), k1)
    d1[h1 <= 0] = 0
    g1 = d1.transpose(0, 2, 3, 1).reshape(-1, 32)
    for p, g in ((W1, (g1.T @ cols1).reshape(W1.shape)), (c1, g1.sum(axis=0)),
                 (W2, (g2.T @ cols2).reshape(W2.shape)), (c2, g2.sum(axis=0)),
                 (W3, probs.T @ flat), (c3, probs.sum(axis=0))):
        p -= np.float32(0.01) * g
    return float(loss)
`,
  budget: 200,
});

netRows.push({
  name: 'the same ConvNet with BatchNorm after each convolution',
  inputs: {
    ...netRows[netRows.length - 1].inputs,
    s1: ['uniform', [32], f32],
    s2: ['uniform', [64], f32],
  },
  gradlab: convGradlab(true),
  torch: {
    'channels first': convTorch('contiguous_format', true),
    'channels last': convTorch('channels_last', true),
  },
  tolerance: 1e-3,
  budget: 200,
});

// ---- the step of an optimiser alone ---------------------------------------------------------------------------------

const adamTorch = (options: string): string => `
p = torch.nn.Parameter(w * 1)
p.grad = g * 1
opt = torch.optim.Adam([p], lr=0.01${options})

def step():
    opt.step()
    return p[0].item()
`;

netRows.push({
  name: "Adam's step on 1,000,000 parameters",
  inputs: { w: ['normal', [1_000_000], f32], g: ['normal', [1_000_000], f32] },
  gradlab: `
const p = new nn.Parameter(w.mul(1));
p.grad = g.mul(1);
const opt = new optim.Adam([p], { lr: 0.01 });

function step() {
  opt.step();
  return p.at(0).item();
}`,
  torch: { plain: adamTorch(''), foreach: adamTorch(', foreach=True') },
  numpy: `
p, m, v = w * 1, w * 0, w * 0
t = 0

def step():
    global t
    t += 1
    m[...] = np.float32(0.9) * m + np.float32(0.1) * g
    v[...] = np.float32(0.999) * v + np.float32(0.001) * g * g
    rate = np.float32(0.01 / (1 - 0.9**t))
    p[...] -= rate * m / (np.sqrt(v) / np.float32((1 - 0.999**t) ** 0.5) + np.float32(1e-8))
    return float(p[0])
`,
});
