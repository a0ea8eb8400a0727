// From an analysed cell to the JavaScript that V8 evaluates in REPL mode. Top-level declarations all become `let` (so
// that any of them can be declared again by any later cell), functions and imports are hoisted, the last expression
// is handed to `$cell.value`, array operators become calls, types go.
import { createRequire } from 'node:module';
import type { Analysis } from './analysis.js';
import type { PositionMap } from './contract.js';
import { hasModifier, listKeyword } from './declarations.js';
import { eraseTypes } from './erase.js';
import { editExportModifiers, exportFromJs, importEqualsJs, importJs } from './imports.js';
import { isAssignmentExpression } from './operators.js';
import { Edits, literal, MappedText } from './positions.js';
import { editSite, HELD } from './rewrite.js';
import { decodeSourceMap, SOURCE_URL, scriptName } from './trace.js';
import type { Ast, Node, Statement } from './typescript.js';
import { SyntaxKind } from './typescript.js';

export interface Emitted {
  js: string;
  positions: PositionMap;
}

/** Depth of edits around whole statements: outside everything else. */
const OUTERMOST = 0;

interface Plan {
  edits: Edits;
  /** Statements moved to the front: [start, end). */
  hoisted: { start: number; end: number }[];
  /** Names declared in front, for `var`. */
  vars: Set<string>;
  head: string;
}

export function emit(analysis: Analysis, id: string): Emitted {
  const { raw, origin, code, top, sites, file, wrapped } = analysis;
  const edits = new Edits(raw);
  const plan: Plan = { edits, hoisted: [], vars: new Set(top.vars), head: '' };

  for (const { start, end, text } of analysis.liveUses) edits.rename(start, end, text);
  let held = false;
  for (const site of sites)
    if (site.js !== 'plain') held = editSite(edits, site, site.js, 'javascript') || held;
  for (const node of top.dynamicImports) edits.replace(node.getStart(), node.end, '$cell.import');
  for (const node of top.metas) edits.replace(node.getStart(), node.end, '$cell.meta');
  const statements = file.statements.filter(
    (s) => s.end > origin && s.getStart() >= origin - (wrapped ? 1 : 0),
  );
  eraseTypes(
    edits,
    statements.filter((s) => !top.special.has(s)),
  );
  editEnums(analysis, edits);
  editStatements(analysis, plan, statements);
  for (const list of top.nestedVars) editNestedVar(edits, list);

  if (held) plan.vars.add(HELD);
  const vars = [...plan.vars].filter((name) => name !== HELD);
  plan.head = (held ? `var ${HELD};` : '') + (vars.length > 0 ? `let ${vars.join(', ')};` : '') + plan.head;
  const pieces = [literal(plan.head)];
  const end = origin + code.length;
  let at = origin;
  const moved = plan.hoisted.sort((a, b) => a.start - b.start);
  for (const { start, end: stop } of moved) pieces.push(...edits.pieces(start, stop), literal('\n', stop));
  for (const { start, end: stop } of moved) {
    pieces.push(...edits.pieces(at, start));
    at = stop;
  }
  pieces.push(...edits.pieces(at, end));
  for (const piece of pieces) piece.source = Math.max(piece.source - origin, 0);
  const mapped = new MappedText(pieces, code);
  const name = SOURCE_URL + scriptName(id);
  if (top.special.size === 0) return { js: mapped.text + name, positions: mapped };
  const lowered = lower(mapped, analysis);
  return { js: lowered.js + name, positions: lowered.positions };
}

function editStatements(analysis: Analysis, plan: Plan, statements: Statement[]): void {
  const K = SyntaxKind;
  const { raw, imports, typeNames } = analysis;
  const { edits } = plan;
  const remove = (node: Node, text: string) => edits.replace(node.getStart(), node.end, text);
  const last = lastShown(statements);
  let first = true;
  for (const statement of statements) {
    const start = statement.getStart();
    switch (statement.kind) {
      case K.ImportDeclaration: {
        const found = imports.find((i) => i.node === statement);
        const text = found ? importJs(found, typeNames, analysis.live) : '';
        // An import runs before everything else, wherever it stands.
        if (first) remove(statement, text || ';');
        else {
          remove(statement, ';');
          plan.head += text;
        }
        continue;
      }
      case K.ImportEqualsDeclaration:
        remove(
          statement,
          importEqualsJs(
            statement as Ast.ImportEqualsDeclaration,
            raw,
            typeNames.has((statement as Ast.ImportEqualsDeclaration).name.text),
          ),
        );
        break;
      case K.ExportDeclaration:
        remove(statement, exportFromJs(statement as Ast.ExportDeclaration, raw));
        break;
      case K.ExportAssignment: {
        const { expression } = statement as Ast.ExportAssignment;
        edits.replace(start, expression.getStart(), statement === last ? '$cell.value(' : '(');
        edits.close(expression.end, ');', OUTERMOST);
        break;
      }
      case K.VariableStatement:
        editVariables(plan, statement as Ast.VariableStatement);
        break;
      case K.FunctionDeclaration:
        editFunction(analysis, plan, statement as Ast.FunctionDeclaration);
        break;
      case K.ClassDeclaration:
        editExportModifiers(edits, statement);
        if (!(statement as Ast.ClassDeclaration).name) {
          edits.open(start, '(', OUTERMOST);
          edits.close(statement.end, ');', OUTERMOST);
        }
        break;
      case K.ModuleDeclaration:
        editExportModifiers(edits, statement);
        break;
      case K.ExpressionStatement:
        if (statement === last) {
          const { expression } = statement as Ast.ExpressionStatement;
          const comma =
            expression.kind === K.BinaryExpression &&
            (expression as Ast.BinaryExpression).operatorToken.kind === K.CommaToken;
          const shown = analysis.wrapped
            ? (expression as Ast.ParenthesizedExpression).expression
            : expression;
          edits.open(shown.getStart(), comma ? '$cell.value((' : '$cell.value(', OUTERMOST);
          edits.close(shown.end, comma ? '))' : ')', OUTERMOST);
        }
        break;
      default:
        break;
    }
    first =
      first && (statement.kind === K.ImportEqualsDeclaration || statement.kind === K.InterfaceDeclaration);
  }
}

/** The statement whose value the cell shows: the last one, when it is an expression but not an assignment. */
function lastShown(statements: Statement[]): Statement | undefined {
  let i = statements.length - 1;
  while (i >= 0 && (statements[i] as Statement).kind === SyntaxKind.EmptyStatement) i--;
  const last = statements[i];
  if (last?.kind === SyntaxKind.ExportAssignment) return last;
  if (last?.kind !== SyntaxKind.ExpressionStatement) return undefined;
  return isAssignmentExpression((last as Ast.ExpressionStatement).expression) ? undefined : last;
}

function editVariables({ edits }: Plan, statement: Ast.VariableStatement): void {
  editExportModifiers(edits, statement);
  if (hasModifier(statement, SyntaxKind.DeclareKeyword)) return;
  const list = statement.declarationList;
  const keyword = listKeyword(list);
  const start = list.getStart();
  if (keyword === 'const') edits.replace(start, start + 5, 'let  ');
  if (keyword !== 'var') return;
  // The names are declared in front, once; what is left is the assignments.
  const initialized = list.declarations.filter((d) => d.initializer);
  if (initialized.length === 0) {
    edits.replace(start, list.end, '');
    return;
  }
  edits.replace(start, start + 3, ';  ');
  editAssignments(edits, list, true);
}

/** `a = 1, {b} = c` out of a list of declarations. */
function editAssignments(edits: Edits, list: Ast.VariableDeclarationList, statement: boolean): void {
  let open = false;
  list.declarations.forEach((declaration, i) => {
    const next = list.declarations[i + 1];
    if (!declaration.initializer) {
      edits.blank(declaration.getStart(), declaration.end);
      if (next) edits.replace(declaration.end, next.getStart(), ' ');
      return;
    }
    if (statement && declaration.name.kind === SyntaxKind.ObjectBindingPattern) {
      edits.open(declaration.getStart(), '(', OUTERMOST);
      edits.close(declaration.end, ')', OUTERMOST);
    }
    open = true;
    const rest = list.declarations.slice(i + 1).some((d) => d.initializer);
    if (next && !rest) edits.replace(declaration.end, next.getStart(), ' ');
  });
  if (!open) return;
}

/** `var` inside blocks and loops: also declared in front. */
function editNestedVar(edits: Edits, list: Ast.VariableDeclarationList): void {
  const K = SyntaxKind;
  const { parent } = list;
  const start = list.getStart();
  if (parent.kind === K.ForInStatement || parent.kind === K.ForOfStatement) {
    edits.replace(start, start + 3, '   ');
    return;
  }
  if (!list.declarations.some((d) => d.initializer)) {
    edits.replace(start, list.end, '');
    return;
  }
  edits.replace(start, start + 3, parent.kind === K.ForStatement ? '   ' : ';  ');
  editAssignments(edits, list, parent.kind !== K.ForStatement);
}

/** `function f() {}` becomes `let f = function () {};`, in front when something mentions it earlier. */
function editFunction(analysis: Analysis, plan: Plan, node: Ast.FunctionDeclaration): void {
  const { edits } = plan;
  editExportModifiers(edits, node);
  if (!node.body || hasModifier(node, SyntaxKind.DeclareKeyword)) return;
  const { name } = node;
  const async = node.modifiers?.find((m) => m.kind === SyntaxKind.AsyncKeyword);
  const begin = async ? async.getStart() : functionKeyword(edits.source, node);
  if (!name) {
    edits.open(begin, '(', OUTERMOST);
    edits.close(node.end, ');', OUTERMOST);
    return;
  }
  edits.open(begin, `let ${name.text} = `, OUTERMOST, name.getStart());
  edits.blank(name.getStart(), name.end);
  edits.close(node.end, ';', OUTERMOST);
  const start = node.getStart();
  const before = analysis.raw.slice(analysis.origin, start);
  const used = new RegExp(`(?<![\\w$])${name.text.replace(/\$/g, '\\$')}(?![\\w$])`).test(before);
  if (used) plan.hoisted.push({ start, end: node.end });
}

function functionKeyword(source: string, node: Ast.FunctionDeclaration): number {
  const modifiers = node.modifiers;
  const after =
    modifiers && modifiers.length > 0 ? (modifiers[modifiers.length - 1] as Node).end : node.getStart();
  return source.indexOf('function', after);
}

/** `enum E { A, B = 5 }` becomes an object with its reverse names, with the values that the checker worked out. */
function editEnums({ top, raw, enumValues }: Analysis, edits: Edits): void {
  let member = 0;
  for (const node of top.enums) {
    if (node.parent.kind === SyntaxKind.ModuleBlock) {
      member += node.members.length; // esbuild's, with its namespace
      continue;
    }
    const name = node.name.text;
    const parts = node.members.map((m) => {
      const value = enumValues[member++];
      const written = raw.slice(m.name.getStart(), m.name.end);
      const key = m.name.kind === SyntaxKind.Identifier ? `'${written}'` : written;
      if (typeof value === 'string') return `${name}[${key}] = ${JSON.stringify(value)};`;
      const init = value ?? (m.initializer && erased(raw, m.initializer));
      return `${name}[${name}[${key}] = ${init}] = ${key};`;
    });
    const start = node.getStart();
    const lines = raw.slice(start, node.end).split('\n').length - 1;
    const text = `let ${name} = (function (${name}) { ${parts.join(' ')} return ${name}; })({});`;
    edits.replace(start, node.end, text + '\n'.repeat(lines));
  }
}

/** The text of an expression without its types. */
function erased(raw: string, node: Node): string {
  const edits = new Edits(raw);
  eraseTypes(edits, [node]);
  return edits
    .pieces(node.getStart(), node.end)
    .map((piece) => piece.text)
    .join('');
}

interface EsbuildMessage {
  text: string;
  location: { line: number; column: number } | null;
}

/** Thrown when esbuild finds what the checker let pass; carries a place in the cell. */
export class LoweringError extends Error {
  constructor(
    message: string,
    readonly start: number,
  ) {
    super(message);
  }
}

/** Decorators, JSX, namespaces, parameter properties, `using`: esbuild, with a source map. */
function lower(mapped: MappedText, { top, path, jsx }: Analysis): Emitted {
  const { transformSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  try {
    const { code, map } = transformSync(mapped.text, {
      loader: path.endsWith('x') ? 'tsx' : 'ts',
      target: 'node20',
      sourcemap: 'external',
      logLevel: 'silent',
      jsx: 'transform',
      jsxFactory: jsx === 'React' ? 'React.createElement' : (jsx ?? '$jsx'),
      jsxFragment: jsx === 'React' ? 'React.Fragment' : jsx ? 'Fragment' : '$Fragment',
      tsconfigRaw: {
        compilerOptions: {
          useDefineForClassFields: true,
          verbatimModuleSyntax: true,
        },
      },
    });
    // What esbuild declares with `var` or `const` at the top level must stay re-declarable as well.
    const names = new Set(top.declared.map((d) => d.name));
    const js = code.replace(/^(var|const) ([\w$]+)/gm, (whole, keyword: string, name: string) =>
      names.has(name) ? `let${keyword === 'const' ? '  ' : ''} ${name}` : whole,
    );
    const through = decodeSourceMap(map);
    return {
      js,
      positions: {
        toCell: (line, column) => {
          const middle = through(line, column);
          return middle && mapped.toCell(middle.line, middle.column);
        },
      },
    };
  } catch (error) {
    const problem = (error as { errors?: EsbuildMessage[] }).errors?.[0];
    if (!problem) throw error;
    const { line, column } = problem.location ?? { line: 1, column: 0 };
    const at = mapped.toCell(line, column + 1) ?? { line: 1, column: 1 };
    const lines = mapped.source.split('\n').slice(0, at.line - 1);
    throw new LoweringError(problem.text, lines.join('\n').length + (at.line > 1 ? 1 : 0) + at.column - 1);
  }
}
