declare const STACKWRIGHT_VERSION: string | undefined

/** The package's version, set by the build; `0.0.0-source` when run from source. */
export const version = typeof STACKWRIGHT_VERSION === 'string' ? STACKWRIGHT_VERSION : '0.0.0-source'
