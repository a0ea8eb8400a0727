// The user's own modules beside the notebook, as scripts of the debugger: breakpoints in them, and frames in their lines.
import { extname, isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CompiledCell } from '../../language/index.js';
import { decodeSourceMap } from '../../language/trace.js';
import { distFolder } from '../../protocol/product.js';
import type { Inspector } from './inspector.js';

/** The path of a user's module, undefined for packages, Node, the library and the kernel. */
export function modulePath(url: string): string | undefined {
  if (!url.startsWith('file:')) return undefined;
  const path = fileURLToPath(url);
  return path.includes('/node_modules/') || path.startsWith(distFolder) ? undefined : path;
}

/** A module in the shape of a compiled cell, undefined when there is no such file. */
export async function loadModule(inspector: Inspector, path: string): Promise<CompiledCell | undefined> {
  if (!isAbsolute(path) || !/^\.[cm]?[jt]sx?$/.test(extname(path))) return undefined;
  try {
    const reply = await inspector.ask('module', [{ value: path }], 'look');
    const { code, js, map } = JSON.parse(String(reply.value)) as { code: string; js: string; map?: object };
    const toCell = map
      ? decodeSourceMap(JSON.stringify(map))
      : (line: number, column: number) => ({ line, column });
    const id = pathToFileURL(path).href;
    return { id, code, js: `${js}\n`, diagnostics: [], failed: false, positions: { toCell } };
  } catch {
    return undefined;
  }
}
