/**
 * The syntax of CEL, as Istio's webhook parses it; like the webhook, it does not look up names and functions. A parser from a library would be
 * a tenth of the package, just for this check.
 *
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax
 */

const TOKEN = new RegExp([
  String.raw`(?<space>[ \t\n\f\r]+|//.*)`,
  String.raw`(?<text>[rR]?[bB]?(?:"""[^]*?"""|'''[^]*?''')|[bB]?[rR](?:"[^"\n\r]*"|'[^'\n\r]*')|[bB]?(?:"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'))`,
  String.raw`(?<number>(?:\d+\.\d+(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|0x[0-9a-fA-F]+[uU]?|\d+[uU]?)(?!\w))`,
  String.raw`(?<word>[A-Za-z_]\w*)`,
  String.raw`(?<sign>&&|\|\||[<>=!]=|[-+*/%<>!?:.,()[\]{}])`,
].join('|'), 'y');

const CONSTANTS = ['true', 'false', 'null'];
const LITERALS = [...CONSTANTS, 'in'];
/** Reserved words; the last ones are reserved for host languages. */
const RESERVED = [
  ...LITERALS, 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while',
];
const OPERATORS = ['||', '&&', '<', '<=', '>', '>=', '==', '!=', 'in', '+', '-', '*', '/', '%'];
const ESCAPE = /\\(?![abfnrtv\\?"'`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})/;

/** Macros whose first argument is a variable. */
const MACROS = ['all', 'exists', 'exists_one', 'map', 'filter'];

/** What an expression is to the macros. */
type Shape = 'name' | 'field' | 'other';

interface Token { readonly kind: string; readonly text: string; readonly at: number }

/** Why an expression cannot be parsed, or undefined if it can. */
export function celError(expression: string): string | undefined {
  try {
    new Parser(tokensOf(expression)).whole();
    return undefined;
  } catch (e) {
    return (e as Error).message;
  }
}

function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < expression.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(expression);
    if (!found) throw new Error(`${expression[at]} at ${at + 1} begins nothing`);
    const [kind, text] = Object.entries(found.groups!).find(([, part]) => part !== undefined)!;
    if (kind === 'text' && !/^[bB]?[rR]/.test(text) && ESCAPE.test(text.replace(/\\\\/g, ''))) throw new Error(`the text at ${at + 1} has an unknown escape`);
    if (kind === 'number' && !fitsNumber(text)) throw new Error(`${text} at ${at + 1} is too large`);
    if (kind !== 'space') tokens.push({ kind, text, at });
  }
  return [...tokens, { kind: 'end', text: 'the end', at: expression.length }];
}

class Parser {
  private next = 0;

  constructor(private readonly tokens: Token[]) {}

  public whole(): void {
    this.expression();
    if (this.token.kind !== 'end') this.fail('an operator');
  }

  private get token(): Token {
    return this.tokens[this.next];
  }

  private fail(expected: string, { text, at } = this.token): never {
    throw new Error(`${text} at ${at + 1}, where ${expected} should be`);
  }

  private take(text: string): boolean {
    const fits = this.token.kind !== 'text' && this.token.text === text;
    if (fits) this.next++;
    return fits;
  }

  private need(text: string): void {
    if (!this.take(text)) this.fail(text);
  }

  private name(except: string[]): string {
    const { kind, text } = this.token;
    if (kind !== 'word' || except.includes(text)) this.fail('a name');
    this.next++;
    return text;
  }

  private expression(): Shape {
    const shape = this.operands();
    if (!this.take('?')) return shape;
    this.operands();
    this.need(':');
    this.expression();
    return 'other';
  }

  /** Precedence is ignored: it does not affect whether an expression parses. */
  private operands(): Shape {
    const first = this.unary();
    if (!this.operator()) return first;
    do this.unary(); while (this.operator());
    return 'other';
  }

  private operator(): boolean {
    return OPERATORS.some(operator => this.take(operator));
  }

  private unary(): Shape {
    const sign = ['!', '-'].find(one => this.take(one));
    while (sign && this.take(sign));
    const shape = this.members(this.primary());
    return sign ? 'other' : shape;
  }

  private members(of: Shape): Shape {
    if (this.take('.')) {
      const macro = MACROS.includes(this.name(LITERALS));
      return this.members(this.token.text === '(' ? this.call(shapes => !macro || shapes.length < 2 || shapes[0] === 'name', 'a variable') : 'field');
    }
    if (this.take('[')) {
      this.expression();
      this.need(']');
      return this.members('other');
    }
    if (of === 'other' || !this.take('{')) return of;
    this.entries(() => this.name(RESERVED));
    return this.members('other');
  }

  private primary(): Shape {
    const { kind, text } = this.token;
    if (kind === 'text' || kind === 'number' || kind === 'word' && CONSTANTS.includes(text)) this.next++;
    else if (this.take('[')) this.list(']');
    else if (this.take('{')) this.entries(() => this.expression());
    else return this.take('(') ? this.grouped() : this.identifier();
    return 'other';
  }

  private grouped(): Shape {
    const shape = this.expression();
    this.need(')');
    return shape;
  }

  private identifier(): Shape {
    this.take('.');
    const asks = this.name(RESERVED) === 'has';
    return this.token.text === '(' ? this.call(shapes => !asks || shapes.length !== 1 || shapes[0] === 'field', 'a field') : 'name';
  }

  private call(fits: (shapes: Shape[]) => boolean, expected: string): Shape {
    const { token } = this;
    this.need('(');
    if (!fits(this.list(')'))) this.fail(`${expected} in brackets`, token);
    return 'other';
  }

  private list(end: string): Shape[] {
    const shapes: Shape[] = [];
    while (!this.take(end)) {
      shapes.push(this.expression());
      if (!this.take(',')) {
        this.need(end);
        return shapes;
      }
      if (end === ')' && this.token.text === end) this.fail('an argument');
    }
    return shapes;
  }

  private entries(key: () => unknown): void {
    while (!this.take('}')) {
      key();
      this.need(':');
      this.expression();
      if (!this.take(',')) return this.need('}');
    }
  }
}

/** Whether a number is in CEL's range; the sign of the smallest one has been read before. */
function fitsNumber(text: string): boolean {
  const digits = text.replace(/u$/i, '');
  if (!/^(\d+|0x[\da-f]+)$/i.test(digits)) return Number.isFinite(Number(digits));
  return BigInt(digits) <= (digits === text ? 2n ** 63n : 2n ** 64n - 1n);
}
