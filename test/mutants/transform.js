// ts-jest takes longer than the tests of a mutant, and its cache knows no sandboxes
const { transformSync } = require('esbuild');

exports.process = (source, file) => transformSync(source, { loader: 'ts', format: 'cjs', target: 'node20', sourcefile: file, sourcemap: 'inline' });
