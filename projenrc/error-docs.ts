/** Writes `docs/errors.md` from the table of error codes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { CODES } from '../src/private/basics/codes';

const rows = Object.entries(CODES).sort(([a], [b]) => a.localeCompare(b)).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);

mkdirSync('docs', { recursive: true });
writeFileSync('docs/errors.md', `# Errors

Bad input stops the synthesis with an error of the form

    [Code] path/of/the/construct: prop is "value"; allowed: ...; fix: ...

A value that is in no construct yet names its factory instead: \`[TypeInvalid] ExternalPort.tcp: options.number is "5432"; ...\`.

Codes are stable; the wording of messages is not. What can only be known at the end (\`ExternalServiceUnused\`, \`RulesEmpty\`) is reported
when the app is synthesized, all at once.

| code | meaning |
|---|---|
${rows.join('\n')}
`);
