// The program that opens a page in the user's browser.

/** Its command line; undefined where there is no display. */
export function browserCommand(): string[] | undefined {
  if (process.env.BROWSER) return process.env.BROWSER.split(' ');
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined;
}
