// What begins as a number and goes on as an array: `let loss = 0; for (...) loss += margins.sum()`, a parameter, a field
// of a class or a property of an object; and what begins as `{}` and is filled: `grads[name] = dW`. TypeScript takes such
// things for a number, or for empty, for good; here they may hold anything, as every name may in Python.
import type { CellDiagnostic } from './contract.js';
import { mayBeAssigned } from './declarations.js';
import type { Ast, Node, SourceFile } from './typescript.js';
import { SyntaxKind } from './typescript.js';

/** What is written into the checked text, and where, for a declaration to be of another type. */
export interface Loosened {
  at: number;
  text: string;
}

const ANY = 'any';
const FILLED = 'Record<string, any>';
/** The right side of an operator is no number; if it is no array either, it stays an error. */
const NO_NUMBER = 2363;
const ARRAY_FOR_NUMBER = /^Type 'NDArray\b.*' is not assignable to type 'number'/;
const NOT_IN_EMPTY = /^Property '.*' does not exist on type '\{\}'|be used to index type '\{\}'/;
/** What is assigned to: a name, or a property of something. */
const TARGET = String.raw`(?:[\w$]+\??\.)*#?[\w$]+`;
const TARGET_BEFORE = new RegExp(String.raw`(${TARGET})\s*(?:[-*/%]|\*\*)=\s*$`);
const TARGET_AT = new RegExp(`^${TARGET}`);
/** An object whose property is assigned to: with the property's name next, or with the whole of `object[key]` next. */
const OWNER_BEFORE = new RegExp(String.raw`(${TARGET})\.$`);
const ASSIGNED_NAME = /^[\w$]+\s*(?:[-+*/%&|^?]*=)(?![=>])/;
const OWNER_AT = new RegExp(String.raw`^(${TARGET})\[[^\n]*?\]\s*(?:[-+*/%&|^?]*=)(?![=>])`);

interface Checked {
  readonly code: string;
  readonly file: SourceFile;
  readonly origin: number;
  readonly diagnostics: readonly CellDiagnostic[];
}

/** The types that names, and the properties of that name, have to have. */
interface Wanted {
  names: Map<string, string>;
  properties: Map<string, string>;
}

/**
 * The declarations, without a type of their own, of what the cell fills or assigns arrays to.
 * @returns those in the cell; and the names that it does not declare, with the types they want
 */
export function accumulators({ code, file, origin, diagnostics }: Checked): {
  loose: Loosened[];
  earlier: Map<string, string>;
} {
  const wanted: Wanted = { names: new Map(), properties: new Map() };
  for (const d of diagnostics) {
    const [target, type] = targetOf(d, code);
    if (!target) continue;
    const dot = target.lastIndexOf('.');
    if (dot < 0) wanted.names.set(target, type);
    else wanted.properties.set(target.slice(dot + 1), type);
  }
  const loose: Loosened[] = [];
  const earlier = new Map(wanted.names);
  if (wanted.names.size + wanted.properties.size === 0) return { loose, earlier };
  const visit = (node: Node): undefined => {
    if (node.end <= origin) return undefined;
    loose.push(...loosened(node, wanted));
    if (declares(node)) earlier.delete(nameOf((node as Ast.VariableDeclaration).name));
    node.forEachChild(visit);
    return undefined;
  };
  file.forEachChild(visit);
  return { loose, earlier };
}

/** What an error says of something that is assigned to: its text, and the type it had better have. */
function targetOf(
  { start, message, code: number }: CellDiagnostic,
  code: string,
): [string | undefined, string] {
  const before = code.slice(0, start);
  const after = code.slice(start);
  if (number === NO_NUMBER) return [TARGET_BEFORE.exec(before)?.[1], ANY];
  if (ARRAY_FOR_NUMBER.test(message)) return [TARGET_AT.exec(after)?.[0], ANY];
  if (!NOT_IN_EMPTY.test(message)) return [undefined, ANY];
  return [ASSIGNED_NAME.test(after) ? OWNER_BEFORE.exec(before)?.[1] : OWNER_AT.exec(after)?.[1], FILLED];
}

function declares({ kind }: Node): boolean {
  const K = SyntaxKind;
  return kind === K.VariableDeclaration || kind === K.Parameter || kind === K.BindingElement;
}

function loosened(node: Node, { names, properties }: Wanted): Loosened[] {
  const K = SyntaxKind;
  switch (node.kind) {
    case K.VariableDeclaration:
    case K.Parameter: {
      const { name, type, initializer } = node as Ast.VariableDeclaration;
      if (type || !initializer) return [];
      if (name.kind !== K.Identifier) return mayBeAssigned(node) ? parts(name, initializer, names) : [];
      const wanted = names.get(name.text);
      return wanted && (wanted === FILLED ? isEmpty(initializer) : mayBeAssigned(node))
        ? [{ at: name.end, text: `: ${wanted}` }]
        : [];
    }
    case K.PropertyDeclaration: {
      const { name, type, initializer, postfixToken } = node as Ast.PropertyDeclaration;
      const wanted = properties.get(nameOf(name));
      if (type || !initializer || postfixToken || !wanted) return [];
      return [{ at: name.end, text: `: ${wanted}` }];
    }
    case K.PropertyAssignment: {
      const { name, initializer } = node as Ast.PropertyAssignment;
      const wanted = properties.get(nameOf(name));
      return wanted ? [{ at: initializer.end, text: ` as ${wanted}` }] : [];
    }
    default:
      return [];
  }
}

/** What begins as null, and so has no other type: parameters, fields and properties are for what comes later. */
export function beginnings({ code, file, origin }: Pick<Checked, 'code' | 'file' | 'origin'>): Loosened[] {
  const K = SyntaxKind;
  const found: Loosened[] = [];
  if (!/[=:]\s*null\b/.test(code)) return found;
  const visit = (node: Node): undefined => {
    if (node.end <= origin) return undefined;
    const { name, type, initializer } = node as Ast.ParameterDeclaration;
    if (initializer?.kind === K.NullKeyword && !type) {
      if (node.kind === K.BindingElement || node.kind === K.PropertyAssignment)
        found.push({ at: initializer.end, text: ' as any' });
      else if (node.kind === K.Parameter || node.kind === K.PropertyDeclaration)
        found.push({ at: name.end, text: ': any' });
    }
    node.forEachChild(visit);
    return undefined;
  };
  file.forEachChild(visit);
  return found;
}

/** The values that a pattern takes apart: `[m, v]` of `[0, 0]`, `{ m }` of `{ m: 0 }`. */
function parts(pattern: Node, value: Node, names: ReadonlyMap<string, string>): Loosened[] {
  const K = SyntaxKind;
  const found: Loosened[] = [];
  (pattern as Ast.BindingPattern).elements.forEach((element, i) => {
    if (element.kind !== K.BindingElement) return; // a hole
    const { name, propertyName, initializer } = element as Ast.BindingElement;
    let given: Node | undefined;
    if (value.kind === K.ArrayLiteralExpression) given = (value as Ast.ArrayLiteralExpression).elements[i];
    else if (value.kind === K.ObjectLiteralExpression) {
      const key = nameOf(propertyName ?? name);
      for (const property of (value as Ast.ObjectLiteralExpression).properties)
        if (property.kind === K.PropertyAssignment && nameOf(property.name) === key)
          given = (property as Ast.PropertyAssignment).initializer;
    }
    if (!name) return;
    if (name.kind !== K.Identifier) {
      if (given) found.push(...parts(name, given, names));
      return;
    }
    const wanted = names.get(name.text);
    for (const end of [given?.end, initializer?.end])
      if (wanted && end !== undefined) found.push({ at: end, text: ` as ${wanted}` });
  });
  return found;
}

function isEmpty(value: Node): boolean {
  return (
    value.kind === SyntaxKind.ObjectLiteralExpression &&
    (value as Ast.ObjectLiteralExpression).properties.length === 0
  );
}

function nameOf(name: Node | undefined): string {
  return (name as Ast.Identifier | undefined)?.text ?? '';
}
