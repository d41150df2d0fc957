/** The part of RE2 that is used. The build bundles the engine into the compiled file, so the package needs no dependency for it. */
interface Engine {
  compile(regex: string): { programSize(): number; groupCount(): number; matcher(text: string): { replaceAll(template: string): string } };
  matches(regex: string, value: string): boolean;
}

// eslint-disable-next-line @typescript-eslint/no-require-imports, import/no-extraneous-dependencies -- bundled by the build
export const engine: Engine = require('re2js').RE2JS;
