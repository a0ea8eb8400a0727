// Mathematics in texts, `$\alpha x^2$`, as matplotlib writes it: Greek letters and signs become Unicode, exponents and
// indices Plotly's <sup> and <sub>. It is a part of TeX, read by a small parser; a word that is not known stays as it is.

const GREEK =
  'alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ ' +
  'nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ ' +
  'omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω';
const SIGNS =
  'pm ± mp ∓ times × div ÷ cdot · ast ∗ star ⋆ circ ∘ bullet • leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ approx ≈ sim ∼ simeq ≃ ' +
  'equiv ≡ propto ∝ ll ≪ gg ≫ infty ∞ partial ∂ nabla ∇ sum ∑ prod ∏ int ∫ oint ∮ in ∈ notin ∉ subset ⊂ subseteq ⊆ ' +
  'supset ⊃ cup ∪ cap ∩ emptyset ∅ forall ∀ exists ∃ neg ¬ wedge ∧ vee ∨ rightarrow → to → leftarrow ← gets ← ' +
  'leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ uparrow ↑ downarrow ↓ mapsto ↦ degree ° hbar ℏ ell ℓ Re ℜ ' +
  'Im ℑ aleph ℵ angle ∠ perp ⊥ parallel ∥ mid ∣ oplus ⊕ otimes ⊗ odot ⊙ dagger † ddagger ‡ ldots … cdots ⋯ dots … ' +
  'langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ prime ′ Vert ‖ AA Å';
const pairs = (text: string): [string, string][] => {
  const words = text.split(' ');
  return words.flatMap((word, i): [string, string][] => (i % 2 === 0 ? [[word, words[i + 1]]] : []));
};
const GREEK_LETTERS = new Map(pairs(GREEK));
const SYMBOLS = new Map(pairs(SIGNS));
const FUNCTIONS = new Set(
  'sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh exp log ln lg max min arg det dim gcd lim sup inf ker Pr'.split(
    ' ',
  ),
);
/** Marks above a letter, as combining characters. */
const ACCENTS: Record<string, string> = {
  hat: '\u0302',
  bar: '\u0304',
  overline: '\u0304',
  tilde: '\u0303',
  vec: '\u20d7',
  dot: '\u0307',
  ddot: '\u0308',
  acute: '\u0301',
  grave: '\u0300',
  check: '\u030c',
  breve: '\u0306',
};
const SPACES: Record<string, string> = {
  ',': '\u2009',
  ';': ' ',
  ':': ' ',
  '!': '',
  ' ': ' ',
  quad: '\u2003',
  qquad: '\u2003\u2003',
};
const DOUBLE: Record<string, string> = { R: 'ℝ', N: 'ℕ', Z: 'ℤ', Q: 'ℚ', C: 'ℂ', E: '𝔼', P: 'ℙ', H: 'ℍ' };
const SCRIPT: Record<string, string> = {
  L: 'ℒ',
  N: '𝒩',
  O: '𝒪',
  D: '𝒟',
  F: 'ℱ',
  H: 'ℋ',
  R: 'ℛ',
  S: '𝒮',
  U: '𝒰',
};
const UPRIGHT = new Set([
  'mathrm',
  'text',
  'textrm',
  'mathregular',
  'operatorname',
  'mathsf',
  'mathtt',
  'mathdefault',
]);

/** One expression between dollars. */
class Reader {
  private at = 0;

  constructor(private readonly source: string) {}

  all(): string {
    let out = '';
    while (this.at < this.source.length) out += this.item();
    return out;
  }

  /** A sign, a command with its arguments, or a group; with the exponents and indices behind it. */
  private item(upright = false): string {
    let out = this.single(upright);
    for (;;) {
      const next = this.source[this.at];
      if (next !== '^' && next !== '_') return out;
      this.at++;
      const tag = next === '^' ? 'sup' : 'sub';
      out += `<${tag}>${this.argument()}</${tag}>`;
    }
  }

  private argument(upright = false): string {
    while (this.source[this.at] === ' ') this.at++;
    return this.at < this.source.length ? this.single(upright) : '';
  }

  private single(upright: boolean): string {
    const sign = this.source[this.at++];
    if (sign === '{') {
      let out = '';
      while (this.at < this.source.length && this.source[this.at] !== '}') out += this.item(upright);
      this.at++;
      return out;
    }
    if (sign === '\\') return this.command();
    if (sign === '~') return '\u00a0';
    if (sign === '-' && !upright) return '−';
    if (sign === "'") return '′';
    if (sign === ' ' && !upright) return '';
    if (upright || !/[a-zA-Z]/.test(sign)) return sign === '<' ? '&lt;' : sign;
    return `<i>${sign}</i>`;
  }

  private command(): string {
    const word = /^[a-zA-Z]+|^./.exec(this.source.slice(this.at))?.[0] ?? '';
    this.at += word.length;
    if (/[a-zA-Z]/.test(word)) while (this.source[this.at] === ' ') this.at++;
    const letter = GREEK_LETTERS.get(word);
    if (letter !== undefined) return /[A-Z]/.test(word[0]) ? letter : `<i>${letter}</i>`;
    const symbol = SYMBOLS.get(word);
    if (symbol !== undefined) return symbol;
    if (SPACES[word] !== undefined) return SPACES[word];
    if (FUNCTIONS.has(word)) return /[a-zA-Z\\]/.test(this.source[this.at] ?? '') ? `${word} ` : word;
    if (ACCENTS[word] !== undefined) {
      const under = this.argument();
      return under.replace(/(<\/i>)?$/, (end) => ACCENTS[word] + end);
    }
    if (UPRIGHT.has(word)) return this.argument(true);
    if (word === 'mathbf' || word === 'boldsymbol' || word === 'bf') return `<b>${this.argument(true)}</b>`;
    if (word === 'mathit' || word === 'it') return `<i>${this.argument(true)}</i>`;
    if (word === 'mathbb') return this.alphabet(DOUBLE);
    if (word === 'mathcal' || word === 'mathscr') return this.alphabet(SCRIPT);
    if (word === 'frac' || word === 'dfrac' || word === 'tfrac') {
      const part = (text: string): string => (text.replace(/<[^>]*>/g, '').length > 1 ? `(${text})` : text);
      return `${part(this.argument())}/${part(this.argument())}`;
    }
    if (word === 'sqrt') {
      const root = this.source[this.at] === '[' ? this.until(']') : '';
      const under = this.argument();
      return `${root === '' ? '' : `<sup>${root}</sup>`}√${under.replace(/<[^>]*>/g, '').length > 1 ? `(${under})` : under}`;
    }
    if (word === 'left' || word === 'right') {
      if (this.source[this.at] === '.') this.at++;
      return '';
    }
    return /[a-zA-Z]/.test(word) ? `\\${word}` : word;
  }

  private alphabet(letters: Record<string, string>): string {
    return [...this.argument(true)].map((each) => letters[each] ?? each).join('');
  }

  private until(end: string): string {
    const from = this.at + 1;
    const to = this.source.indexOf(end, from);
    this.at = to < 0 ? this.source.length : to + 1;
    return this.source.slice(from, to < 0 ? undefined : to);
  }
}

/**
 * A text as Plotly writes it: what stands between two dollars as mathematics, `\$` as a dollar, lines with <br>.
 */
export function mathText(text: string): string {
  const lines = text.includes('\n') ? text.replace(/\r?\n/g, '<br>') : text;
  if (!lines.includes('$')) return lines;
  const parts = lines.split(/(?<!\\)\$/);
  // A dollar alone is a dollar.
  if (parts.length % 2 === 0) return lines.replace(/\\\$/g, '$');
  return parts.map((part, i) => (i % 2 === 0 ? part.replace(/\\\$/g, '$') : new Reader(part).all())).join('');
}
