// What someone who comes from Python writes by habit, and how it is written here: names, methods, and forms of lines
// that no TypeScript parser accepts. Only words live here; hints.ts decides where they belong.

/** Names that Python has and JavaScript has not. */
export const PYTHON_NAMES: { readonly [name: string]: string } = {
  None: 'In TypeScript it is null.',
  True: 'In TypeScript it is true.',
  False: 'In TypeScript it is false.',
  len: 'The length of a list or string is x.length, of an array x.shape[0].',
  range: 'A loop over numbers is for (let i = 0; i < n; i++) { ... }, an array of them np.arange(n).',
  str: 'Text of a value: String(x), or a template such as `${x}`.',
  int: 'A whole number: Math.trunc(x), or Number(text) for a text.',
  float: 'A number from a text: Number(text).',
  bool: 'A truth value: Boolean(x).',
  list: 'A list: [...x], or x.tolist() for an array.',
  tuple: 'A tuple is a list: [a, b].',
  dict: "An object does that: {a: 1, 'b': 2}, or new Map().",
  set: 'A set: new Set(x).',
  sorted: 'A sorted copy: x.toSorted((a, b) => a - b), or np.sort(x) for an array.',
  reversed: "A reversed copy: x.toReversed(), or x['::-1'] for an array.",
  enumerate: 'Indices and values: for (const [i, v] of x.entries()) { ... }',
  zip: 'Two lists together: a.map((v, i) => [v, b[i]]).',
  map: 'A list has a method for that: x.map((v) => ...).',
  filter: 'A list has a method for that: x.filter((v) => ...).',
  isinstance: 'Write x instanceof Class, or typeof x === "number".',
  type: 'Write typeof x, or x.constructor.name.',
  Out: 'Of results the last three are kept, as _, __ and ___; give the others a name.',
  In: 'The arrow keys walk through earlier cells.',
  sleep: 'A cell may wait: await new Promise((go) => setTimeout(go, 1000)), in milliseconds.',
  alert: 'Cells run beside the page, not in it: print(x), or display(x).',
  window: "Cells run beside the page, not in it; names of all cells are globalThis's.",
  document:
    'Cells run beside the page, not in it: html`<b>x</b>` shows HTML, widgets.anywidget runs code on the page.',
  id: 'Compare with === to see whether two names mean the same object.',
  repr: 'Text of a value as it would be printed: JSON.stringify(x) or util.inspect(x).',
  ord: 'The code of a character: c.codePointAt(0).',
  chr: 'The character of a code: String.fromCodePoint(n).',
  self: 'Inside a class it is this.',
  cls: 'Inside a static method it is this.',
  math: 'It is Math here: Math.sqrt(x), Math.PI.',
  random: 'np.random has the random numbers: np.random.randn(3).',
  printf: 'print(sprintf(format, ...values)) writes them; sprintf alone gives the text.',
  torch: 'np, nn and optim do what torch does: np.zeros([2]), new nn.Linear(2, 3), new optim.Adam(params).',
  tf: 'np, nn and optim do what TensorFlow does.',
  F: 'nn.functional has the functions: const F = nn.functional; F.relu(x).',
  numpy: 'It is called np here, and it is there without an import.',
  pd: 'There is no pandas; np reads tables of numbers: np.loadtxt(path, {delimiter: ","}).',
  time: 'performance.now() is the time in milliseconds; a cell that begins with %%time says how long it took.',
  sys: 'process does that: process.argv, process.exit().',
  json: 'JSON does that: JSON.parse(text), JSON.stringify(value).',
  open: "Read a file: import { readFileSync } from 'node:fs'; readFileSync(path, 'utf8').",
  exit: 'process.exit() ends the session, and so does a cell of its own: exit.',
  quit: 'process.exit() ends the session, and so does a cell of its own: exit.',
  pass: 'An empty block does nothing: { }.',
  hasattr: "Write 'name' in x.",
  getattr: 'Write x[name].',
  setattr: 'Write x[name] = value.',
  dir: 'Object.keys(x) lists the names of a value; Tab completes them.',
  help: 'Shift-Tab shows the documentation of the name at the cursor.',
  vars: '%whos lists the variables of the session.',
  globals: '%whos lists the variables of the session.',
  __name__: 'A cell needs no guard: write the code itself.',
  Exception: 'It is Error here: throw new Error(message).',
  ValueError: 'It is Error, TypeError or RangeError here: throw new RangeError(message).',
  tqdm: 'progress does that: for (const batch of progress(batches)) { ... }',
};

/** Functions of Python that np or Math has under the same name. */
export const MATH_NAMES: ReadonlySet<string> = new Set([
  'abs',
  'max',
  'min',
  'round',
  'pow',
  'floor',
  'ceil',
]);

/** Methods of Python's strings, lists and dicts: what is written here, `x` standing for what is left of the dot. */
export const PYTHON_METHODS: {
  readonly [kind in 'string' | 'list' | 'object']: { readonly [name: string]: string };
} = {
  string: {
    upper: 'x.toUpperCase()',
    lower: 'x.toLowerCase()',
    strip: 'x.trim()',
    lstrip: 'x.trimStart()',
    rstrip: 'x.trimEnd()',
    startswith: 'x.startsWith(text)',
    endswith: 'x.endsWith(text)',
    find: 'x.indexOf(text)',
    index: 'x.indexOf(text)',
    count: 'x.split(text).length - 1',
    format: 'a template such as `${name}: ${value}`, or sprintf',
    join: 'list.join(x)',
    splitlines: "x.split('\\n')",
    isdigit: '/^\\d+$/.test(x)',
    zfill: "x.padStart(width, '0')",
    ljust: 'x.padEnd(width)',
    rjust: 'x.padStart(width)',
  },
  list: {
    append: 'x.push(value)',
    extend: 'x.push(...values)',
    insert: 'x.splice(index, 0, value)',
    remove: 'x.splice(x.indexOf(value), 1)',
    index: 'x.indexOf(value)',
    count: 'x.filter((v) => v === value).length',
    copy: '[...x]',
    clear: 'x.length = 0',
    shape: 'np.array(x).shape',
    reshape: 'np.array(x).reshape(...)',
    mean: 'np.mean(x)',
    sum: 'np.sum(x)',
    max: 'Math.max(...x)',
    min: 'Math.min(...x)',
    len: 'x.length',
    size: 'x.length',
  },
  object: {
    items: 'Object.entries(x)',
    keys: 'Object.keys(x)',
    values: 'Object.values(x)',
    get: 'x[key] ?? fallback',
    pop: 'delete x[key]',
    update: 'Object.assign(x, other)',
    setdefault: 'x[key] ??= value',
  },
};

/** Methods of JavaScript's lists that arrays have in another form. */
export const LIST_METHODS: { readonly [name: string]: string } = {
  slice: "x['from:to']",
  reduce: 'x.sum(), or np.add.reduce(x)',
  reverse: 'np.flip(x)',
  toReversed: 'np.flip(x)',
  toSorted: 'np.sort(x)',
  includes: 'np.any(x == value)',
  some: 'np.any(x)',
  every: 'np.all(x)',
  indexOf: 'np.argmax(x == value)',
  findIndex: 'np.argmax(x > value)',
  join: 'x.tolist().join()',
  entries: 'np.ndenumerate(x)',
  splice: 'np.delete(x, index)',
  pop: "x[':-1']",
  shift: "x['1:']",
  unshift: 'np.insert(x, 0, value)',
  flat: 'x.ravel()',
};

/** Methods of PyTorch's tensors that arrays here have under another name, or do not need. */
export const TENSOR_METHODS: { readonly [name: string]: string } = {
  zero_: 'x.fill(0)',
  fill_: 'x.fill(value)',
  add_: 'x += value',
  sub_: 'x -= value',
  mul_: 'x *= value',
  div_: 'x /= value',
  clamp: 'x.clip(low, high)',
  clamp_: 'x.clip(low, high, {out: x})',
  numpy: 'x itself',
  cpu: 'x itself',
  to: "x.astype('float32')",
  type: "x.astype('float32')",
  float: "x.astype('float32')",
  double: "x.astype('float64')",
  int: "x.astype('int32')",
  long: "x.astype('int64')",
  bool: "x.astype('bool')",
  clone: 'x.copy()',
  numel: 'x.size',
  nelement: 'x.size',
  dim: 'x.ndim',
  t: 'x.T',
  permute: 'x.transpose(...axes)',
  unsqueeze: 'np.expandDims(x, axis)',
  expand: 'np.broadcastTo(x, shape)',
  contiguous: 'np.ascontiguousarray(x)',
  norm: 'np.linalg.norm(x)',
  mm: 'np.dot(x, y)',
  bmm: 'np.matmul(x, y)',
  softmax: 'nn.softmax(x)',
  sigmoid: 'nn.sigmoid(x)',
  relu: 'nn.relu(x)',
  gather: 'np.takeAlongAxis(x, index, axis)',
  masked_fill: 'np.where(mask, value, x)',
  masked_fill_: 'x[mask] = value',
  grad_fn: 'circuit(x), the operations that led to it',
  is_leaf: 'x.isLeaf',
  copy_: "x['...'] = other",
  uniform_: 'nn.init.uniform(x, low, high)',
  normal_: 'nn.init.normal(x, mean, std)',
  view_as: 'x.reshape(y.shape)',
  flatten_: 'x.ravel()',
  pow: 'x ** power',
  eq: 'x == y',
  cuda: 'x itself',
  type_as: 'x.astype(y.dtype)',
  new_zeros: 'np.zeros(shape, {dtype: x.dtype})',
  topk: 'np.argsort(x)["::-1"][`:${k}`]',
  scatter_: 'np.putAlongAxis(x, index, values, axis)',
  index_select: 'np.take(x, index, axis)',
  retain_grad: 'x.retainGrad()',
  stride: 'x.strides',
  chunk: 'np.arraySplit(x, n)',
};

/** Names that PyTorch's, NumPy's or matplotlib's modules have and the namespaces here have not, or elsewhere. */
export const MODULE_NAMES: { readonly [namespace: string]: { readonly [name: string]: string } } = {
  np: {
    flatten: 'x.reshape(x.shape[0], -1) keeps the first axis, x.ravel() none.',
    cat: 'np.concatenate([a, b], axis) joins arrays.',
    tensor: 'np.array(values) makes one.',
    float: "A dtype is a name: 'float64'.",
    int: "A dtype is a name: 'int64'.",
    bool: "A dtype is a name: 'bool'.",
    matrix: 'np.array(rows) makes a matrix; np.dot multiplies two.',
    autograd:
      'customVjp(f) makes a function with a gradient of its own; loss.backward() and grad(f) compute gradients.',
    manual_seed: 'np.random.seed(0) begins the stream.',
    manualSeed: 'np.random.seed(0) begins the stream.',
    device: 'All arrays are in the memory of the processor; there is nothing to move.',
    cuda: 'All arrays are in the memory of the processor; there is nothing to move.',
  },
  nn: {
    flatten: 'x.reshape(x.shape[0], -1) keeps the first axis; as a layer it is new nn.Flatten().',
    utils: 'optim.clipGradNorm(parameters, maxNorm) and optim.clipGradValue clip gradients.',
    DataParallel: 'A model runs on one processor, whose cores it uses by itself.',
    Upsample: 'np.repeat(np.repeat(x, 2, 2), 2, 3) doubles rows and columns.',
  },
  plot: {
    imread:
      'Charts show arrays; a file of pixels is read by a package, such as sharp: await sharp(path).raw().toBuffer().',
  },
  data: {
    mnist: 'data.loadMNIST() reads the set: const { train, test } = data.loadMNIST().',
    fashion_mnist: 'data.loadFashionMNIST() reads the set.',
    cifar10: 'data.loadCIFAR10() reads the set.',
    MNIST: 'data.loadMNIST() reads the set.',
    FashionMNIST: 'data.loadFashionMNIST() reads the set.',
    CIFAR10: 'data.loadCIFAR10() reads the set.',
    train_test_split:
      'data.split(n, {validation, test, shuffle: true}) gives disjoint indices, data.randomSplit parts of a data set.',
    Dataset: 'A data set is a class with length and get(i).',
  },
};

const ARRAYS_ARE_HERE = new Set([
  'numpy',
  'torch',
  'torch.nn',
  'torch.optim',
  'jax',
  'jax.numpy',
  'matplotlib.pyplot',
]);

function imported(module: string, name: string): string {
  if (ARRAYS_ARE_HERE.has(module)) {
    const ours = module.endsWith('nn')
      ? 'nn'
      : module.endsWith('optim')
        ? 'optim'
        : module.endsWith('pyplot')
          ? 'plt'
          : 'np';
    return `${ours} is there without an import.`;
  }
  if (module === 'math') return 'Math is there without an import: Math.sqrt(2).';
  if (module === 'random') return 'np.random is there without an import.';
  return `An import of a package is written: import * as ${name} from '${module}'.`;
}

/** One form of a line: what it looks like, and what to write. The line comes without its comments. */
type Form = readonly [RegExp, (...groups: string[]) => string];

const block = (head: string) => `Blocks are in braces: ${head} { ... }`;
const condition = (text: string) => translate(text.trim());

/** Words inside a condition or value. */
export function translate(text: string): string {
  return text
    .replace(/\bNone\b/g, 'null')
    .replace(/\bTrue\b/g, 'true')
    .replace(/\bFalse\b/g, 'false')
    .replace(/\bis not\b/g, '!==')
    .replace(/\bis\b/g, '===')
    .replace(/\band\b/g, '&&')
    .replace(/\bor\b/g, '||')
    .replace(/\bnot /g, '!')
    .replace(/\blen\((\w+)\)/g, '$1.length');
}

function loop(name: string, over: string): string {
  const range = /^range\(\s*([^,()]+?)\s*(?:,\s*([^,()]+?)\s*)?(?:,\s*([^,()]+?)\s*)?\)$/.exec(over.trim());
  if (!range) {
    const pairs = /^enumerate\((.*)\)$/.exec(over.trim());
    if (pairs) return block(`for (const [${name.replace(/[()]/g, '')}] of ${pairs[1]}.entries())`);
    const names = name.includes(',') ? `[${name.replace(/[()]/g, '').trim()}]` : name;
    return block(`for (const ${names} of ${over.trim()})`);
  }
  const [, first, second, step] = range;
  const from = second === undefined ? '0' : first;
  return block(
    `for (let ${name} = ${from}; ${name} < ${second ?? first}; ${step ? `${name} += ${step}` : `${name}++`})`,
  );
}

const WORDS: { readonly [word: string]: string } = {
  and: '&&',
  or: '||',
  not: '!',
  is: '===',
};

/** Lines that stop the parser. The first that fits is told. */
export const PYTHON_LINES: readonly Form[] = [
  [/^\s*print\s+(?![(=.])(.+)$/, (what) => `print is a function: print(${what.trim()})`],
  [/^\s*import\s+([\w.]+)\s+as\s+(\w+)\s*$/, imported],
  [/^\s*import\s+([\w.]+)\s*$/, (module) => imported(module, module.replace(/.*\./, ''))],
  [
    /^\s*from\s+([\w.]+)\s+import\s+(.+)$/,
    (module, names) =>
      ARRAYS_ARE_HERE.has(module)
        ? imported(module, names)
        : `An import is written: import { ${names.replace(/\bas\b/g, 'as').trim()} } from '${module}'.`,
  ],
  [/^\s*(?:async\s+)?def\s+(\w+)\s*\((.*)\)/, (name, args) => block(`function ${name}(${args.trim()})`)],
  [
    /^\s*class\s+(\w+)(?:\((\w*)\))?\s*:/,
    (name, base) => block(`class ${name}${base ? ` extends ${base}` : ''}`),
  ],
  [/^\s*for\s+([\w, ()]+?)\s+in\s+(.+?):/, loop],
  [/^\s*elif\s+(.+?):/, (test) => block(`} else if (${condition(test)})`)],
  [/^\s*(if|while)\s+(.+?):\s*(?:$|\S)/, (word, test) => block(`${word} (${condition(test)})`)],
  [/^\s*(else|try|finally)\s*:/, (word) => block(word)],
  [/^\s*except\b(?:\s+(\w+))?(?:\s+as\s+(\w+))?/, (_, name) => block(`} catch (${name ?? 'error'})`)],
  [
    /^\s*with\s+(.+?)\s+as\s+(\w+)\s*:/,
    (what, name) => `There is no with; write const ${name} = ${what}, or using ${name} = ${what}.`,
  ],
  [/^\s*raise\s+(?:\w+\((.*)\))?/, (what) => `An error is thrown: throw new Error(${what ?? "'...'"})`],
  [/^\s*assert\s+(.+)$/, (what) => `An assertion is a call: console.assert(${condition(what)})`],
  [/^\s*del\s+(\w+)\s*$/, (name) => `A variable stays; to let its memory go: ${name} = undefined`],
  [/^\s*del\s+(.+)$/, (what) => `A property is removed with: delete ${what}`],
  [
    /^\s*(?:global|nonlocal)\s+(\w+)/,
    (name) => `Functions see and change the variables around them; ${name} needs no declaration.`,
  ],
  [
    /\[\s*([^[\]]+?)\s+for\s+(\w+)\s+in\s+([^[\]]+?)(?:\s+if\s+([^[\]]+?))?\s*\]/,
    (value, name, over, test) =>
      `A list is made from another with map: ${over}${test ? `.filter((${name}) => ${translate(test)})` : ''}.map((${name}) => ${value})`,
  ],
  [/\blambda\s*([\w, ]*):\s*(.+?)\)?$/, (args, value) => `A function is written: (${args}) => ${value}`],
  [
    /(?<![\w$])f(?:'([^']*)'|"([^"]*)")/,
    (a, b) => `Text with values is a template: \`${(a ?? b).replace(/\{/g, '${')}\``,
  ],
  [/[(,]\s*\*\*?\s*(\w+)/, (name) => `Arguments are spread with three dots: ...${name}`],
  [
    /(?:=|return|\(|^)\s*([^=()]+?)\s+if\s+(.+?)\s+else\s+(.+?)\)?;?$/,
    (yes, test, no) => `A choice is written: ${condition(test)} ? ${yes.trim()} : ${no.trim()}`,
  ],
  [
    /([\w.]+)\s+is\s+(not\s+)?(\w+)/,
    (a, not, b) => `Sameness is ${not ? '!==' : '==='}: ${a} ${not ? '!==' : '==='} ${translate(b)}`,
  ],
  [/([\w.]+)\s+not\s+in\s+([\w.]+)/, (a, b) => `Membership is a method: !${b}.includes(${a})`],
  [/(?:^|[\s)\]])(and|or|not|is)\s/, (word) => `In TypeScript '${word}' is ${WORDS[word]}.`],
  [/^\s*yield\b/, () => 'A generator is written: function* name() { yield value }'],
  [
    /^\s*(?:\?{1,2}[\w.]+|[\w.]+\?{1,2})\s*$/,
    () => 'Shift-Tab shows the documentation of the name at the cursor.',
  ],
];
