/** What is used of RE2. The build puts the engine itself into the compiled file, so that the package has no dependency of its own. */
interface Engine {
  compile(regex: string): { programSize(): number; groupCount(): number };
  matches(regex: string, value: string): boolean;
}

// eslint-disable-next-line @typescript-eslint/no-require-imports, import/no-extraneous-dependencies -- bundled by the build
export const engine: Engine = require('re2js').RE2JS;
