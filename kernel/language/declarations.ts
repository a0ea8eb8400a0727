// What a cell declares at its top level and which names it mentions: the input of the session's name table, of the
// hoisting in the JavaScript, and of the namespace that a committed cell becomes.
import type { Declared, NameKind } from './session.js';
import type { Ast, Node, SourceFile, Statement } from './typescript.js';
import { NodeFlags, SyntaxKind } from './typescript.js';

export interface TopLevel {
  declared: Declared[];
  /** Every identifier of the cell, wherever it stands. */
  mentions: Set<string>;
  /** Names that `var` declares, at the top level or inside blocks and loops, but not inside functions. */
  vars: Set<string>;
  /** The `var` lists inside blocks and loops. */
  nestedVars: Ast.VariableDeclarationList[];
  /** `await` expressions outside functions. */
  awaits: Ast.AwaitExpression[];
  /** `import(...)` and `import.meta`, anywhere. */
  dynamicImports: Node[];
  metas: Node[];
  /** Statements that need more than the blanking of types: decorators, JSX, namespaces, `using`, parameter properties. */
  special: Set<Statement>;
  enums: Ast.EnumDeclaration[];
}

export function bindingNames(name: Node | undefined, out: string[] = []): string[] {
  if (!name) return out;
  if (name.kind === SyntaxKind.Identifier) {
    if ((name as Ast.Identifier).text) out.push((name as Ast.Identifier).text);
    return out;
  }
  for (const element of (name as Ast.BindingPattern).elements)
    bindingNames((element as Ast.BindingElement).name, out);
  return out;
}

export function hasModifier(node: Node, kind: SyntaxKind): boolean {
  return (node as Ast.FunctionDeclaration).modifiers?.some((m) => m.kind === kind) ?? false;
}

function isFunctionLike(node: Node): boolean {
  switch (node.kind) {
    case SyntaxKind.FunctionDeclaration:
    case SyntaxKind.FunctionExpression:
    case SyntaxKind.ArrowFunction:
    case SyntaxKind.MethodDeclaration:
    case SyntaxKind.Constructor:
    case SyntaxKind.GetAccessor:
    case SyntaxKind.SetAccessor:
    case SyntaxKind.ClassStaticBlockDeclaration:
      return true;
    default:
      return false;
  }
}

/** `let`, `const`, `using`, `await using`, or plain `var`. */
export function listKeyword(list: Ast.VariableDeclarationList): 'let' | 'const' | 'using' | 'var' {
  const flags = list.flags & NodeFlags.BlockScoped;
  if ((flags & NodeFlags.Using) === NodeFlags.Using) return 'using';
  if (flags & NodeFlags.Const) return 'const';
  if (flags & NodeFlags.Let) return 'let';
  return 'var';
}

/** Whether what a declaration names can be given another value: a variable or a parameter. */
export function mayBeAssigned(declared: Node | undefined): boolean {
  const node = whole(declared);
  if (node?.kind !== SyntaxKind.VariableDeclarationList) return node?.kind === SyntaxKind.Parameter;
  const keyword = listKeyword(node as Ast.VariableDeclarationList);
  return keyword === 'let' || keyword === 'var';
}

/** Whether what is declared keeps its value for good: `const`. */
export function isConst(declared: Node | undefined): boolean {
  const node = whole(declared);
  return (
    node?.kind === SyntaxKind.VariableDeclarationList &&
    listKeyword(node as Ast.VariableDeclarationList) === 'const'
  );
}

/** The list or the parameter that a name is declared in. */
function whole(declared: Node | undefined): Node | undefined {
  let node = declared;
  while (node && isPartOfPattern(node)) node = node.parent;
  return node;
}

/** Between a name and the list that declares it: `a` in `let { b: [a] } = c`. */
function isPartOfPattern({ kind }: Node): boolean {
  return (
    kind === SyntaxKind.VariableDeclaration ||
    kind === SyntaxKind.BindingElement ||
    kind === SyntaxKind.ObjectBindingPattern ||
    kind === SyntaxKind.ArrayBindingPattern
  );
}

/** True for a namespace that holds only types and so leaves no value. */
export function isTypeOnlyNamespace(node: Ast.ModuleDeclaration): boolean {
  if (hasModifier(node, SyntaxKind.DeclareKeyword)) return true;
  const { body } = node;
  if (!body) return true;
  if (body.kind === SyntaxKind.ModuleDeclaration) return isTypeOnlyNamespace(body as Ast.ModuleDeclaration);
  return ((body as Ast.ModuleBlock).statements ?? []).every(
    (s) =>
      s.kind === SyntaxKind.InterfaceDeclaration ||
      s.kind === SyntaxKind.TypeAliasDeclaration ||
      hasModifier(s, SyntaxKind.DeclareKeyword) ||
      (s.kind === SyntaxKind.ModuleDeclaration && isTypeOnlyNamespace(s as Ast.ModuleDeclaration)),
  );
}

function isParameterProperty(node: Node): boolean {
  return (
    node.kind === SyntaxKind.Parameter &&
    node.parent?.kind === SyntaxKind.Constructor &&
    ((node as Ast.ParameterDeclaration).modifiers?.length ?? 0) > 0
  );
}

/** @param origin where the cell begins in the file; what stands before it is not the cell's own */
export function readTopLevel(file: SourceFile, origin = 0): TopLevel {
  const K = SyntaxKind;
  const statements = file.statements.filter((s) => s.end > origin);
  const found: TopLevel = {
    declared: [],
    mentions: new Set(),
    vars: new Set(),
    nestedVars: [],
    awaits: [],
    dynamicImports: [],
    metas: [],
    special: new Set(),
    enums: [],
  };
  const declare = (name: string | undefined, kind: NameKind, constant = false, exported = name) => {
    if (!name || !exported) return;
    const at = found.declared.findIndex((d) => d.name === name);
    // A merged declaration (a function and a namespace, an interface and a constant) keeps every meaning.
    if (at >= 0) (found.declared[at] as Declared).kind = 'alias';
    else found.declared.push({ name, exported, kind, constant });
  };

  const statement = (node: Statement): void => {
    switch (node.kind) {
      case K.VariableStatement: {
        const list = (node as Ast.VariableStatement).declarationList;
        const keyword = listKeyword(list);
        const constant = keyword === 'const' || keyword === 'using';
        for (const declaration of list.declarations)
          for (const name of bindingNames(declaration.name)) {
            declare(name, constant ? 'alias' : 'variable', constant);
            if (keyword === 'var') found.vars.add(name);
          }
        break;
      }
      case K.FunctionDeclaration:
      case K.ClassDeclaration:
      case K.EnumDeclaration:
      case K.InterfaceDeclaration:
      case K.TypeAliasDeclaration:
        declare((node as Ast.FunctionDeclaration).name?.text, 'alias');
        break;
      case K.ModuleDeclaration: {
        const { name } = node as Ast.ModuleDeclaration;
        if (name.kind === K.Identifier && name.text !== 'global') declare(name.text, 'alias');
        break;
      }
      case K.ImportDeclaration: {
        const clause = (node as Ast.ImportDeclaration).importClause;
        declare(clause?.name?.text, 'alias');
        const bindings = clause?.namedBindings;
        if (bindings?.kind === K.NamespaceImport)
          declare((bindings as Ast.NamespaceImport).name.text, 'alias');
        else
          for (const e of (bindings as Ast.NamedImports | undefined)?.elements ?? [])
            declare(e.name.text, 'alias');
        break;
      }
      case K.ImportEqualsDeclaration:
        declare((node as Ast.ImportEqualsDeclaration).name.text, 'alias');
        break;
      default:
        break;
    }
  };
  for (const node of statements) statement(node);

  let current: Statement;
  const visit = (node: Node, inFunction: boolean, depth: number): void => {
    switch (node.kind) {
      case K.Identifier:
        found.mentions.add((node as Ast.Identifier).text);
        return;
      case K.AwaitExpression:
        if (!inFunction) found.awaits.push(node as Ast.AwaitExpression);
        break;
      case K.VariableDeclarationList: {
        const list = node as Ast.VariableDeclarationList;
        const keyword = listKeyword(list);
        if (keyword === 'using') found.special.add(current);
        if (keyword === 'var' && !inFunction && (depth > 2 || node.parent.kind !== K.VariableStatement)) {
          found.nestedVars.push(list);
          for (const d of list.declarations)
            for (const name of bindingNames(d.name)) {
              found.vars.add(name);
              declare(name, 'variable', false, `$var_${name}`);
            }
        }
        break;
      }
      case K.CallExpression:
        if ((node as Ast.CallExpression).expression.kind === K.ImportKeyword)
          found.dynamicImports.push((node as Ast.CallExpression).expression);
        break;
      case K.MetaProperty:
        if ((node as Ast.MetaProperty).keywordToken === K.ImportKeyword) found.metas.push(node);
        break;
      case K.EnumDeclaration:
        if (!hasModifier(node, K.DeclareKeyword)) found.enums.push(node as Ast.EnumDeclaration);
        break;
      case K.ModuleDeclaration:
        if (!isTypeOnlyNamespace(node as Ast.ModuleDeclaration)) found.special.add(current);
        break;
      case K.Decorator:
      case K.JsxElement:
      case K.JsxSelfClosingElement:
      case K.JsxFragment:
      case K.AccessorKeyword:
        found.special.add(current);
        break;
      case K.Parameter:
        if (isParameterProperty(node)) found.special.add(current);
        break;
      default:
        break;
    }
    const inside = inFunction || isFunctionLike(node) || node.kind === K.PropertyDeclaration;
    node.forEachChild((child) => {
      visit(child, inside, depth + 1);
      return undefined;
    });
  };
  for (const node of statements) {
    current = node;
    visit(node, false, 1);
  }
  return found;
}

/** The statements of a cell that declare names, as they were written. */
export function declarationTexts({
  file,
  raw,
  origin,
}: {
  file: SourceFile;
  raw: string;
  origin: number;
}): [string, string][] {
  const K = SyntaxKind;
  const out: [string, string][] = [];
  for (const statement of file.statements) {
    if (statement.end <= origin) continue;
    const text = raw.slice(statement.getStart(), statement.end);
    if (statement.kind === K.VariableStatement) {
      for (const declaration of (statement as Ast.VariableStatement).declarationList.declarations)
        for (const name of bindingNames(declaration.name)) out.push([name, text]);
    } else {
      const { name } = statement as Ast.FunctionDeclaration;
      if (name?.kind === K.Identifier) out.push([name.text, text]);
    }
  }
  return out;
}
