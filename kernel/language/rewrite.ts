// The edits of the operator sites: how `a + b`, `X[i] = v`, `W += e` or `if (x)` look as calls of `$op`, given the form
// that operators.ts has decided on. Insertions and replacements only, so that every position keeps its origin.
import type { Form, Site } from './operators.js';
import { isPath } from './operators.js';
import type { Edits } from './positions.js';
import type { Ast } from './typescript.js';
import { SyntaxKind } from './typescript.js';

type Binary = Ast.BinaryExpression;
type Element = Ast.ElementAccessExpression;

/** Name of the variable that holds the left side of `&&` and `||` while its truth value is asked for. */
export const HELD = '$held';

/** What the edited text is for: the checker, the session module, or V8. */
export type Target = 'cell' | 'session' | 'javascript';

/** Writes the edits of one site in the given form. Returns true when the form needs the variable `HELD`. */
export function editSite(edits: Edits, site: Site, form: Form, target: Target): boolean {
  if (form === 'plain') return false;
  const { node, depth, member, verb, operator } = site;
  const start = node.getStart();
  const at = operator.start;
  const open = (text: string) => edits.open(start, site.wrong ? `(${text}` : text, depth, at);
  const close = (text: string) => edits.close(node.end, site.wrong ? `${text} as any)` : text, depth, at);
  switch (site.kind) {
    case 'arithmetic':
    case 'loose':
      open(`$op.${member}(`);
      edits.replace(operator.start, operator.end, ',');
      close(')');
      return false;
    case 'unary':
      edits.replace(operator.start, operator.end, `${site.wrong ? '(' : ''}$op.${member}(`);
      close(')');
      return false;
    case 'truth':
      open('$op.truth(');
      close(')');
      return false;
    case 'logical':
      if (target !== 'javascript') return false;
      open(`($op.truth(${HELD} = `);
      edits.replace(operator.start, operator.end, member === 'and' ? ') ? (' : `) ? ${HELD} : (`);
      close(member === 'and' ? `) : ${HELD})` : '))');
      return true;
    case 'compound':
      return editCompound(edits, site, form, target);
    case 'read':
      if (form === 'at') {
        const access = node as Element;
        const dot = access.questionDotToken ? access.questionDotToken.getStart() : operator.start;
        edits.replace(dot, operator.end, access.questionDotToken ? '?.at(' : '.at(', at);
        edits.replace(node.end - 1, node.end, ')', at);
        return false;
      }
      open('$op.get(');
      edits.replace(operator.start, operator.end, ', [');
      close(')');
      return false;
    case 'write':
      open('$op.set(');
      edits.replace(operator.start, operator.end, ', [');
      edits.replace((node as Binary).operatorToken.getStart(), (node as Binary).operatorToken.end, ',');
      close(')');
      return false;
    case 'update': {
      const token = (node as Binary).operatorToken;
      if (form === 'assign') {
        open(`$op.${member}(`);
        edits.replace(token.getStart(), token.end, ',');
        close(')');
        return false;
      }
      open('$op.update(');
      edits.replace(operator.start, operator.end, ', [');
      edits.replace(token.getStart(), token.end, `, '${verb}',`);
      close(')');
      return false;
    }
    case 'step': {
      const operand = (node as Ast.PostfixUnaryExpression).operand;
      const prefix = node.kind === SyntaxKind.PrefixUnaryExpression;
      const operandStart = operand.getStart();
      if (prefix) edits.replace(start, operandStart, '$op.update(', at);
      else edits.open(operandStart, '$op.update(', depth, at);
      edits.replace(operator.start, operator.end, ', [');
      if (prefix) edits.close(operand.end, `, '${verb}', 1)`, depth, at);
      else edits.replace(operand.end, node.end, `, '${verb}', 1)`, at);
      return false;
    }
  }
}

function editCompound(edits: Edits, site: Site, form: Form, target: Target): boolean {
  const { node, depth, member, operator } = site;
  const { left } = node as Binary;
  const start = node.getStart();
  const assigned = target === 'javascript' ? ', true' : '';
  if (form === 'call' || (target !== 'javascript' && !isPath(left))) {
    edits.open(start, `$op.${member}(`, depth, operator.start);
    edits.replace(operator.start, operator.end, ',');
    edits.close(node.end, ')', depth, operator.start);
    return false;
  }
  if (form === 'kept') {
    const name = edits.source.slice(start, left.end);
    edits.open(start, `$op.kept($op.${member}(`, depth, operator.start);
    edits.replace(operator.start, operator.end, ',');
    edits.close(node.end, `), ${name}, '${name}')`, depth, operator.start);
    return false;
  }
  if (isPath(left)) {
    const target = edits.pathText(start, left.end);
    edits.replace(operator.start, operator.end, `= $op.${member}(${target},`);
    edits.close(node.end, `${assigned})`, depth, operator.start);
    return false;
  }
  // `f().W += e`: the object is found once, and kept only until the value of `.W` has been read.
  const access = left as Ast.PropertyAccessExpression;
  const name = edits.source.slice(access.name.getStart(), access.name.end);
  edits.open(start, `(${HELD} = `, depth, operator.start);
  edits.replace(access.expression.end, access.name.getStart(), `, ${HELD}.`);
  edits.replace(operator.start, operator.end, `= $op.${member}(${HELD}.${name},`);
  edits.close(node.end, `${assigned}))`, depth, operator.start);
  return true;
}
