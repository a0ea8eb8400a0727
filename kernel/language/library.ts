// Where the declarations of the library and of the kernel's widgets are: joined in dist/types, which the compiler reads
// in a fraction of the time, or module by module as the compiler has written them.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface LibraryTypes {
  /** The file that a cell's `import ... from 'gradlab'` means. */
  index: string;
  /** Files that have to be in the program. */
  files: string[];
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
    return { index: join(joined, 'index.d.ts'), files, specifiers };
  }
  const specifiers = {
    index: join(dist, 'src/index.js'),
    operators: join(dist, 'src/operators.js'),
    widgets: hasWidgets ? widgets : undefined,
  };
  return { index, files: [], specifiers };
}

/** Whether the joined declarations are there, and the others have not been written again since. */
function isCurrent(joined: string, index: string): boolean {
  try {
    return statSync(joined).mtimeMs >= statSync(index).mtimeMs;
  } catch {
    return false;
  }
}
