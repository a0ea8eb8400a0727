// What the operands of a cell's sites are: asked of the checker on one of the cell's forms, and guessed before that from
// what the names were the last time. A right guess spares a version of the program, a wrong one costs another.
import { isConst, mayBeAssigned } from './declarations.js';
import { indexNodes } from './nodes.js';
import { decide, type Operand, type Site, type SiteKind } from './operators.js';
import type { Mark } from './positions.js';
import type { Session } from './session.js';
import type { Ast, Compiler, Node, Type } from './typescript.js';
import { SymbolFlags, SyntaxKind, TypeFlags } from './typescript.js';

const BRACKETS_OR_TARGET: ReadonlySet<SiteKind> = new Set(['read', 'write', 'update', 'step', 'compound']);

export class Operands {
  /** Types belong to one text: `forget` when there is another. */
  private types = new Map<number, Operand>();
  /** Names that were arrays when a cell last mentioned them. */
  private readonly knownArrays = new Set<string>();
  /** Names that had to do with an array where none was expected. */
  private readonly suspects = new Set<string>();

  constructor(
    private readonly compiler: Compiler,
    private readonly session: Session,
    /** The folder of the library. */
    private readonly library: string,
  ) {}

  /** Another text is checked from now on. */
  forget(): void {
    this.types = new Map();
  }

  /** The session begins anew. */
  reset(): void {
    this.knownArrays.clear();
    this.suspects.clear();
  }

  /**
   * A name that was an array the last time is taken for one. Where no name has to do with arrays, the operators are
   * taken for TypeScript's own.
   */
  guess(sites: readonly Site[], mentions: ReadonlySet<string>): void {
    const isArray = (node: Node | undefined) =>
      node?.kind === SyntaxKind.Identifier && this.knownArrays.has((node as Ast.Identifier).text);
    const plain = ![...mentions].some(
      (name) => this.knownArrays.has(name) || this.suspects.has(name) || this.session.isOfLibrary(name),
    );
    for (const site of sites) {
      const { kind, probes } = site;
      if (kind === 'loose' ? probes.some(isArray) : BRACKETS_OR_TARGET.has(kind) && isArray(probes[0]))
        site.typing = kind === 'read' && site.chained ? 'at' : 'call';
      else if (plain && (kind === 'arithmetic' || kind === 'unary') && site.typing === 'call') {
        site.typing = 'plain';
        site.guessed = true;
      }
    }
  }

  /**
   * Asks for the operands' types and decides.
   * @param probes where the operands of each site lie in the text of the file
   * @returns whether the text for typing has changed
   */
  settle(path: string, sites: readonly Site[], probes: readonly Mark[][]): boolean {
    const file = this.compiler.sourceFile(path);
    if (!file) return false;
    const index = indexNodes(file);
    const nodes: Node[] = [];
    const slots: number[][] = [];
    for (const marks of probes) {
      slots.push(
        marks.map((mark) => {
          const node = index.get(mark.start * 0x200000 + mark.end);
          return node ? nodes.push(node) - 1 : -1;
        }),
      );
    }
    if (nodes.length === 0) return false;
    const { checker } = this.compiler;
    const types = checker.getTypeAtLocation(nodes);
    let changed = false;
    const misled: Site[] = [];
    sites.forEach((site, i) => {
      const operands = (slots[i] as number[]).map((slot) =>
        slot < 0 ? 'opaque' : this.classify(this.declaredType(nodes[slot] as Node, types[slot])),
      );
      const brackets = site.kind === 'read' || site.kind === 'write' || site.kind === 'update';
      if (brackets && operands[0] === 'plain') {
        const type = types[(slots[i] as number[])[0] as number];
        if (type && type.flags & TypeFlags.Object && this.isBracketed(type)) operands[0] = 'array';
      }
      if (site.kind === 'compound' && operands[0] === 'array')
        site.rebinds ??= this.isVariable(site.probes[0] as Node, nodes[(slots[i] as number[])[0] as number]);
      if (site.kind === 'compound' && operands[0] === 'dynamic')
        site.constant ??= this.isConstant(site.probes[0] as Node, nodes[(slots[i] as number[])[0] as number]);
      const forms = decide(site, operands);
      if (forms.typing !== site.typing && site.kind !== 'truth') {
        changed = true;
        if (site.guessed) misled.push(site);
      }
      Object.assign(site, forms);
      site.probes.forEach((node, k) => {
        if (node.kind !== SyntaxKind.Identifier) return;
        const { text } = node as Ast.Identifier;
        if (operands[k] === 'array') this.knownArrays.add(text);
        else this.knownArrays.delete(text);
      });
    });
    if (misled.length > 0) this.expectArrays(sites, misled);
    return changed;
  }

  /** There are arrays after all: calls give the right types to whatever follows from their results. */
  private expectArrays(sites: readonly Site[], misled: readonly Site[]): void {
    const visit = (node: Node): undefined => {
      if (node.kind === SyntaxKind.Identifier) this.suspects.add((node as Ast.Identifier).text);
      node.forEachChild(visit);
      return undefined;
    };
    for (const { probes } of misled) probes.forEach(visit);
    for (const site of sites) {
      if (!site.guessed) continue;
      site.guessed = false;
      if (site.typing === 'plain') site.typing = 'call';
    }
  }

  /** The checker has no type for a constant that is assigned to; an array may be changed all the same. */
  private declaredType(node: Node, type: Type | undefined): Type | undefined {
    if (!type?.isErrorType() || node.kind !== SyntaxKind.Identifier) return type;
    const { checker } = this.compiler;
    let symbol = checker.getSymbolAtLocation(node);
    if (symbol && symbol.flags & SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    return symbol && !checker.isUnknownSymbol(symbol) ? (checker.getTypeOfSymbol(symbol) ?? type) : type;
  }

  /** Whether the target of an assignment is a name that can be given another value, rather than a constant. */
  private isVariable(target: Node, probe: Node | undefined): boolean {
    if (target.kind !== SyntaxKind.Identifier || !probe) return false;
    const symbol = this.compiler.checker.getSymbolAtLocation(probe);
    if (!symbol) return false;
    if (symbol.flags & SymbolFlags.Alias) return this.session.isVariable((target as Ast.Identifier).text);
    return mayBeAssigned(symbol.valueDeclaration?.resolve());
  }

  private isConstant(target: Node, probe: Node | undefined): boolean {
    if (target.kind !== SyntaxKind.Identifier || !probe) return false;
    const symbol = this.compiler.checker.getSymbolAtLocation(probe);
    if (!symbol) return false;
    if (symbol.flags & SymbolFlags.Alias) return this.session.isConstant((target as Ast.Identifier).text);
    return isConst(symbol.valueDeclaration?.resolve());
  }

  classify(type: Type | undefined): Operand {
    if (!type) return 'opaque';
    const known = this.types.get(type.id);
    if (known) return known;
    this.types.set(type.id, 'opaque'); // for types that contain themselves
    const found = this.classifyNew(type);
    this.types.set(type.id, found);
    return found;
  }

  private classifyNew(type: Type): Operand {
    const { flags } = type;
    if (flags & TypeFlags.Any) return 'dynamic';
    if (flags & TypeFlags.StringLike) return 'text';
    if (flags & (TypeFlags.Primitive | TypeFlags.Never)) return 'plain';
    if (flags & TypeFlags.Union) {
      const parts = (type as Type & { getTypes(): readonly Type[] }).getTypes().map((t) => this.classify(t));
      if (parts.every((p) => p === 'array')) return 'array';
      if (parts.some((p) => p === 'array' || p === 'mixed')) return 'mixed';
      if (parts.includes('dynamic')) return 'dynamic';
      if (parts.includes('opaque')) return 'opaque';
      return parts.every((p) => p === 'text') ? 'text' : 'plain';
    }
    if (flags & TypeFlags.Intersection) {
      const parts = (type as Type & { getTypes(): readonly Type[] }).getTypes().map((t) => this.classify(t));
      return parts.find((p) => p === 'array') ?? parts[0] ?? 'plain';
    }
    // A complex number has the operators of arrays, but a compound assignment gives a new one.
    if (flags & TypeFlags.Object) {
      if (this.isArray(type)) return 'array';
      if (this.isOfLibrary(type, 'Complex')) return 'mixed';
      return this.isOfLibrary(type, 'Tuple') ? 'tuple' : 'plain';
    }
    if (flags & (TypeFlags.Unknown | TypeFlags.NonPrimitive)) return 'opaque';
    const constraint = this.compiler.checker.getBaseConstraintOfType(type);
    if (!constraint || constraint.id === type.id || constraint.flags & TypeFlags.Unknown) return 'opaque';
    const bound = this.classify(constraint);
    return bound === 'array' || bound === 'mixed' ? 'mixed' : bound;
  }

  /** Whether a type is the library's class of that name. */
  private isOfLibrary(type: Type, name: string): boolean {
    const symbol = type.getSymbol();
    if (symbol?.name !== name) return false;
    const path = (symbol.valueDeclaration ?? symbol.declarations[0])?.path ?? '';
    return path.startsWith(this.library) || path.startsWith(this.library.toLowerCase());
  }

  isArray(type: Type): boolean {
    if (this.isOfLibrary(type, 'NDArray')) return true;
    const symbol = type.getSymbol();
    if (!symbol || !(symbol.flags & SymbolFlags.Class) || !type.isClassOrInterface()) return false;
    return type.getBaseTypes()?.some((base) => this.classify(base) === 'array') ?? false;
  }

  /** An object that answers brackets itself, such as `np.c_`. */
  private isBracketed(type: Type): boolean {
    const symbol = type.getSymbol();
    if (!symbol || symbol.flags & SymbolFlags.Class) return false;
    return this.compiler.checker
      .getPropertiesOfType(type)
      .some((property) => property.escapedName.startsWith('__@brackets'));
  }
}
