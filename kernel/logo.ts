// The logo: a valley, and a ball on its way down it. Drawn once as a vector image and once as pixels, from the same
// numbers: everything is given for a square of side 64. The kernelspec and the lab's pages carry it.
import { deflateSync } from 'node:zlib';

type Rgb = readonly [number, number, number];
const TILE: { radius: number; color: Rgb } = { radius: 12, color: [49, 120, 198] };
/** The tile while a kernel works. */
export const BUSY: Rgb = [201, 106, 22];
/** The valley y = bottom - bend * (x - middle)^2. */
const VALLEY = { middle: 32, bottom: 50, bend: 0.034, from: 8, to: 56, width: 5 } as const;
const BALL = { x: 16.5, radius: 6.5, color: [255, 203, 71] } as const;

function valley(x: number): number {
  return VALLEY.bottom - VALLEY.bend * (x - VALLEY.middle) ** 2;
}

/** Centre of the ball: it lies on the line, so it is lifted along the slope's normal. */
function ballCentre(): { x: number; y: number } {
  const slope = -2 * VALLEY.bend * (BALL.x - VALLEY.middle);
  const lift = (BALL.radius + VALLEY.width / 2) / Math.hypot(1, slope);
  return { x: BALL.x + lift * slope, y: valley(BALL.x) - lift };
}

export function logoSvg(): string {
  const { from, to, middle, width } = VALLEY;
  // A parabola is exactly one quadratic Bezier; its control point is where the end tangents meet.
  const control = valley(from) + 2 * VALLEY.bend * (middle - from) ** 2;
  const ball = ballCentre();
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
  <title>gradlab</title>
  <rect width="64" height="64" rx="${TILE.radius}" fill="rgb(${TILE.color})"/>
  <path d="M${from} ${valley(from).toFixed(2)} Q${middle} ${control.toFixed(2)} ${to} ${valley(to).toFixed(2)}" fill="none" stroke="white" stroke-width="${width}" stroke-linecap="round"/>
  <circle cx="${ball.x.toFixed(2)}" cy="${ball.y.toFixed(2)}" r="${BALL.radius}" fill="rgb(${BALL.color})"/>
</svg>
`;
}

type Rgba = [number, number, number, number];

/** The colour of a point of the square. */
function logoAt(x: number, y: number, tile: Rgb): Rgba {
  const dx = Math.max(Math.abs(x - 32) - (32 - TILE.radius), 0);
  const dy = Math.max(Math.abs(y - 32) - (32 - TILE.radius), 0);
  if (Math.hypot(dx, dy) > TILE.radius) return [0, 0, 0, 0];
  const ball = ballCentre();
  if (Math.hypot(x - ball.x, y - ball.y) <= BALL.radius) return [...BALL.color, 255];
  const nearest = Math.min(Math.max(x, VALLEY.from), VALLEY.to);
  const slope = -2 * VALLEY.bend * (nearest - VALLEY.middle);
  const away =
    nearest === x
      ? Math.abs(y - valley(x)) / Math.hypot(1, slope)
      : Math.hypot(x - nearest, y - valley(nearest));
  return away <= VALLEY.width / 2 ? [255, 255, 255, 255] : [...tile, 255];
}

/** The logo as PNG: 4 x 4 samples a pixel, straight alpha. */
export function logoPng(size: number, tile: Rgb = TILE.color): Buffer {
  const samples = 4;
  const rows = Buffer.alloc(size * (1 + 4 * size));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const sum: Rgba = [0, 0, 0, 0];
      for (let sample = 0; sample < samples ** 2; sample++) {
        const x = ((column + ((sample % samples) + 0.5) / samples) * 64) / size;
        const y = ((row + (Math.floor(sample / samples) + 0.5) / samples) * 64) / size;
        const [r, g, b, a] = logoAt(x, y, tile);
        sum[0] += r * a;
        sum[1] += g * a;
        sum[2] += b * a;
        sum[3] += a;
      }
      const at = row * (1 + 4 * size) + 1 + 4 * column;
      for (let c = 0; c < 3; c++) rows[at + c] = sum[3] === 0 ? 0 : Math.round(sum[c] / sum[3]);
      rows[at + 3] = Math.round(sum[3] / samples ** 2);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** The logo as an icon file of two sizes, for browsers' tabs. */
export function logoIco(tile: Rgb = TILE.color): Buffer {
  const images = [16, 32].map((size) => ({ size, png: logoPng(size, tile) }));
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let at = head.length;
  for (const [i, { size, png }] of images.entries()) {
    const entry = 6 + 16 * i;
    head.set([size, size, 0, 0], entry);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(at, entry + 12);
    at += png.length;
  }
  return Buffer.concat([head, ...images.map(({ png }) => png)]);
}
