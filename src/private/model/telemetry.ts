/** What a gateway logs, traces and counts, checked. */
export interface TelemetryIntent {
  readonly accessLogging?: { readonly provider: string; readonly filter?: string; readonly disabled?: boolean };
  /** Nothing is reported where it is empty. */
  readonly tracing?: { readonly provider?: string; readonly percent?: number };
  readonly metrics?: { readonly provider: string; readonly withoutTags?: string[] };
}
