// What a user reads when the addon is not there or is not one.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

describe('loading the addon', () => {
  const before = process.env.GRADLAB_ADDON;
  beforeEach(() => vi.resetModules());
  afterEach(() => {
    if (before === undefined) delete process.env.GRADLAB_ADDON;
    else process.env.GRADLAB_ADDON = before;
  });

  it('a missing file is named, with the command that builds it', async () => {
    process.env.GRADLAB_ADDON = '/nowhere/gradlab.node';
    await expect(import('../../src/backend/addon.js')).rejects.toThrow(
      'gradlab: cannot load the native addon: there is no file /nowhere/gradlab.node. Run `npm run setup` to build it.',
    );
  });

  it('a file that cannot be loaded is reported with the reason', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'gradlab-')), 'gradlab.node');
    writeFileSync(path, 'not a library');
    process.env.GRADLAB_ADDON = path;
    await expect(import('../../src/backend/addon.js')).rejects.toThrow(
      /cannot load the native addon: .*gradlab\.node.*npm run setup/,
    );
  });
});
