import { SnippetParameters, TargetLanguage, Translator } from 'jsii-rosetta';
import { project } from './bindings';

/** A chart of a page with what it takes for granted, in other languages. */
export interface Translated {
  readonly source: string;
  readonly python: string;
  readonly java: string;
  readonly csharp: string;
}

/** What jsii-rosetta makes of programs, all of which it must understand. */
export function translated(programs: readonly string[]): Translated[] {
  const directory = project();
  const translator = new Translator(true);
  const parameters = { [SnippetParameters.$COMPILATION_DIRECTORY]: directory, [SnippetParameters.$PROJECT_DIRECTORY]: directory };
  const snippets = programs.map((visibleSource, i) => ({
    visibleSource, parameters, strict: true, location: { api: { api: 'file' as const, fileName: `program-${i}.ts` } },
  }));
  const made = translator.translateSnippets(snippets, [TargetLanguage.PYTHON, TargetLanguage.JAVA, TargetLanguage.CSHARP]);
  const complaints = translator.diagnostics.filter(({ isError }) => isError).map(({ formattedMessage }) => formattedMessage);
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  return made.map((snippet, i) => ({
    source: programs[i],
    python: snippet.get(TargetLanguage.PYTHON)!.source,
    java: snippet.get(TargetLanguage.JAVA)!.source,
    csharp: snippet.get(TargetLanguage.CSHARP)!.source,
  }));
}
