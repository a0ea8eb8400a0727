// References to what can be opened: the scopes of a frame, and values inside values. Those of a pause end with it,
// those of the variable explorer with its next look.

import { LIVE } from '../../language/index.js';
import type { VariableRow } from '../../protocol/variables.js';
import type { Variable } from './dap.js';
import type { Described, Inspector, RemoteObject } from './inspector.js';
import { argument } from './inspector.js';

/** Names that the compiler adds to a cell. */
const HIDDEN = '$held $cell';

/** `pause` lasts until the cell goes on, `look` until the variable explorer asks again. */
export type Lifetime = 'pause' | 'look';

export type Holder =
  | { kind: 'globals' }
  /** Scopes of a frame, the innermost first. */
  | { kind: 'scopes'; scopes: RemoteObject[]; callFrameId: string }
  /** `path` is the expression that gives the value, where there is one. */
  | { kind: 'value'; value: RemoteObject; path?: string; callFrameId?: string };

export class Variables {
  /** JupyterLab's panel reads the variables. */
  forPanel = false;
  private readonly holders = new Map<number, { holder: Holder; lifetime: Lifetime }>();
  private count = 0;

  constructor(
    private readonly inspector: Inspector,
    /** How imported variables that their modules change are read, by their names. */
    private readonly live: () => Promise<ReadonlyMap<string, string>>,
  ) {}

  reference(holder: Holder, lifetime: Lifetime): number {
    this.holders.set(++this.count, { holder, lifetime });
    return this.count;
  }

  find(reference: number): { holder: Holder; lifetime: Lifetime } {
    const found = this.holders.get(reference);
    if (!found)
      throw new Error(`variables: there is no reference ${reference} any more; ask for the scopes again`);
    return found;
  }

  forget(lifetime: Lifetime): void {
    for (const [reference, entry] of this.holders)
      if (entry.lifetime === lifetime) this.holders.delete(reference);
    this.inspector.release(lifetime);
  }

  clear(): void {
    this.holders.clear();
  }

  /** The variables of cells, in the order in which they were first declared. */
  async globals(lifetime: Lifetime): Promise<Variable[]> {
    const { names } = await this.inspector.post<{ names: string[] }>('Runtime.globalLexicalScopeNames', {});
    const live = names.some((name) => name.startsWith(LIVE)) ? await this.live() : undefined;
    const readers = names
      .filter((name) => !HIDDEN.split(' ').includes(name) && !name.startsWith(LIVE))
      .map((name) => `${JSON.stringify(name)}: () => ${live?.get(name) ?? name}`);
    const object = await this.inspector.evaluate(`({ ${readers.join(', ')} })`, lifetime);
    return this.toVariables(
      await this.inspector.describe('globals', [argument(object)], lifetime),
      { kind: 'globals' },
      lifetime,
    );
  }

  async open(reference: number): Promise<Variable[]> {
    if (reference === 0) return [];
    const { holder, lifetime } = this.find(reference);
    switch (holder.kind) {
      case 'globals':
        return this.globals(lifetime);
      case 'scopes': {
        const args = [{ value: HIDDEN }, ...holder.scopes.map(argument)];
        return this.toVariables(await this.inspector.describe('scopes', args, lifetime), holder, lifetime);
      }
      case 'value': {
        const rows = await this.inspector.describe('children', [argument(holder.value)], lifetime);
        return this.toVariables(rows, holder, lifetime);
      }
    }
  }

  /** One value as the answer to `evaluate` or `setVariable`. */
  async single(value: RemoteObject, name: string, callFrameId: string | undefined): Promise<Variable> {
    const lifetime = callFrameId ? 'pause' : 'look';
    const args = [{ value: name }, argument(value)];
    const holder: Holder = { kind: 'value', value, callFrameId };
    const described = await this.inspector.describe('rows', args, lifetime);
    return this.toVariables(described, holder, lifetime)[0];
  }

  toVariables({ rows, values }: Described, parent: Holder, lifetime: Lifetime): Variable[] {
    const callFrameId = 'callFrameId' in parent ? parent.callFrameId : undefined;
    return rows.map((row) => {
      const { name, value, at } = row;
      const type = this.forPanel ? panelType(row) : row.type;
      const inside = at === undefined ? undefined : values.get(at);
      const path = pathOf(parent, name);
      const reference = inside
        ? this.reference({ kind: 'value', value: inside, path, callFrameId }, lifetime)
        : 0;
      const variable: Variable = { name, type, value, variablesReference: reference };
      if (path) variable.evaluateName = path;
      return variable;
    });
  }
}

/** JupyterLab's tree shows values of Python's simple types only, and of all others the type: so the type says it. */
function panelType({ type, value }: VariableRow): string {
  const simple: Record<string, string> = { number: 'float', string: 'str', boolean: 'bool' };
  return simple[type] ?? (type === 'function' || type === 'class' ? type : value);
}

/** The expression for a child: known below variables, through properties and indices. */
function pathOf(parent: Holder, name: string): string | undefined {
  const isName = /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name);
  if (parent.kind !== 'value') return isName ? name : undefined;
  if (!parent.path) return undefined;
  if (/^\[\d+\]$/.test(name)) return parent.path + name;
  return isName ? `${parent.path}.${name}` : undefined;
}
