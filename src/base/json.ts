/** What JSON can hold: what the state keeps, what answers and inputs are made of. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A JSON object. */
export type JsonObject = { [key: string]: Json }
