// Array operators in cells: finds the places where TypeScript's operators, brackets and truth values may meet an
// NDArray, decides from the operands' types what each place becomes, and writes the edits. `a + b` becomes
// `$op.add(a, b)`; what turns out to be plain numbers or strings stays the plain operator and costs nothing.
import type { Ast, Expression, Node } from './typescript.js';
import { SyntaxKind, skipTrivia } from './typescript.js';

/**
 * What a type means to an operator: an NDArray; a union with one, or a complex number; `any`; something that cannot be
 * known (`unknown`, an unconstrained type parameter); a string; a list that stands for several indices; or anything else.
 */
export type Operand = 'array' | 'mixed' | 'dynamic' | 'opaque' | 'text' | 'tuple' | 'plain';

/** The shape of a site in a generated text. `call` keeps the value in place, `assign` writes it back. */
export type Form = 'plain' | 'call' | 'assign' | 'kept' | 'at';

export interface Forms {
  /** While types are being found. */
  typing: Form;
  /** In the text whose diagnostics the user sees, and which later cells build on. */
  final: Form;
  /** In the JavaScript. */
  js: Form;
}

export type SiteKind =
  | 'arithmetic'
  | 'unary'
  | 'loose'
  | 'compound'
  | 'read'
  | 'write'
  | 'update'
  | 'step'
  | 'truth'
  | 'logical';

export interface Site extends Forms {
  kind: SiteKind;
  node: Node;
  depth: number;
  /** Member of `$op`; for a compound assignment the one that works in place. */
  member: string;
  /** What `$op.update` is told to do. */
  verb: string;
  /** Source range of the operator token; for brackets of `[`. */
  operator: { start: number; end: number };
  /** Nodes whose types decide: [left, right], [target, value], [receiver, index, element?, value?]. */
  probes: Node[];
  /** Brackets with a comma (more than one index). */
  several: boolean;
  /** Brackets with a slice in a string literal. */
  slice: boolean;
  /** Brackets with some other string literal. */
  key: boolean;
  /** Part of an optional chain: `a?.b[0]`. */
  chained: boolean;
  /** The operands do not fit; what follows from the result is not to be told as well. */
  wrong: boolean;
  /** Taken for TypeScript's own operator before the types of its operands are known. */
  guessed: boolean;
  /** A compound assignment to a name that can be given another value; undefined until that is known. */
  rebinds: boolean | undefined;
  /** A compound assignment to a constant; undefined until that is known. */
  constant: boolean | undefined;
}

type Binary = Ast.BinaryExpression;
type Element = Ast.ElementAccessExpression;

const SLICE = /^\s*(?:(?:-?\d+)?\s*:\s*(?:-?\d+)?(?:\s*:\s*(?:-?\d+)?)?|\.\.\.|-?\d+|None|newaxis)\s*$/;

/** NumPy's slice text, also several parts: `1:3`, `::-1`, `1:3, ::2`, `...`. */
function isSliceText(text: string): boolean {
  if (!text.includes(':') && !text.includes('...')) return false;
  return text.split(',').every((part) => SLICE.test(part));
}

interface Tables {
  arithmetic: Map<SyntaxKind, string>;
  loose: Map<SyntaxKind, string>;
  compound: Map<SyntaxKind, { inplace: string; verb: string }>;
  unary: Map<SyntaxKind, string>;
}
let cachedTables: Tables | undefined;

function tables(): Tables {
  if (cachedTables) return cachedTables;
  const K = SyntaxKind;
  cachedTables = {
    arithmetic: new Map<SyntaxKind, string>([
      [K.PlusToken, 'add'],
      [K.MinusToken, 'sub'],
      [K.AsteriskToken, 'mul'],
      [K.SlashToken, 'div'],
      [K.PercentToken, 'mod'],
      [K.AsteriskAsteriskToken, 'pow'],
      [K.LessThanToken, 'lt'],
      [K.LessThanEqualsToken, 'le'],
      [K.GreaterThanToken, 'gt'],
      [K.GreaterThanEqualsToken, 'ge'],
    ]),
    loose: new Map<SyntaxKind, string>([
      [K.EqualsEqualsToken, 'eq'],
      [K.ExclamationEqualsToken, 'ne'],
      [K.AmpersandToken, 'bitand'],
      [K.BarToken, 'bitor'],
      [K.CaretToken, 'bitxor'],
      [K.LessThanLessThanToken, 'shl'],
      [K.GreaterThanGreaterThanToken, 'shr'],
    ]),
    compound: new Map<SyntaxKind, { inplace: string; verb: string }>([
      [K.PlusEqualsToken, { inplace: 'iadd', verb: 'add' }],
      [K.MinusEqualsToken, { inplace: 'isub', verb: 'sub' }],
      [K.AsteriskEqualsToken, { inplace: 'imul', verb: 'mul' }],
      [K.SlashEqualsToken, { inplace: 'idiv', verb: 'div' }],
      [K.PercentEqualsToken, { inplace: 'imod', verb: 'mod' }],
      [K.AsteriskAsteriskEqualsToken, { inplace: 'ipow', verb: 'pow' }],
      [K.AmpersandEqualsToken, { inplace: 'ibitand', verb: 'bitwiseAnd' }],
      [K.BarEqualsToken, { inplace: 'ibitor', verb: 'bitwiseOr' }],
      [K.CaretEqualsToken, { inplace: 'ibitxor', verb: 'bitwiseXor' }],
    ]),
    unary: new Map<SyntaxKind, string>([
      [K.MinusToken, 'neg'],
      [K.PlusToken, 'pos'],
      [K.TildeToken, 'invert'],
    ]),
  };
  return cachedTables;
}

/** The operator of TypeScript that a member of `$op` stands for; for messages. */
export const OPERATOR_TEXT: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
  pow: '**',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  eq: '==',
  ne: '!=',
  bitand: '&',
  bitor: '|',
  bitxor: '^',
  shl: '<<',
  shr: '>>',
  ibitand: '&=',
  ibitor: '|=',
  ibitxor: '^=',
  invert: '~',
  neg: '-',
  pos: '+',
  iadd: '+=',
  isub: '-=',
  imul: '*=',
  idiv: '/=',
  imod: '%=',
  ipow: '**=',
};

function isAssignment(kind: SyntaxKind): boolean {
  return kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment;
}

export function isAssignmentExpression(node: Node): boolean {
  if (node.kind === SyntaxKind.PrefixUnaryExpression || node.kind === SyntaxKind.PostfixUnaryExpression) {
    const { operator } = node as Ast.PrefixUnaryExpression;
    return operator === SyntaxKind.PlusPlusToken || operator === SyntaxKind.MinusMinusToken;
  }
  return node.kind === SyntaxKind.BinaryExpression && isAssignment((node as Binary).operatorToken.kind);
}

function isTypeNode(node: Node): boolean {
  return node.kind >= SyntaxKind.FirstTypeNode && node.kind <= SyntaxKind.LastTypeNode;
}

/** A literal that can never meet an array in an operator. */
function isNumberLiteral(node: Node): boolean {
  return node.kind === SyntaxKind.NumericLiteral || node.kind === SyntaxKind.BigIntLiteral;
}

function isTextLiteral(node: Node): boolean {
  return (
    node.kind === SyntaxKind.StringLiteral ||
    node.kind === SyntaxKind.NoSubstitutionTemplateLiteral ||
    node.kind === SyntaxKind.TemplateExpression
  );
}

/** Operands of `==` that TypeScript narrows by, and that no array equals element by element. */
function isNarrowing(node: Node): boolean {
  return (
    isTextLiteral(node) ||
    node.kind === SyntaxKind.NullKeyword ||
    node.kind === SyntaxKind.TrueKeyword ||
    node.kind === SyntaxKind.FalseKeyword ||
    node.kind === SyntaxKind.TypeOfExpression ||
    (node.kind === SyntaxKind.Identifier && (node as Ast.Identifier).text === 'undefined')
  );
}

/** Always a boolean, whatever its operands are. */
function isBoolean(node: Node): boolean {
  if (node.kind === SyntaxKind.TrueKeyword || node.kind === SyntaxKind.FalseKeyword) return true;
  if (node.kind === SyntaxKind.PrefixUnaryExpression)
    return (node as Ast.PrefixUnaryExpression).operator === SyntaxKind.ExclamationToken;
  if (node.kind !== SyntaxKind.BinaryExpression) return false;
  const { kind } = (node as Binary).operatorToken;
  return (
    kind === SyntaxKind.EqualsEqualsEqualsToken ||
    kind === SyntaxKind.ExclamationEqualsEqualsToken ||
    kind === SyntaxKind.InstanceOfKeyword ||
    kind === SyntaxKind.InKeyword
  );
}

function isMissing(node: Node): boolean {
  return node.end <= node.pos && node.kind !== SyntaxKind.EndOfFile;
}

/** Identifiers, `this`, and dots between them: may be written twice without running anything twice. */
export function isPath(node: Node): boolean {
  if (node.kind === SyntaxKind.Identifier || node.kind === SyntaxKind.ThisKeyword) return true;
  if (node.kind === SyntaxKind.SuperKeyword) return true;
  return (
    node.kind === SyntaxKind.PropertyAccessExpression &&
    isPath((node as Ast.PropertyAccessExpression).expression)
  );
}

/** Walks a parsed cell and collects its sites, outermost first. */
export function collectSites(root: Node, source: string): Site[] {
  const sites: Site[] = [];
  const { arithmetic, loose, compound, unary } = tables();
  const K = SyntaxKind;
  const handled = new Set<Node>();

  const site = (
    kind: SiteKind,
    node: Node,
    depth: number,
    start: number,
    end: number,
    probes: Node[],
  ): Site => {
    const made: Site = {
      kind,
      node,
      depth,
      member: '',
      verb: '',
      operator: { start, end },
      probes,
      several: false,
      slice: false,
      key: false,
      chained: false,
      wrong: false,
      guessed: false,
      rebinds: undefined,
      constant: undefined,
      typing: 'plain',
      final: 'plain',
      js: 'plain',
    };
    sites.push(made);
    return made;
  };

  /** The leaves of a condition: where an array would be asked for its truth value. */
  const condition = (node: Expression | undefined, depth: number): void => {
    if (!node || isMissing(node)) return;
    if (node.kind === K.ParenthesizedExpression)
      return condition((node as Ast.ParenthesizedExpression).expression, depth + 1);
    if (node.kind === K.PrefixUnaryExpression) return; // `!x` looks after itself; the others give no array here
    if (node.kind === K.BinaryExpression) {
      const { operatorToken, left, right } = node as Binary;
      if (operatorToken.kind === K.AmpersandAmpersandToken || operatorToken.kind === K.BarBarToken) {
        handled.add(node);
        condition(left, depth + 1);
        condition(right, depth + 1);
        return;
      }
    }
    if (isBoolean(node) || isTextLiteral(node) || isNumberLiteral(node)) return;
    site('truth', node, depth, node.getStart(), node.getStart(), [node]);
  };

  const brackets = (node: Element): { start: number; end: number } | undefined => {
    let start = skipTrivia(source, node.expression.end);
    if (source.startsWith('?.', start)) start = skipTrivia(source, start + 2);
    return source[start] === '[' && source[node.end - 1] === ']' ? { start, end: start + 1 } : undefined;
  };

  const element = (kind: SiteKind, node: Node, access: Element, depth: number): Site | undefined => {
    const { argumentExpression: index, expression } = access;
    if (!index || isMissing(index) || isMissing(expression) || expression.kind === K.SuperKeyword)
      return undefined;
    const open = brackets(access);
    if (!open) return undefined;
    const made = site(kind, node, depth, open.start, open.end, [expression, index]);
    made.several = index.kind === K.BinaryExpression && (index as Binary).operatorToken.kind === K.CommaToken;
    if (index.kind === K.StringLiteral || index.kind === K.NoSubstitutionTemplateLiteral) {
      made.slice = isSliceText((index as Ast.StringLiteral).text);
      made.key = !made.slice;
    }
    for (let at: Node = access; ; at = (at as Ast.PropertyAccessExpression).expression) {
      if (at.kind === K.NonNullExpression) continue;
      if (
        at.kind !== K.ElementAccessExpression &&
        at.kind !== K.PropertyAccessExpression &&
        at.kind !== K.CallExpression
      )
        break;
      if ((at as Element).questionDotToken) made.chained = true;
    }
    if (made.several) made.typing = kind === 'read' && made.chained ? 'at' : 'call';
    return made;
  };

  /** Targets of a destructuring assignment stay as they are, at every depth of the pattern. */
  const pattern = (node: Node): void => {
    if (node.kind === K.ElementAccessExpression) handled.add(node);
    else if (node.kind === K.ArrayLiteralExpression)
      (node as Ast.ArrayLiteralExpression).elements.forEach(pattern);
    else if (node.kind === K.SpreadElement) pattern((node as Ast.SpreadElement).expression);
    else if (node.kind === K.ParenthesizedExpression)
      pattern((node as Ast.ParenthesizedExpression).expression);
    else if (node.kind === K.BinaryExpression) pattern((node as Binary).left);
    else if (node.kind === K.ObjectLiteralExpression) {
      for (const property of (node as Ast.ObjectLiteralExpression).properties) {
        if (property.kind === K.PropertyAssignment) pattern((property as Ast.PropertyAssignment).initializer);
        if (property.kind === K.SpreadAssignment) pattern((property as Ast.SpreadAssignment).expression);
      }
    }
  };

  const binary = (node: Binary, depth: number): void => {
    const { left, right, operatorToken } = node;
    if (isMissing(left) || isMissing(right)) return;
    const token = operatorToken.kind;
    const start = operatorToken.getStart();
    const { end } = operatorToken;
    const plus = arithmetic.get(token);
    if (plus !== undefined) {
      if (isNumberLiteral(left) && isNumberLiteral(right)) return;
      const joins = token === K.PlusToken && (isTextLiteral(left) || isTextLiteral(right));
      if (
        joins &&
        (isTextLiteral(left) || isNumberLiteral(left)) &&
        (isTextLiteral(right) || isNumberLiteral(right))
      )
        return;
      if (left.kind === K.PrivateIdentifier) return;
      const made = site('arithmetic', node, depth, start, end, [left, right]);
      made.member = plus;
      made.typing = joins ? 'plain' : 'call';
      return;
    }
    const equal = loose.get(token);
    if (equal !== undefined) {
      if (isNarrowing(left) || isNarrowing(right)) return;
      if (isNumberLiteral(left) && isNumberLiteral(right)) return;
      site('loose', node, depth, start, end, [left, right]).member = equal;
      return;
    }
    const inplace = compound.get(token);
    if (inplace) {
      if (left.kind === K.ElementAccessExpression) {
        handled.add(left);
        const made = element('update', node, left as Element, depth);
        if (!made) return;
        made.member = inplace.inplace;
        made.verb = inplace.verb;
        made.probes.push(left, right);
      } else if (left.kind === K.Identifier || left.kind === K.PropertyAccessExpression) {
        if (isTextLiteral(right)) return;
        site('compound', node, depth, start, end, [left, right]).member = inplace.inplace;
      }
      return;
    }
    if (token === K.EqualsToken) {
      if (left.kind === K.ElementAccessExpression) {
        handled.add(left);
        const made = element('write', node, left as Element, depth);
        if (made) made.member = 'set';
      } else pattern(left);
      return;
    }
    if (isAssignment(token)) {
      handled.add(left);
      return;
    }
    if ((token === K.AmpersandAmpersandToken || token === K.BarBarToken) && !handled.has(node)) {
      if (isBoolean(left)) return;
      site('logical', node, depth, start, end, [left]).member = token === K.BarBarToken ? 'or' : 'and';
    }
  };

  const visit = (node: Node, depth: number): void => {
    if (isTypeNode(node) && node.kind !== K.ExpressionWithTypeArguments) return;
    switch (node.kind) {
      case K.EnumDeclaration:
      case K.InterfaceDeclaration:
      case K.TypeAliasDeclaration:
      case K.ImportDeclaration:
      case K.ImportEqualsDeclaration:
      case K.JSDoc:
        return;
      case K.IfStatement:
      case K.WhileStatement:
      case K.DoStatement:
        condition((node as Ast.IfStatement).expression, depth + 1);
        break;
      case K.ForStatement:
        condition((node as Ast.ForStatement).condition, depth + 1);
        break;
      case K.ForInStatement:
      case K.ForOfStatement:
        pattern((node as Ast.ForOfStatement).initializer);
        break;
      case K.ConditionalExpression:
        condition((node as Ast.ConditionalExpression).condition, depth + 1);
        break;
      case K.BinaryExpression:
        binary(node as Binary, depth);
        break;
      case K.PrefixUnaryExpression: {
        const { operator, operand } = node as Ast.PrefixUnaryExpression;
        if (isMissing(operand)) break;
        const start = node.getStart();
        if (operator === K.ExclamationToken) condition(operand, depth + 1);
        else if (operator === K.PlusPlusToken || operator === K.MinusMinusToken) step(node, operand, depth);
        else if (unary.has(operator) && !isNumberLiteral(operand) && !isTextLiteral(operand)) {
          const made = site('unary', node, depth, start, start + 1, [operand]);
          made.member = unary.get(operator) as string;
          if (operator !== K.TildeToken) made.typing = 'call';
        }
        break;
      }
      case K.PostfixUnaryExpression:
        step(node, (node as Ast.PostfixUnaryExpression).operand, depth);
        break;
      case K.CallExpression:
      case K.NewExpression: {
        const callee = (node as Ast.CallExpression).expression;
        if (callee?.kind === K.ElementAccessExpression) handled.add(callee);
        break;
      }
      case K.TaggedTemplateExpression:
        handled.add((node as Ast.TaggedTemplateExpression).tag);
        break;
      case K.DeleteExpression:
        handled.add((node as Ast.DeleteExpression).expression);
        break;
      case K.ElementAccessExpression:
        if (!handled.has(node)) element('read', node, node as Element, depth);
        break;
      default:
        break;
    }
    node.forEachChild((child) => {
      visit(child, depth + 1);
      return undefined;
    });
  };

  const step = (node: Node, operand: Node, depth: number): void => {
    if (operand.kind !== K.ElementAccessExpression) return;
    handled.add(operand);
    const made = element('step', node, operand as Element, depth);
    if (!made) return;
    const { operator } = node as Ast.PostfixUnaryExpression;
    made.member = 'update';
    made.verb = operator === K.PlusPlusToken ? 'add' : 'sub';
  };

  visit(root, 1);
  return sites;
}

const PLAIN: Forms = { typing: 'plain', final: 'plain', js: 'plain' };
const CALL: Forms = { typing: 'call', final: 'call', js: 'call' };
const ASSIGN: Forms = { typing: 'assign', final: 'assign', js: 'assign' };

const unknowable = (o: Operand | undefined): boolean => o === 'dynamic' || o === 'opaque';
const arrayish = (o: Operand | undefined): boolean => o === 'array' || o === 'mixed';

/** What a site becomes, given what its probes turned out to be. */
export function decide(site: Site, operands: (Operand | undefined)[]): Forms {
  const [first, second, third, fourth] = operands;
  const some = (test: (o: Operand | undefined) => boolean) => test(first) || test(second);
  switch (site.kind) {
    case 'arithmetic':
    case 'unary': {
      // A string joins anything; an array has to be asked for its text.
      if (site.member === 'add' && (first === 'text' || second === 'text'))
        return {
          typing: site.typing,
          final: 'plain',
          js: some((o) => arrayish(o) || unknowable(o)) ? 'call' : 'plain',
        };
      if (some(arrayish) || some((o) => o === 'dynamic')) return CALL;
      if (!some(unknowable)) return { typing: site.typing, final: 'plain', js: 'plain' };
      return { typing: site.member === 'invert' ? 'plain' : 'call', final: 'plain', js: 'call' };
    }
    case 'loose':
      if (some(arrayish) || some((o) => o === 'dynamic')) return CALL;
      return { ...PLAIN, js: some(unknowable) ? 'call' : 'plain' };
    case 'truth':
      if (first === 'array') return CALL;
      return { ...PLAIN, js: arrayish(first) || unknowable(first) ? 'call' : 'plain' };
    case 'logical':
      return { ...PLAIN, js: arrayish(first) || unknowable(first) ? 'call' : 'plain' };
    case 'compound':
      // Arrays are changed in place; a number in an array is replaced, so that other names keep what they hold.
      if (first === 'array') return site.rebinds ? { ...CALL, js: 'assign' } : CALL;
      if (first === 'dynamic' && site.constant) return { ...CALL, js: 'kept' };
      if (first === 'text' && site.member === 'iadd')
        return { ...PLAIN, js: arrayish(second) || unknowable(second) ? 'assign' : 'plain' };
      if (first === 'mixed' || (first !== 'opaque' && arrayish(second))) return ASSIGN;
      return { ...PLAIN, js: some(unknowable) ? 'assign' : 'plain' };
    case 'step':
      return arrayish(first) ? CALL : PLAIN;
    case 'read':
    case 'write':
    case 'update': {
      if (site.kind === 'read' && site.chained && (arrayish(first) || site.several))
        return first === 'plain' ? PLAIN : { typing: 'at', final: 'at', js: 'at' };
      if (arrayish(first)) return CALL;
      if (unknowable(first)) {
        if (site.several || site.slice || arrayish(second) || second === 'tuple') return CALL;
        return { ...PLAIN, js: site.key || site.chained ? 'plain' : 'call' };
      }
      // A JavaScript list indexed by an array of one integer, as in `names[np.argmax(scores)]`.
      if (second === 'array' && !site.several) return CALL;
      if (site.kind === 'update') {
        if (third === 'array') return { typing: 'assign', final: 'assign', js: 'assign' };
        if (third === 'mixed') return { typing: 'assign', final: 'assign', js: 'call' };
        if (unknowable(third)) return { ...PLAIN, js: 'call' };
        if (third === 'plain' && unknowable(fourth)) return { ...PLAIN, js: 'call' };
      }
      return PLAIN;
    }
  }
}
