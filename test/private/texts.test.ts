import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createSourceFile, forEachChild, isNoSubstitutionTemplateLiteral, isPropertyAssignment, isStringLiteral, isTemplateExpression, Node, ScriptTarget,
} from 'typescript';
import { CODES } from '../../src/private/basics/codes';

/** What only TypeScript writes so: `new X(`, a call with an object, an object with a name and a value, a list after a name. */
const TYPESCRIPT = /\bnew [A-Z]\w*\(|\w\(\{|\{ ?\w+(, \w+)*( ?\}|: )|\w: \[/;

/** What errors of a source say is allowed, and would fix them, with `x` for what is put into these texts. */
function textsOf(source: string): string[] {
  const texts: string[] = [];
  const visit = (node: Node, told: boolean) => {
    if (told && (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node))) texts.push(node.text);
    if (told && isTemplateExpression(node)) texts.push(node.head.text + node.templateSpans.map(({ literal }) => `x${literal.text}`).join(''));
    const tells = isPropertyAssignment(node) && /^(allowed|fix)$/.test(node.name.getText());
    forEachChild(node, child => visit(child, told || tells));
  };
  visit(createSourceFile('source.ts', source, ScriptTarget.ES2022, true), false);
  return texts;
}

const written = (source: string) => textsOf(source).filter(text => TYPESCRIPT.test(text));

test('error texts can be followed in every language', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
  const texts = sources.flatMap(file => textsOf(readFileSync(join('src', file), 'utf8')));
  expect(texts.length).toBeGreaterThan(600);
  expect([...texts, ...Object.values(CODES)].filter(text => TYPESCRIPT.test(text))).toEqual([]);
});

test.each([
  "fix: 'declare it with new ExternalService(...)'",
  "fix: 'set MeshSettings.of(app, { dnsCapture: true })'",
  'fix: `write ExternalPort.tls({ number: ${port} })`',
  'fix: `label it: Endpoint.ip(address, { labels })`',
  "fix: `add subjectAltNames: ['${sni}']`",
])('a text that cannot is found: %s', field => {
  expect(written(`refuse({ ${field} })`)).toHaveLength(1);
});
