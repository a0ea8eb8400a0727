// Loads the language service, which is too heavy to be loaded before it is needed.
import type { LanguageService } from '../language/index.js';
import { distFolder } from '../protocol/product.js';

/** @param cwd the folder that cells import from */
export async function loadLanguage(cwd: string): Promise<LanguageService> {
  const [{ LanguageService }, { preloadCompiler }] = await Promise.all([
    import('../language/index.js'),
    import('../language/typescript.js'),
  ]);
  // Cells are compiled synchronously: the compiler has to be there before the first.
  await preloadCompiler();
  return new LanguageService({ cwd, libraryTypes: distFolder });
}
