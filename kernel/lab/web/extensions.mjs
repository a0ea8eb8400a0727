// What the two pages are made of: JupyterLab's and Notebook's own extensions, ours, and what is left out. The bundler
// turns each list into imports; `true` takes all plug-ins of a package, a list takes those.

/** The lab page. */
export const lab = [
  'application',
  'apputils',
  'audio',
  'cell-toolbar',
  'celltags',
  'codemirror',
  'completer',
  'console',
  'csvviewer',
  'debugger',
  'docmanager',
  'documentsearch',
  'filebrowser',
  'fileeditor',
  'help',
  'htmlviewer',
  'hub',
  'imageviewer',
  'inspector',
  'launcher',
  'logconsole',
  'mainmenu',
  'markdownviewer',
  'markedparser',
  'mathjax',
  'mermaid',
  'metadataform',
  'notebook',
  'rendermime',
  'running',
  'services',
  'settingeditor',
  'shortcuts',
  'statusbar',
  'theme-dark',
  'theme-dark-high-contrast',
  'theme-light',
  'toc',
  'tooltip',
  'translation',
  'ui-components',
  'video',
  'workspaces',
].map((name) => `@jupyterlab/${name}-extension`);

/** Output renderers of both pages; mermaid's stands in a file of its own. */
export const renderers = [
  '@jupyterlab/javascript-extension',
  '@jupyterlab/json-extension',
  '@jupyterlab/mermaid-extension/lib/mime.js',
  '@jupyterlab/pdf-extension',
  '@jupyterlab/vega5-extension',
];

/** Widgets of cells, on both pages. */
export const widgets = '@jupyter-widgets/jupyterlab-manager';

/** Not started: what asks outside hosts, or a server that is not here (language servers, Python's package index). */
export const left_out = [
  '@jupyterlab/apputils-extension:announcements',
  '@jupyterlab/fileeditor-extension:language-server',
  '@jupyterlab/notebook-extension:language-server',
];

/** Settings whose default is ours: a new notebook takes our kernel and asks nothing. */
export const defaults = {
  '@jupyterlab/notebook-extension': { tracker: { autoStartDefaultKernel: true } },
};

const jupyterlab = (packages) =>
  Object.fromEntries(
    Object.entries(packages).map(([name, plugins]) => [
      `@jupyterlab/${name}-extension`,
      plugins === true ? true : plugins.map((plugin) => `@jupyterlab/${name}-extension:${plugin}`),
    ]),
  );
const classic = (...names) =>
  Object.fromEntries(names.map((name) => [`@jupyter-notebook/${name}-extension`, true]));

/** The pages of Notebook: `/` is on all of them. */
export const notebook = {
  '/': {
    ...classic('application', 'console', 'docmanager', 'help', 'notebook'),
    ...jupyterlab({
      application: ['context-menu', 'faviconbusy', 'router', 'top-bar', 'top-spacer'],
      apputils: [
        'kernels-settings',
        'palette',
        'notification',
        'sanitizer',
        'sessionDialogs',
        'settings',
        'state',
        'themes',
        'themes-palette-menu',
        'toolbar-registry',
        'utilityCommands',
      ],
      audio: true,
      codemirror: true,
      completer: [
        'base-service',
        'inline-completer',
        'inline-completer-factory',
        'inline-history',
        'manager',
      ],
      console: ['cell-executor', 'completer', 'factory', 'foreign', 'tracker'],
      csvviewer: true,
      docmanager: ['plugin', 'download', 'contexts', 'manager'],
      documentsearch: ['plugin'],
      filebrowser: ['factory', 'default-file-browser'],
      fileeditor: ['plugin', 'widget-factory'],
      htmlviewer: true,
      hub: true,
      imageviewer: true,
      mainmenu: ['plugin'],
      markedparser: true,
      mathjax: true,
      mermaid: true,
      notebook: [
        'cell-executor',
        'code-console',
        'export',
        'factory',
        'page-handler',
        'tracker',
        'widget-factory',
      ],
      services: true,
      shortcuts: true,
      'theme-light': true,
      'theme-dark': true,
      'theme-dark-high-contrast': true,
      translation: true,
      'ui-components': true,
      video: true,
    }),
  },
  '/tree': {
    ...classic('tree'),
    ...jupyterlab({
      application: ['commands'],
      'cell-toolbar': true,
      filebrowser: [
        'browser',
        'create-new-language-file',
        'download',
        'file-upload-status',
        'open-with',
        'search',
        'settings',
        'share-file',
      ],
      running: ['plugin'],
      settingeditor: true,
    }),
  },
  '/notebooks': jupyterlab({
    celltags: true,
    'cell-toolbar': true,
    logconsole: true,
    metadataform: true,
    notebook: [
      'active-cell-tool',
      'completer',
      'copy-output',
      'metadata-editor',
      'search',
      'toc',
      'tools',
      'update-raw-mimetype',
    ],
    toc: ['registry', 'tracker'],
    tooltip: ['manager', 'notebooks'],
  }),
  '/consoles': jupyterlab({ tooltip: ['manager', 'consoles'] }),
  '/edit': jupyterlab({ fileeditor: ['completer', 'search'], markdownviewer: true }),
};
