/** What YAML neither holds as it is nor is written as an escape by cdk8s. One such character, and nobody reads any of the objects in the file. */
export const UNREADABLE = /[\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]/u;

/** What is allowed in place of such a text, and the fix. */
export const READABLE = ['strings without DEL, C1 control characters, line separators or lone surrogates', 'remove the character'] as const;
