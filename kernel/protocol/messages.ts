// The messages of Jupyter's protocol 5.5 as types: what a request carries, what its reply carries, what goes out on
// iopub. The handler table and the client are typed against these maps.

export interface Header {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
  /** The subshell that a request on the shell channel is for; without it, the main shell. */
  subshell_id?: string | null;
}

export type Json = Record<string, unknown>;
/** MIME type to data: text, or JSON for `application/*json`. */
export type MimeBundle = Record<string, unknown>;

export interface Message<C = Json> {
  /** Routing prefix on ROUTER sockets, the topic on iopub. */
  identities: Buffer[];
  header: Header;
  parent_header: Header | Json;
  metadata: Json;
  content: C;
  buffers: Buffer[];
}

export interface ErrorContent {
  ename: string;
  evalue: string;
  traceback: string[];
}

export interface LanguageInfo {
  name: string;
  version: string;
  mimetype: string;
  file_extension: string;
  pygments_lexer: string;
  codemirror_mode: string;
  nbconvert_exporter: string;
}

export interface KernelInfo {
  protocol_version: string;
  implementation: string;
  implementation_version: string;
  language_info: LanguageInfo;
  banner: string;
  debugger: boolean;
  help_links: { text: string; url: string }[];
  supported_features: string[];
}

/** What a kernel takes of its machine, as JupyterLab's resource view asks for it. */
export interface Usage {
  hostname: string;
  pid: number;
  /** Percent of one core, all processes of the kernel together, since the request before. */
  kernel_cpu: number;
  /** Bytes, all processes of the kernel together. */
  kernel_memory: number;
  cpu_count: number;
  /** Percent of all cores since the request before; missing in the first answer. */
  host_cpu_percent?: number;
  host_virtual_memory: { total: number; available: number; percent: number; used: number; free: number };
}

export interface ExecuteRequest {
  code: string;
  silent?: boolean;
  store_history?: boolean;
  user_expressions?: Record<string, string>;
  allow_stdin?: boolean;
  stop_on_error?: boolean;
}

export type ExpressionResult =
  | { status: 'ok'; data: MimeBundle; metadata: Json }
  | ({ status: 'error' } & ErrorContent);

export interface ExecuteReply {
  execution_count: number;
  user_expressions: Record<string, ExpressionResult>;
  payload: Json[];
}

export interface TypedMatch {
  start: number;
  end: number;
  text: string;
  type: string;
  signature?: string;
}

export interface HistoryRequest {
  output?: boolean;
  raw?: boolean;
  hist_access_type: 'range' | 'tail' | 'search';
  session?: number;
  start?: number;
  stop?: number;
  n?: number;
  pattern?: string;
  unique?: boolean;
}

/** `[session, line, input]`, or with `output: true` `[session, line, [input, output]]`. */
export type HistoryRow = [number, number, string | [string, string | null]];

export interface CommContent {
  comm_id: string;
  data?: Json;
}

/** Every request a client may send, with its content and the reply's content (null: no reply is due). */
export interface Requests {
  kernel_info_request: { content: Json; reply: KernelInfo };
  execute_request: { content: ExecuteRequest; reply: ExecuteReply };
  complete_request: {
    content: { code: string; cursor_pos?: number };
    reply: { matches: string[]; cursor_start: number; cursor_end: number; metadata: Json };
  };
  inspect_request: {
    content: { code: string; cursor_pos?: number; detail_level?: 0 | 1 };
    reply: { found: boolean; data: MimeBundle; metadata: Json };
  };
  /** The reply's status is the answer: complete, incomplete, invalid or unknown. */
  is_complete_request: { content: { code: string }; reply: { status: string; indent?: string } };
  history_request: { content: HistoryRequest; reply: { history: HistoryRow[] } };
  comm_info_request: {
    content: { target_name?: string };
    reply: { comms: Record<string, { target_name: string }> };
  };
  connect_request: { content: Json; reply: Record<string, number> };
  interrupt_request: { content: Json; reply: Json };
  /** A request of the debug adapter protocol, and its response. */
  debug_request: {
    content: { type: string; seq: number; command: string; arguments?: Json };
    reply: Json;
  };
  shutdown_request: { content: { restart?: boolean }; reply: { restart: boolean } };
  create_subshell_request: { content: Json; reply: { subshell_id: string } };
  delete_subshell_request: { content: { subshell_id: string }; reply: Json };
  list_subshell_request: { content: Json; reply: { subshell_id: string[] } };
  usage_request: { content: Json; reply: Usage };
  comm_open: { content: CommContent & { target_name: string }; reply: null };
  comm_msg: { content: CommContent; reply: null };
  comm_close: { content: CommContent; reply: null };
}
export type RequestType = keyof Requests;

export interface IopubContents {
  iopub_welcome: { subscription: string };
  status: { execution_state: 'starting' | 'busy' | 'idle' };
  execute_input: { code: string; execution_count: number };
  execute_result: { data: MimeBundle; metadata: Json; execution_count: number };
  error: ErrorContent;
  stream: { name: 'stdout' | 'stderr'; text: string };
  display_data: { data: MimeBundle; metadata: Json; transient: { display_id?: string } };
  update_display_data: { data: MimeBundle; metadata: Json; transient: { display_id?: string } };
  clear_output: { wait: boolean };
  comm_open: CommContent & { target_name: string };
  comm_msg: CommContent;
  comm_close: CommContent;
  shutdown_reply: { status: 'ok'; restart: boolean };
  /** An event of the debug adapter protocol. */
  debug_event: Json;
}
export type IopubType = keyof IopubContents;

type Kind = 'string' | 'boolean' | 'number' | 'object';
interface Field {
  kind: Kind;
  optional?: boolean;
}
const text: Field = { kind: 'string' };
const flag: Field = { kind: 'boolean', optional: true };
const count: Field = { kind: 'number', optional: true };
const record: Field = { kind: 'object', optional: true };

const FIELDS: { [T in RequestType]: Record<string, Field> } = {
  kernel_info_request: {},
  execute_request: {
    code: text,
    silent: flag,
    store_history: flag,
    user_expressions: record,
    allow_stdin: flag,
    stop_on_error: flag,
  },
  complete_request: { code: text, cursor_pos: count },
  inspect_request: { code: text, cursor_pos: count, detail_level: count },
  is_complete_request: { code: text },
  history_request: {
    hist_access_type: text,
    output: flag,
    session: count,
    start: count,
    n: count,
    unique: flag,
  },
  comm_info_request: { target_name: { kind: 'string', optional: true } },
  connect_request: {},
  interrupt_request: {},
  debug_request: { seq: { kind: 'number' }, command: text, arguments: record },
  shutdown_request: { restart: flag },
  create_subshell_request: {},
  delete_subshell_request: { subshell_id: text },
  list_subshell_request: {},
  usage_request: {},
  comm_open: { comm_id: text, target_name: text, data: record },
  comm_msg: { comm_id: text, data: record },
  comm_close: { comm_id: text, data: record },
};

export function isRequestType(type: string): type is RequestType {
  return Object.hasOwn(FIELDS, type);
}

/** A value as an error shows it: short, also when it is huge or nested deeper than JSON can be written. */
export function quote(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? typeof value;
  } catch {
    text = `a deeply nested ${Array.isArray(value) ? 'array' : typeof value}`;
  }
  return text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS)}...` : text;
}
const QUOTED_CHARACTERS = 200;

/**
 * Checks that a request's content has the fields that its handler reads.
 * @returns what is wrong, or undefined
 */
export function contentFault(type: RequestType, content: Json): string | undefined {
  for (const [name, { kind, optional }] of Object.entries(FIELDS[type])) {
    const value = content[name];
    if (value === undefined || value === null) {
      if (optional) continue;
      return `${type}: the content has no "${name}" (a ${kind} is needed)`;
    }
    if (typeof value !== kind) return `${type}: "${name}" is ${quote(value)}, not a ${kind}`;
  }
  return undefined;
}
