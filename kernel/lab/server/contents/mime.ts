// MIME types by the ends of names, for what lies beside notebooks.
const TYPES: Record<string, string> = {
  'text/plain': 'txt log text asc',
  'text/markdown': 'md markdown',
  'text/html': 'html htm',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'text/x-python': 'py',
  'text/x-typescript': 'ts mts cts',
  'text/javascript': 'js mjs',
  'text/x-c': 'c h cc cpp hpp cxx',
  'text/x-sh': 'sh',
  'text/x-tex': 'tex',
  'application/octet-stream': 'bin dat npy npz safetensors',
  'application/json': 'json geojson map',
  'application/xml': 'xml',
  'application/yaml': 'yaml yml',
  'application/toml': 'toml',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/gzip': 'gz tgz',
  'application/x-tar': 'tar',
  'application/wasm': 'wasm',
  'image/png': 'png',
  'image/jpeg': 'jpg jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
  'image/bmp': 'bmp',
  'image/x-icon': 'ico',
  'image/tiff': 'tif tiff',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/ogg': 'ogg',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
};

const byEnd = new Map(
  Object.entries(TYPES).flatMap(([type, ends]) => ends.split(' ').map((end) => [end, type])),
);

/** null when nothing is known about the name. */
export function mimeType(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? null : (byEnd.get(name.slice(dot + 1).toLowerCase()) ?? null);
}
