declare const STACKWRIGHT_VERSION: string | undefined

/** The package's version; the build writes it in. */
export const version = typeof STACKWRIGHT_VERSION === 'string' ? STACKWRIGHT_VERSION : '0.0.0-source'
