/*
 * Lets mocha run the tests as they are. Jest loads all modules again for each file of tests, which takes longer than the tests do;
 * mocha keeps them, and a mutant is switched on where it stands.
 */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { resolve } = require('node:path');
const { jestExpect: expect } = require('@jest/expect');
const { transformSync } = require('esbuild');
const fc = require('fast-check');
const { bind } = require('jest-each');
const { SnapshotState, toMatchInlineSnapshot } = require('jest-snapshot');
const Mocha = require('mocha');

const rootDir = resolve(__dirname, '../..');

Module._extensions['.ts'] = (module, file) => {
  const { code } = transformSync(readFileSync(file, 'utf8'), { loader: 'ts', format: 'cjs', target: 'node20', sourcefile: file });
  module._compile(code, file);
};
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => resolveFilename(name === 'cdk8s-istio' ? `${rootDir}/src` : name, ...rest);

// the first failure is enough
fc.configureGlobal({ endOnFailure: true, seed: 1 });

expect.extend({
  // jest itself would say at the end of the test that a snapshot is another
  toMatchInlineSnapshot(...args) { return toMatchInlineSnapshot.call({ ...this, dontThrow: undefined }, ...args); },
});

const { bdd } = Mocha.interfaces;
Mocha.interfaces.bdd = suite => {
  bdd(suite);
  suite.on('pre-require', (context, file) => {
    const { before, beforeEach, describe, it: test } = context;
    Object.assign(describe, { each: bind(describe) });
    Object.assign(test, { each: bind(test) });
    // without a mutant it is asked what each test covers, and what it needs is a part of that
    const beforeAll = prepare => {
      let prepared;
      before(() => { prepared = false; });
      beforeEach(function () {
        if (this.currentTest.file !== file || prepared && global.__stryker__.activeMutant) return;
        prepare();
        prepared = true;
      });
    };
    Object.assign(context, { beforeAll, expect, test });
  });
};

exports.mochaHooks = {
  beforeEach() {
    const snapshotState = new SnapshotState('', { rootDir, updateSnapshot: 'none', snapshotFormat: { escapeString: false, printBasicPrototype: false } });
    expect.setState({ currentTestName: this.currentTest.fullTitle(), snapshotState, testPath: this.currentTest.file });
  },
};
