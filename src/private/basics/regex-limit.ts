/** The bytes of the longest regular expression that Istio's webhook takes. */
export const MAX_REGEX_BYTES = 1024;

export function isTooLong(regex: string): boolean {
  // no character of UTF-16 takes more than three bytes
  return regex.length * 3 > MAX_REGEX_BYTES && Buffer.byteLength(regex) > MAX_REGEX_BYTES;
}

/** A list in parts, each short enough for one regular expression. An item that is too long by itself is a part alone. */
export function inParts<T>(items: T[], regexOf: (part: T[]) => string): T[][] {
  const parts: T[][] = [];
  for (const item of items) {
    const last = parts.length > 0 ? [...parts[parts.length - 1], item] : [item];
    if (parts.length === 0 || isTooLong(regexOf(last))) parts.push([item]);
    else parts[parts.length - 1] = last;
  }
  return parts;
}
