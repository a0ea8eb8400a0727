// The list of third-party software in the built page: every package that a bundle took files from, with its licence's
// text. Packages of Jupyter, Lumino, Vega and FAST hold no text in their npm form; theirs is in licences/, from the projects.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { here } from './bundle.mjs';

/** Licences that are chosen where a package leaves the choice. */
const chosen = { dompurify: 'Apache-2.0', 'json-schema': 'BSD-3-Clause' };

const ownText = [
  [/^@jupyterlab\/|^@jupyter\/|^@jupyter-widgets\//, 'jupyterlab.txt'],
  [/^@jupyter-notebook\//, 'jupyter-notebook.txt'],
  [/^@lumino\//, 'lumino.txt'],
  [/^@microsoft\/fast-/, 'fast.txt'],
  [/^vega(-|$)/, 'vega.txt'],
];

/** The packages that the given files are of. */
function packagesOf(inputs) {
  const folders = new Map();
  for (const input of inputs) {
    const match = /^(?:named:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) folders.set(match[1], join(here, match[1]));
  }
  return [...folders.values()].filter((folder) => existsSync(join(folder, 'package.json')));
}

function licenceText(folder, name) {
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  if (file) return readFileSync(join(folder, file), 'utf8').trim();
  const own = ownText.find(([pattern]) => pattern.test(name));
  return own ? readFileSync(join(here, 'licences', own[1]), 'utf8').trim() : '';
}

/** One entry a package, sorted by name; in the form that JupyterLab's list of licences reads. */
export function thirdParty(inputs) {
  const entries = packagesOf(inputs).map((folder) => {
    const { name, version, license, licenses, author } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    const said =
      typeof license === 'string'
        ? license
        : (license?.type ?? licenses?.map(({ type }) => type).join(' OR '));
    const by = typeof author === 'string' ? author : author?.name;
    const text = licenceText(folder, name);
    return {
      name,
      versionInfo: version,
      licenseId: chosen[name] ?? said ?? 'see the text',
      extractedText: text || `The package carries no text. Its author: ${by ?? 'not named'}.`,
    };
  });
  const unique = new Map(entries.map((entry) => [`${entry.name}@${entry.versionInfo}`, entry]));
  return [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The same as a text to read. */
export function noticesText(entries) {
  const rule = '-'.repeat(100);
  const parts = entries.map(
    ({ name, versionInfo, licenseId, extractedText }) =>
      `${rule}\n${name} ${versionInfo}: ${licenseId}\n\n${extractedText}`,
  );
  return `Third-party software in the pages of gradlab's lab.\n\n${parts.join('\n\n')}\n`;
}
