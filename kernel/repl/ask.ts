// One line from whoever runs a script, for `input()` and `password()`: at a terminal with Node's own line editing,
// otherwise the next line of standard input.
import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';

let lines: AsyncIterator<string> | undefined;

export type Answer = { text: string } | 'end' | 'interrupted';

export async function askLine(prompt: string, hidden: boolean): Promise<Answer> {
  process.stdout.write(prompt);
  if (process.stdin.isTTY) return fromTerminal(prompt, hidden);
  lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const { value, done } = await lines.next();
  return done ? 'end' : { text: value };
}

function fromTerminal(prompt: string, hidden: boolean): Promise<Answer> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader: Interface = createInterface({
    input: process.stdin,
    output: hidden ? silent : process.stdout,
    terminal: true,
  });
  return new Promise((resolve) => {
    const end = (answer: Answer): void => {
      reader.close();
      process.stdin.pause();
      if (hidden || typeof answer === 'string') process.stdout.write('\n');
      resolve(answer);
    };
    reader.on('SIGINT', () => end('interrupted'));
    reader.setPrompt(hidden ? '' : (prompt.split('\n').at(-1) ?? ''));
    if (!hidden) process.stdout.write('\r');
    reader.prompt();
    reader.once('line', (text) => end({ text }));
    reader.once('close', () => resolve('end'));
  });
}
