// Turns TypeScript into JavaScript by blanking what is only types, at the same positions: annotations, interfaces,
// generics, casts, modifiers. What needs code of its own (decorators, JSX, namespaces) is esbuild's, see emit.ts.
import { hasModifier, isTypeOnlyNamespace } from './declarations.js';
import type { Edits } from './positions.js';
import type { Ast, Node, NodeArray } from './typescript.js';
import { SyntaxKind, skipTrivia } from './typescript.js';

/** Characters that, at the start of a line, would continue the statement before it. */
const CONTINUES = new Set(['(', '[', '`', '+', '-', '/', '*', ',', '.', '<']);

class Eraser {
  private readonly source: string;
  private readonly blanked: number[] = [];

  constructor(private readonly edits: Edits) {
    this.source = edits.source;
  }

  private blank(start: number, end: number, flat = false): void {
    this.edits.blank(start, end, flat);
    this.blanked.push(end);
  }

  /** A whole statement or member: a semicolon keeps the ones around it apart. */
  private drop(node: Node): void {
    const start = node.getStart();
    this.edits.replace(
      start,
      node.end,
      `;${this.source.slice(start + 1, node.end).replace(/[^\r\n]/g, ' ')}`,
    );
  }

  /** `: T` behind a name, parameter list or variable. */
  private annotation(type: Node | undefined, flat = false): void {
    if (type && type.end > type.pos) this.blank(type.pos - 1, type.end, flat);
  }

  /** `<...>` around type parameters or arguments. */
  private angles(list: NodeArray<Node> | undefined): void {
    if (!list) return;
    const close = skipTrivia(this.source, list.end);
    this.blank(list.pos - 1, this.source[close] === '>' ? close + 1 : list.end);
  }

  private modifiers(node: Node, keep: readonly SyntaxKind[]): void {
    for (const modifier of (node as Ast.ClassDeclaration).modifiers ?? []) {
      if (modifier.kind === SyntaxKind.Decorator || keep.includes(modifier.kind)) continue;
      this.blank(modifier.getStart(), modifier.end);
    }
  }

  private token(token: Node | undefined): void {
    if (token) this.blank(token.getStart(), token.end);
  }

  /** The semicolon that automatic insertion no longer finds once the end of a statement is blank. */
  private terminate(node: Node): void {
    if (this.source[node.end - 1] === ';' || !this.blanked.includes(node.end)) return;
    if (CONTINUES.has(this.source[skipTrivia(this.source, node.end)] ?? ''))
      this.edits.close(node.end, ';', -1);
  }

  visit = (node: Node): undefined => {
    const K = SyntaxKind;
    switch (node.kind) {
      case K.InterfaceDeclaration:
      case K.TypeAliasDeclaration:
      case K.NamespaceExportDeclaration:
        this.drop(node);
        return;
      case K.ModuleDeclaration:
        if (isTypeOnlyNamespace(node as Ast.ModuleDeclaration)) {
          this.drop(node);
          return;
        }
        break;
      case K.EnumDeclaration:
        if (hasModifier(node, K.DeclareKeyword)) this.drop(node);
        return; // its edits are made by emit.ts
      case K.ImportDeclaration:
      case K.ImportEqualsDeclaration:
      case K.ExportDeclaration:
        return;
      case K.VariableStatement:
        if (hasModifier(node, K.DeclareKeyword)) {
          this.drop(node);
          return;
        }
        break;
      case K.VariableDeclaration: {
        const { exclamationToken, type } = node as Ast.VariableDeclaration;
        this.token(exclamationToken);
        this.annotation(type);
        break;
      }
      case K.FunctionDeclaration:
      case K.MethodDeclaration:
      case K.Constructor:
      case K.GetAccessor:
      case K.SetAccessor:
      case K.FunctionExpression:
      case K.ArrowFunction:
        if (!this.functionLike(node)) return;
        break;
      case K.Parameter:
        if (!this.parameter(node as Ast.ParameterDeclaration)) return;
        break;
      case K.ClassDeclaration:
      case K.ClassExpression:
        if (hasModifier(node, K.DeclareKeyword)) {
          this.drop(node);
          return;
        }
        this.modifiers(node, [K.ExportKeyword, K.DefaultKeyword]);
        this.angles((node as Ast.ClassDeclaration).typeParameters);
        break;
      case K.HeritageClause:
        if ((node as Ast.HeritageClause).token === K.ImplementsKeyword) {
          this.blank(node.getStart(), node.end);
          return;
        }
        break;
      case K.PropertyDeclaration: {
        const property = node as Ast.PropertyDeclaration;
        if (hasModifier(node, K.DeclareKeyword) || hasModifier(node, K.AbstractKeyword)) {
          this.drop(node);
          return;
        }
        this.modifiers(node, [K.StaticKeyword, K.AccessorKeyword]);
        this.token(property.postfixToken);
        this.annotation(property.type);
        break;
      }
      case K.IndexSignature:
        this.drop(node);
        return;
      case K.AsExpression:
      case K.SatisfiesExpression: {
        const { expression } = node as Ast.AsExpression;
        this.visit(expression);
        // In `a - b as number * 2` the cast holds the difference together.
        if (expression.kind === K.BinaryExpression && node.parent.kind === K.BinaryExpression) {
          const depth = depthOf(node);
          this.edits.open(node.getStart(), '(', depth);
          this.edits.close(node.end, ')', depth);
        }
        this.blank(expression.end, node.end, this.insideReturn(node));
        return;
      }
      case K.TypeAssertionExpression: {
        const { expression } = node as Ast.TypeAssertion;
        this.blank(node.getStart(), expression.getStart(), true);
        this.visit(expression);
        return;
      }
      case K.NonNullExpression: {
        const { expression } = node as Ast.NonNullExpression;
        this.visit(expression);
        this.blank(expression.end, node.end);
        return;
      }
      case K.CallExpression:
      case K.NewExpression:
      case K.TaggedTemplateExpression:
      case K.ExpressionWithTypeArguments:
      case K.JsxOpeningElement:
      case K.JsxSelfClosingElement:
        this.angles((node as Ast.CallExpression).typeArguments);
        break;
      default:
        if (node.kind >= K.FirstTypeNode && node.kind <= K.LastTypeNode) return;
        if (node.kind === K.TypeParameter) return;
        break;
    }
    node.forEachChild(this.visit);
    switch (node.kind) {
      case K.VariableStatement:
      case K.ExpressionStatement:
      case K.ReturnStatement:
      case K.ThrowStatement:
      case K.PropertyDeclaration:
        this.terminate(node);
        break;
      default:
        break;
    }
    return undefined;
  };

  private functionLike(node: Node): boolean {
    const f = node as Ast.FunctionDeclaration;
    const K = SyntaxKind;
    if (!f.body || hasModifier(node, K.DeclareKeyword)) {
      this.drop(node);
      return false;
    }
    this.modifiers(node, [K.AsyncKeyword, K.StaticKeyword, K.ExportKeyword, K.DefaultKeyword]);
    this.token((node as Ast.MethodDeclaration).postfixToken);
    this.angles(f.typeParameters);
    // Between the parameters of an arrow function and its arrow there may be no line break.
    this.annotation(f.type, node.kind === K.ArrowFunction);
    return true;
  }

  private parameter(node: Ast.ParameterDeclaration): boolean {
    if (node.name.kind === SyntaxKind.Identifier && node.name.text === 'this') {
      let end = skipTrivia(this.source, node.end);
      end = this.source[end] === ',' ? end + 1 : node.end;
      this.blank(node.getStart(), end);
      return false;
    }
    this.token(node.questionToken);
    this.annotation(node.type);
    return true;
  }

  /** A line break left after `return` would end the statement. */
  private insideReturn(node: Node): boolean {
    return (
      node.parent?.kind === SyntaxKind.ReturnStatement || node.parent?.kind === SyntaxKind.ThrowStatement
    );
  }
}

/** The depth that operators.ts gives to a node. */
function depthOf(node: Node): number {
  let depth = 1;
  for (let at = node.parent; at; at = at.parent) depth++;
  return depth;
}

/** Blanks the types of the given statements or expressions. */
export function eraseTypes(edits: Edits, nodes: readonly Node[]): void {
  const eraser = new Eraser(edits);
  for (const node of nodes) eraser.visit(node);
}
