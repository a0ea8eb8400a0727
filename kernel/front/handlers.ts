// One function per request, in one table typed by the message map: a missing handler is a compile error. Busy and
// idle, checks of the content, parents and error replies are around the table, in kernel.ts.
import type { LanguageService } from '../language/index.js';
import { type ConnectionInfo, SOCKET_NAMES } from '../protocol/connection.js';
import {
  type CommContent,
  type IopubContents,
  type IopubType,
  type Message,
  quote,
  type Requests,
  type RequestType,
} from '../protocol/messages.js';
import { PROTOCOL_VERSION, readTypeScriptVersion, readVersion } from '../protocol/product.js';
import { toCodePoints, toUtf16 } from './codepoints.js';
import type { Comms } from './comms.js';
import type { Debugger } from './debugger/debugger.js';
import type { Executor } from './executor.js';
import { helpTopic } from './help.js';
import type { History } from './history.js';
import type { UsageMeter } from './usage.js';

/** What requests are answered from: the kernel's parts. */
export interface Served {
  readonly connection: ConnectionInfo;
  readonly history: History;
  readonly comms: Comms;
  readonly executor: Executor;
  readonly usage: UsageMeter;
  language(): Promise<LanguageService>;
  debugger(): Promise<Debugger>;
  publish<T extends IopubType>(type: T, content: IopubContents[T], parent: Message | undefined): void;
}

type Handler<T extends RequestType> = (
  kernel: Served,
  content: Requests[T]['content'],
  message: Message,
) => Requests[T]['reply'] | Promise<Requests[T]['reply']>;

/** Cells have a queue of their own: see executor.ts. */
type Handlers = { [T in Exclude<RequestType, 'execute_request'>]: Handler<T> };

export const handlers: Handlers = {
  kernel_info_request: () => {
    const version = readVersion();
    return {
      protocol_version: PROTOCOL_VERSION,
      implementation: 'gradlab',
      implementation_version: version,
      language_info: {
        name: 'typescript',
        version: readTypeScriptVersion(),
        mimetype: 'application/typescript',
        file_extension: '.ts',
        pygments_lexer: 'typescript',
        codemirror_mode: 'typescript',
        nbconvert_exporter: 'script',
      },
      banner: `gradlab ${version}: TypeScript with NumPy-like, differentiable arrays (Node ${process.versions.node})`,
      debugger: true,
      help_links: [
        { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' },
        { text: 'Node.js', url: 'https://nodejs.org/docs/latest/api/' },
      ],
      supported_features: ['debugger', 'kernel subshells'],
    };
  },

  complete_request: async (kernel, { code, cursor_pos }) => {
    const language = await kernel.language();
    const offset = cursor_pos === undefined ? code.length : toUtf16(code, cursor_pos);
    const { matches, start, end } = language.complete(code, offset);
    return {
      matches: matches.map((match) => match.text),
      cursor_start: toCodePoints(code, start),
      cursor_end: toCodePoints(code, end),
      metadata: {
        _jupyter_types_experimental: matches.map((match) => ({
          ...match,
          start: toCodePoints(code, match.start),
          end: toCodePoints(code, match.end),
        })),
      },
    };
  },

  inspect_request: async (kernel, { code, cursor_pos, detail_level }) => {
    const language = await kernel.language();
    const offset = cursor_pos === undefined ? code.length : toUtf16(code, cursor_pos);
    const { found, text, markdown } = language.inspect(code, offset, detail_level === 1 ? 1 : 0);
    return { found, data: found ? { 'text/plain': text, 'text/markdown': markdown } : {}, metadata: {} };
  },

  is_complete_request: async (kernel, { code }) => {
    if (helpTopic(code) !== undefined) return { status: 'complete' };
    const { status, indent } = (await kernel.language()).isComplete(code);
    return status === 'incomplete' ? { status, indent: indent ?? '' } : { status };
  },

  history_request: (kernel, content) => ({ history: kernel.history.find(content) }),

  comm_info_request: (kernel, { target_name }) => ({ comms: kernel.comms.info(target_name ?? undefined) }),

  connect_request: (kernel) =>
    Object.fromEntries(SOCKET_NAMES.map((name) => [`${name}_port`, kernel.connection[`${name}_port`]])),

  interrupt_request: (kernel) => {
    kernel.executor.interrupt();
    return {};
  },

  debug_request: async (kernel, content) => (await kernel.debugger()).answer(content),

  shutdown_request: (kernel, { restart }, message) => {
    const content = { status: 'ok', restart: restart === true } as const;
    kernel.publish('shutdown_reply', content, message);
    return { restart: content.restart };
  },

  create_subshell_request: (kernel) => ({ subshell_id: kernel.executor.createSubshell() }),

  delete_subshell_request: (kernel, { subshell_id }) => {
    if (kernel.executor.deleteSubshell(subshell_id)) return {};
    throw new Error(`delete_subshell_request: there is no subshell ${quote(subshell_id)}`);
  },

  list_subshell_request: (kernel) => ({ subshell_id: kernel.executor.subshellIds }),

  usage_request: (kernel) => kernel.usage.measure(),

  comm_open: (kernel, content, message) => comm(kernel, 'comm_open', content, message),
  comm_msg: (kernel, content, message) => comm(kernel, 'comm_msg', content, message),
  comm_close: (kernel, content, message) => comm(kernel, 'comm_close', content, message),
};

async function comm(
  kernel: Served,
  type: 'comm_open' | 'comm_msg' | 'comm_close',
  content: CommContent,
  message: Message,
): Promise<null> {
  await kernel.comms.receive(type, content, message);
  return null;
}
