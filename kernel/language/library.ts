// Where the declarations of the library, of the kernel's widgets and of the language itself are: joined in dist/types,
// which the compiler reads in a fraction of the time, or module by module as the compiler has written them.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What cells have of the language itself, by TypeScript's names. */
export const LIBS: readonly string[] = ['es2023', 'esnext.disposable'];

export interface LibraryTypes {
  /** The file that a cell's `import ... from 'gradlab'` means. */
  index: string;
  /** Files that have to be in the program. */
  files: string[];
  /** Which of TypeScript's libraries the compiler has to read besides these. */
  lib: readonly string[];
  /** How the session module imports the library, its operators and the widgets, where there are any. */
  specifiers: { index: string; operators: string; widgets?: string };
}

/** @param dist the folder that holds the library's `src` */
export function libraryTypes(dist: string): LibraryTypes {
  const index = join(dist, 'src/index.d.ts');
  const widgets = join(dist, 'kernel/user/widgets/index.js');
  const hasWidgets = existsSync(widgets);
  const joined = join(dist, 'types');
  if (isCurrent(join(joined, 'index.d.ts'), index)) {
    const specifiers = {
      index: 'gradlab',
      operators: 'gradlab:/src/operators',
      widgets: hasWidgets ? 'gradlab:/kernel/user/widgets/index' : undefined,
    };
    const files = readdirSync(joined)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(joined, file));
    return { index: join(joined, 'index.d.ts'), files, lib: [], specifiers };
  }
  const specifiers = {
    index: join(dist, 'src/index.js'),
    operators: join(dist, 'src/operators.js'),
    widgets: hasWidgets ? widgets : undefined,
  };
  return { index, files: [], lib: LIBS, specifiers };
}

/** Whether the joined declarations are there, and the others have not been written again since. */
function isCurrent(joined: string, index: string): boolean {
  try {
    return statSync(joined).mtimeMs >= statSync(index).mtimeMs;
  } catch {
    return false;
  }
}
