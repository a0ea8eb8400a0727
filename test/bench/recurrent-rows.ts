// The recurrent rows of `npm run bench nn`: character models that read 25 steps of a vocabulary of 65, written as each
// contender's users write them. No timing here.
import type { NetRow } from './net-rows.js';

const f32 = 'float32';
const [T, V, H] = [25, 65, 512];

/** Weights of `layers` layers of `parts` blocks, of the layer above them, characters and those that follow. */
function inputs(batch: number, layers: number, parts: number): NetRow['inputs'] {
  const found: NetRow['inputs'] = {
    x: ['integers', [T, batch], 'int64'],
    y: ['integers', [T * batch], 'int64'],
    out: ['normal', [V, H], f32],
    c: ['normal', [V], f32],
  };
  for (let l = 0; l < layers; l++) {
    found[`wih${l}`] = ['normal', [parts * H, l === 0 ? V : H], f32];
    found[`whh${l}`] = ['normal', [parts * H, H], f32];
    found[`bias${l}`] = ['normal', [parts * H], f32];
  }
  return found;
}

const weights = (layers: number, scaled: (name: string, factor: number) => string): string =>
  Array.from({ length: layers }, (_, l) =>
    [scaled(`wih${l}`, 0.04), scaled(`whh${l}`, 0.04), scaled(`bias${l}`, 0), scaled(`bias${l}`, 0)].join(
      ', ',
    ),
  ).join(', ');

const gradlab = (kind: string, layers: number): string => `
const net = new nn.${kind}(${V}, ${H}, { numLayers: ${layers}, oneHot: true });
const head = new nn.Linear(${H}, ${V});
load(net, ${weights(layers, (name, f) => `${name}.mul(${f})`)});
load(head, out.mul(0.04), c.mul(0));
const opt = new optim.SGD([...net.parameters(), ...head.parameters()], { lr: 0.01 });
const [inputs, targets] = [np.mod(x, ${V}), np.mod(y, ${V})];

function step() {
  opt.zeroGrad();
  const [hidden] = net(inputs);
  const loss = nn.crossEntropy(head(hidden.reshape(-1, ${H})), targets);
  loss.backward();
  opt.step();
  return loss.item();
}`;

const torchModel = (kind: string, layers: number): string => `
net = torch.nn.${kind}(${V}, ${H}, ${layers})
head = torch.nn.Linear(${H}, ${V})
load(net, ${weights(layers, (name, f) => `${name} * ${f}`)})
load(head, out * 0.04, c * 0)
opt = torch.optim.SGD([*net.parameters(), *head.parameters()], lr=0.01)
indices, targets = x % ${V}, y % ${V}
vectors = F.one_hot(indices, ${V}).float()
`;
const torchStep = (hidden: string): string => `
def step():
    opt.zero_grad(set_to_none=True)
    ${hidden}
    loss = F.cross_entropy(head(hidden.reshape(-1, ${H})), targets)
    loss.backward()
    opt.step()
    return loss.item()
`;
const torchLayer = (kind: string, layers: number): string =>
  torchModel(kind, layers) + torchStep('hidden, _ = net(vectors)');

// Both biases have the same gradient, so one of them with twice the learning rate is the same model.
const numpyModel = `
targets = y % ${V}
rows = np.arange(len(targets))
vectors = np.eye(${V}, dtype=np.float32)[(x % ${V}).reshape(-1)]
O, c = out * np.float32(0.04), c * 0

def head(flat):
    scores = flat @ O.T + c
    scores -= scores.max(axis=1, keepdims=True)
    probs = np.exp(scores)
    probs /= probs.sum(axis=1, keepdims=True)
    loss = -np.log(probs[rows, targets]).mean()
    probs[rows, targets] -= 1
    probs /= np.float32(len(targets))
    return float(loss), probs
`;

const numpyRnn = `${numpyModel}
W, U, b = wih0.T * np.float32(0.04), whh0.T * np.float32(0.04), bias0 * 0

def step():
    T, n = x.shape
    share = W[x % ${V}]
    hs = np.zeros((T + 1, n, ${H}), np.float32)
    for t in range(T):
        hs[t + 1] = np.tanh(hs[t] @ U + share[t] + b)
    flat = hs[1:].reshape(-1, ${H})
    loss, dscores = head(flat)
    d = (dscores @ O).reshape(T, n, ${H})
    after = np.zeros((n, ${H}), np.float32)
    for t in reversed(range(T)):
        d[t] = (d[t] + after) * (1 - hs[t + 1] ** 2)
        after = d[t] @ U.T
    d = d.reshape(-1, ${H})
    for p, g, rate in ((O, dscores.T @ flat, 0.01), (c, dscores.sum(axis=0), 0.01), (W, vectors.T @ d, 0.01),
                       (U, hs[:-1].reshape(-1, ${H}).T @ d, 0.01), (b, d.sum(axis=0), 0.02)):
        p -= np.float32(rate) * g
    return loss
`;

const numpyLstm = `${numpyModel}
layers = [[w.T * np.float32(0.04), u.T * np.float32(0.04), b * 0]
          for w, u, b in ((wih0, whh0, bias0), (wih1, whh1, bias1))]

def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def step():
    T, n = x.shape
    kept = []
    inputs = None
    for W, U, b in layers:
        share = W[x % ${V}] if inputs is None else (inputs.reshape(-1, ${H}) @ W).reshape(T, n, -1)
        gates = np.empty((T, n, 4 * ${H}), np.float32)
        hs = np.zeros((T + 1, n, ${H}), np.float32)
        cs = np.zeros((T + 1, n, ${H}), np.float32)
        for t in range(T):
            a = hs[t] @ U + share[t] + b
            i, f, g, o = np.split(a, 4, axis=1)
            i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
            gates[t] = np.concatenate([i, f, g, o], axis=1)
            cs[t + 1] = f * cs[t] + i * g
            hs[t + 1] = o * np.tanh(cs[t + 1])
        kept.append((inputs, gates, hs, cs))
        inputs = hs[1:]
    flat = inputs.reshape(-1, ${H})
    loss, dscores = head(flat)
    d = (dscores @ O).reshape(T, n, ${H})
    updates = [(O, dscores.T @ flat, 0.01), (c, dscores.sum(axis=0), 0.01)]
    for (W, U, b), (inputs, gates, hs, cs) in zip(reversed(layers), reversed(kept)):
        da = np.empty_like(gates)
        dh = np.zeros((n, ${H}), np.float32)
        dc = np.zeros((n, ${H}), np.float32)
        for t in reversed(range(T)):
            i, f, g, o = np.split(gates[t], 4, axis=1)
            dh += d[t]
            tc = np.tanh(cs[t + 1])
            dc += dh * o * (1 - tc * tc)
            da[t] = np.concatenate([dc * g * i * (1 - i), dc * cs[t] * f * (1 - f), dc * i * (1 - g * g), dh * tc * o * (1 - o)], axis=1)
            dc *= f
            dh = da[t] @ U.T
        da = da.reshape(-1, 4 * ${H})
        before = vectors if inputs is None else inputs.reshape(-1, ${H})
        updates += [(W, before.T @ da, 0.01), (U, hs[:-1].reshape(-1, ${H}).T @ da, 0.01), (b, da.sum(axis=0), 0.02)]
        if inputs is not None:
            d = (da @ W.T).reshape(T, n, ${H})
    for p, g, rate in updates:
        p -= np.float32(rate) * g
    return loss
`;

const torchLoop = `${torchModel('RNN', 1)}
def unrolled():
    share = F.embedding(indices, net.weight_ih_l0.t()) + (net.bias_ih_l0 + net.bias_hh_l0)
    u = net.weight_hh_l0.t()
    h = torch.zeros(indices.shape[1], ${H})
    hidden = []
    for s in share.unbind(0):
        h = torch.tanh(torch.addmm(s, h, u))
        hidden.append(h)
    return torch.stack(hidden)
${torchStep('hidden = unrolled()')}`;

export const recurrentRows: NetRow[] = [
  ...[1, 50].map((batch) => ({
    name: `vanilla RNN ${H}, ${T} steps, vocabulary ${V}, batch ${batch}`,
    inputs: inputs(batch, 1, 1),
    gradlab: gradlab('RNN', 1),
    torch: { layer: torchLayer('RNN', 1), loop: torchLoop },
    numpy: numpyRnn,
    budget: 200,
  })),
  {
    name: `LSTM 2 x ${H}, ${T} steps, vocabulary ${V}, batch 50`,
    inputs: inputs(50, 2, 4),
    gradlab: gradlab('LSTM', 2),
    torch: { layer: torchLayer('LSTM', 2) },
    numpy: numpyLstm,
    budget: 400,
  },
];
