/** What the clouds' kinds say before something that holds data is deleted; the same words for all. */
export const dataLost = 'Its data is lost with it.'
export const backupKept = 'A final backup of its data is kept, and its storage is billed.'
