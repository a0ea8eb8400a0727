// A small PNG encoder (8-bit RGB and RGBA, one zlib stream): images travel inside charts as data URIs, a
// tenth of the size of nested number lists.

import { crc32, deflateSync } from 'node:zlib';

/** An image of 8-bit channels: RGB (3) or RGBA (4), rows top to bottom. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

function chunk(type: string, body: Uint8Array): Buffer {
  const out = Buffer.alloc(body.length + 12);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, 'latin1');
  out.set(body, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

/** The image as a PNG file. */
function encodePng({ height, width, channels, data }: Pixels): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, channels === 4 ? 6 : 2, 0, 0, 0], 8);
  const stride = width * channels;
  const rows = new Uint8Array(height * (stride + 1)); // each row starts with filter type 0 (none)
  for (let r = 0; r < height; r++)
    rows.set(data.subarray(r * stride, (r + 1) * stride), r * (stride + 1) + 1);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** The image as a data URI. */
export const pngDataUri = (image: Pixels): string =>
  `data:image/png;base64,${encodePng(image).toString('base64')}`;

/** Each pixel as a block of factor x factor pixels, so that a viewer's smoothing keeps small images crisp. */
export function enlarge(image: Pixels, factor: number): Pixels {
  if (factor <= 1) return image;
  const { height, width, channels, data } = image;
  const big = new Uint8Array(height * width * channels * factor * factor);
  const stride = width * factor * channels;
  for (let r = 0; r < height; r++) {
    const row = r * factor * stride;
    for (let c = 0; c < width; c++) {
      const from = (r * width + c) * channels;
      for (let k = 0; k < factor; k++)
        big.set(data.subarray(from, from + channels), row + (c * factor + k) * channels);
    }
    for (let k = 1; k < factor; k++) big.copyWithin(row + k * stride, row, row + stride);
  }
  return { height: height * factor, width: width * factor, channels, data: big };
}
