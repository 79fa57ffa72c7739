export { runScript as ask } from './run-command.ts'
export { backends } from './target-health.ts'
