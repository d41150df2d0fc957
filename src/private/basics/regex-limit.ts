/** The longest regular expression, in bytes, that Istio's webhook accepts. */
export const MAX_REGEX_BYTES = 1024;

export function isTooLong(regex: string): boolean {
  // no character of UTF-16 takes more than three bytes
  return regex.length * 3 > MAX_REGEX_BYTES && Buffer.byteLength(regex) > MAX_REGEX_BYTES;
}

/** Splits a list into parts, each short enough for one regular expression. An item that is too long by itself becomes a part of its own. */
export function inParts<T>(items: T[], regexOf: (part: T[]) => string): T[][] {
  const parts: T[][] = [];
  for (const item of items) {
    const last = parts.length > 0 ? [...parts[parts.length - 1], item] : [item];
    if (parts.length === 0 || isTooLong(regexOf(last))) parts.push([item]);
    else parts[parts.length - 1] = last;
  }
  return parts;
}
