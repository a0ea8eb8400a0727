// Which types the session writes down for the names that a cell declares. Without them the type of the last name in a
// long chain of cells would be worked out through all of them, again for every new cell.
import type { Analysis, Annotation } from './analysis.js';
import type { Ast, Checker, Compiler, Node, Type } from './typescript.js';
import { SignatureKind, SyntaxKind, skipTrivia, TypeFlags } from './typescript.js';

interface Surroundings {
  compiler: Compiler;
  isArray(type: Type): boolean;
  /** An earlier cell has declared the name. */
  isTaken(name: string): boolean;
}

/** Of NodeBuilderFlags: types are printed whole. */
const NO_TRUNCATION = 1;
/** Longer ones cost more to read again than to work out. */
const MAX_LENGTH = 2000;
/** Names that mean the same wherever they are written, unless a cell has declared them. */
const COMMON = new Set(
  (
    'number string boolean bigint any unknown void null undefined object true false readonly Array ReadonlyArray ' +
    'Map Set WeakMap Promise Date RegExp Error Record Float64Array Float32Array Int32Array Uint8Array'
  ).split(' '),
);
const TOKEN = /"(?:[^"\\]|\\.)*"|[\p{ID_Start}$_][\p{ID_Continue}$]*|=>|-?\d[\w.+-]*|\s+|[^\s]/gu;
/** No question marks: what is optional would be told with `| undefined` from then on. */
const PUNCTUATION = /^(?:[{}()[\]<>;,:|&]|=>|\s+)$/;

export function readAnnotations(analysis: Analysis, around: Surroundings): Annotation[] {
  const K = SyntaxKind;
  const { file, origin, checked, path, raw, top } = analysis;
  const annotations: Annotation[] = [];
  const names: Ast.VariableDeclaration[] = [];
  const functions: Ast.FunctionDeclaration[] = [];
  for (const statement of file.statements) {
    if (statement.end <= origin) continue;
    if (statement.kind === K.VariableStatement) {
      for (const d of (statement as Ast.VariableStatement).declarationList.declarations)
        if (!d.type && d.initializer && d.name.kind === K.Identifier) names.push(d);
    } else if (statement.kind === K.FunctionDeclaration) {
      const f = statement as Ast.FunctionDeclaration;
      if (!f.type && f.body && f.name && !f.asteriskToken) functions.push(f);
    }
  }
  if (names.length + functions.length === 0) return annotations;
  const { checker } = around.compiler;
  const positionOf = (node: Node) => checked.toGenerated(node.getStart() - origin + 1) - 1;
  const own = new Set(top.declared.map((d) => d.name));
  const isFree = (name: string) => !own.has(name) && !around.isTaken(name);
  if (names.length > 0) {
    const types = checker.getTypeAtPosition(
      path,
      names.map((d) => positionOf(d.name)),
    );
    names.forEach(({ name, initializer }, i) => {
      const declared = top.declared.find((d) => d.name === (name as Ast.Identifier).text);
      if (declared) declared.number = ((types[i]?.flags ?? 0) & TypeFlags.NumberLike) !== 0;
      const type = written(types[i], checker, around, isFree);
      // Comments on the properties of an object are shown with them.
      if (type && !raw.slice(name.end, initializer?.end).includes('/**'))
        annotations.push({ at: name.end, type });
    });
  }
  if (functions.length > 0) {
    const types = checker.getTypeAtPosition(
      path,
      functions.map((f) => positionOf(f.name as Node)),
    );
    functions.forEach((f, i) => {
      const type = types[i];
      const signatures = type ? checker.getSignaturesOfType(type, SignatureKind.Call) : [];
      if (signatures.length !== 1 || raw.slice(f.parameters.end, f.end).includes('/**')) return;
      const returned = checker.getReturnTypeOfSignature(signatures[0] as (typeof signatures)[0]);
      const result = written(returned, checker, around, isFree);
      if (!result || result === 'boolean') return; // a boolean may stand for a type predicate
      const close = skipTrivia(raw, f.parameters.end);
      if (raw[close] === ')') annotations.push({ at: close + 1, type: result });
    });
  }
  return annotations;
}

/** The type as it can be written at the declaration, if that means the same there. */
function written(
  type: Type | undefined,
  checker: Checker,
  { isArray }: Surroundings,
  isFree: (name: string) => boolean,
): string | undefined {
  if (!type) return undefined;
  if (type.flags & TypeFlags.Number) return 'number';
  if (type.flags & TypeFlags.String) return 'string';
  if (type.flags & TypeFlags.Boolean) return 'boolean';
  if (type.flags & TypeFlags.BigInt) return 'bigint';
  if (!(type.flags & TypeFlags.Object)) return undefined;
  if (type.getSymbol()?.name === 'NDArray') {
    if (!isArray(type)) return undefined;
    // `NDArray<"float32">` says its dtype; `NDArray<DType>` and `NDArray` have none to say.
    const dtype = /<["\w| ]+>$/.exec(checker.typeToString(type))?.[0] ?? '';
    return dtype.includes('"') ? `$NDArray${dtype}` : '$NDArray';
  }
  const text = checker.typeToString(type, undefined, NO_TRUNCATION);
  return text.length <= MAX_LENGTH && isCommon(text, isFree) ? text : undefined;
}

/** Whether a type is made of nothing but common names and names of properties and parameters. */
function isCommon(text: string, isFree: (name: string) => boolean): boolean {
  const tokens = text.match(TOKEN) ?? [];
  return tokens.every((token, i) => {
    if (PUNCTUATION.test(token) || /^["\d-]/.test(token)) return true;
    if (token !== 'import' && /^[:(]$/.test(tokens[i + 1] ?? '')) return true;
    return COMMON.has(token) && isFree(token);
  });
}
