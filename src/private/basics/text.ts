/** Characters that YAML does not allow and cdk8s does not escape. A single one makes the whole file unreadable. */
export const UNREADABLE = /[\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]/u;

/** What is allowed instead of such text, and the fix. */
export const READABLE = ['strings without DEL, C1 control characters, line separators or lone surrogates', 'remove the character'] as const;
